//! `replicas`: counts by name.

use gitops_yaml::{Node, Span};

use crate::config::Spec;
use crate::decode::{Decode, Field, Reader, text};
use crate::error::{Error, Result};
use crate::fields::{Create, Tag, rewrite, written};
use crate::id::{Id, Kinds, gvk_text};
use crate::kustomization::Replica;
use crate::resources::Resources;

pub(crate) fn apply(
    resources: &mut Resources,
    replica: &Replica,
    specs: &[Spec],
    kinds: &Kinds,
    asked: Span,
) -> Result<()> {
    let name = text(&replica.name);
    let span = replica.count.as_ref().map(Node::span).or(replica.span).unwrap_or(asked);
    let count = replica
        .count
        .as_ref()
        .map(|n| Option::<i64>::decode(n, Field::new("Replica.count", Reader::Kustomization)));
    let count = count.transpose()?.flatten().unwrap_or(0).to_string();
    let mut found = false;
    for spec in specs {
        let matches = |id: &Id| id.name == name && Id::selects(&spec.gvk, &id.gvk);
        for at in resources.positions(kinds, matches) {
            found = true;
            let Some(object) = resources.0.get_mut(at) else { continue };
            let gvk = object.gvk();
            let create = Some((Create::Scalar, span));
            rewrite(&mut object.body, &gvk, spec, create, &mut |old| {
                written(old, count.as_str(), Tag::Int, "replicas", span).map(Some)
            })?;
        }
    }
    if found {
        return Ok(());
    }
    let gvks: Vec<String> = specs.iter().map(|s| gvk_text(&s.gvk)).collect();
    let gvks = gvks.join(" ");
    let message = format!(
        "resource with name {name} does not match a config with the following GVK [{gvks}]"
    );
    Err(Error::at(message, replica.name.as_ref().map_or(span, |n| n.span)))
}
