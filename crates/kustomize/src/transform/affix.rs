//! `namePrefix` and `nameSuffix`.

use crate::config::Spec;
use crate::decode::Text;
use crate::error::Result;
use crate::fields::{Create, Tag, rewrite, written};
use crate::id::{Id, Kinds};
use crate::resources::Resources;

/// Which end of a name is extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Affix {
    Prefix,
    Suffix,
}

/// Kinds whose names mean something outside, so that they never get an affix.
fn is_fixed(gvk: &gitops_model::Gvk) -> bool {
    matches!(gvk.kind.as_str(), "CustomResourceDefinition" | "Namespace")
        || gvk.is("apiregistration.k8s.io", "APIService")
}

pub(crate) fn apply(
    resources: &mut Resources,
    affix: Affix,
    text: &Text,
    specs: &[Spec],
    kinds: &Kinds,
) -> Result<()> {
    let by = match affix {
        Affix::Prefix => "namePrefix",
        Affix::Suffix => "nameSuffix",
    };
    for object in &mut resources.0 {
        let original = object.original_id(kinds).gvk;
        if is_fixed(&original) {
            continue;
        }
        for spec in specs.iter().filter(|s| Id::selects(&s.gvk, &original)) {
            if spec.path == "metadata/name" && !text.is_empty() {
                let known = match affix {
                    Affix::Prefix => &mut object.history.prefixes,
                    Affix::Suffix => &mut object.history.suffixes,
                };
                known.push(text.text.clone());
                object.push_previous(kinds);
            }
            let gvk = object.gvk();
            let create = Some((Create::Scalar, text.span));
            rewrite(&mut object.body, &gvk, spec, create, &mut |old| {
                let name = old.text().unwrap_or_default();
                let name = match affix {
                    Affix::Prefix => format!("{}{name}", text.text),
                    Affix::Suffix => format!("{name}{}", text.text),
                };
                written(old, name, Tag::Implied, by, text.span).map(Some)
            })?;
        }
    }
    Ok(())
}
