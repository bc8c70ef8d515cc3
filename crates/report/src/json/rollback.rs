//! What a revert would not bring back.

use std::collections::BTreeSet;

use gitops_model::Unrestored;
use gitops_yaml::SmolStr;
use serde::Serialize;

use super::object::ObjectJson;
use super::way::AdviceJson;

#[derive(Serialize)]
pub(super) struct UnrestoredJson<'a> {
    object: ObjectJson<'a>,
    class: &'static str,
    why: &'a str,
    keep: AdviceJson<'a>,
    effect: &'static str,
    clusters: &'a BTreeSet<SmolStr>,
}

impl<'a> UnrestoredJson<'a> {
    pub(super) fn of(loss: &'a Unrestored) -> Self {
        Self {
            object: ObjectJson::of(&loss.gvk, &loss.key),
            class: loss.class.as_str(),
            why: &loss.why,
            keep: AdviceJson::of(&loss.keep),
            effect: loss.effect.as_str(),
            clusters: &loss.clusters,
        }
    }
}
