//! References between owners that are applied in the wrong order, or in none.

use std::collections::BTreeMap;

use gitops_graph::{Link, Order};
use gitops_model::{Controller, Unit};

use crate::{Draft, State, wording};

/// A Flux Kustomization, another one that it needs, and what of it needs what.
pub(crate) struct Need<'a> {
    pub(crate) unit: &'a Unit,
    pub(crate) on: &'a Unit,
    links: Vec<Link<'a>>,
}

/// The Kustomizations that need another one, out of order in this way, by what of them does.
pub(crate) fn needs<'a>(
    state: &'a State<'_>,
    order: Order,
    counts: impl Fn(&Link<'a>) -> bool,
) -> Vec<Need<'a>> {
    let mut needs: BTreeMap<_, Vec<Link<'a>>> = BTreeMap::new();
    for disorder in state.graph().disorder().into_iter().filter(|d| d.order == order) {
        let link = disorder.link;
        if let (Some(from), Some(to), true) = (link.from.unit(), link.to.unit(), counts(&link)) {
            needs.entry((from, to)).or_default().push(link);
        }
    }
    let unit = |id| state.cluster.unit(id).filter(|u| u.controller == Controller::Flux);
    let needs = needs.into_iter();
    needs
        .filter_map(|((from, to), links)| Some(Need { unit: unit(from)?, on: unit(to)?, links }))
        .collect()
}

impl<'a> Need<'a> {
    /// `` `Deployment shop/web`, which needs `Namespace shop` of `Kustomization flux-system/base` ``.
    pub(crate) fn draft(&self, then: &str) -> Option<Draft> {
        let first = self.links.first()?;
        let message = format!(
            "`{}` applies `{}`, which needs `{}` of `{}`{then}",
            self.unit.id, first.from.key, first.to.key, self.on.id,
        );
        let draft = Draft::new(message).on(self.unit.object.as_ref()?);
        let name = first.from.object().and_then(|o| o.at(&["metadata", "name"]));
        let remark = match self.links.len() - 1 {
            0 => "this one needs it".to_owned(),
            others => format!("this one, and {}", wording::count(others, "other")),
        };
        Some(draft.related(name.map(|n| n.span()), remark))
    }
}
