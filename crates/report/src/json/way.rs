//! Ways out, and what is advised on them.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Advice, Way};
use gitops_yaml::SmolStr;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct WayJson<'a> {
    number: usize,
    recipe: &'a str,
    title: &'a str,
    objects: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    clusters: BTreeMap<&'static str, &'a BTreeSet<SmolStr>>,
    findings: &'a [String],
    affects: &'a str,
    reversible: &'a str,
    renames: bool,
}

impl<'a> WayJson<'a> {
    pub(crate) fn of((at, way): (usize, &'a Way)) -> Self {
        Self {
            number: at + 1,
            recipe: way.recipe,
            title: &way.title,
            objects: way.objects.iter().map(ToString::to_string).collect(),
            owner: way.unit.as_ref().map(ToString::to_string),
            clusters: way.places.iter().map(|(effect, c)| (effect.as_str(), c)).collect(),
            findings: &way.findings,
            affects: &way.affects,
            reversible: &way.reversible,
            renames: way.renames,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct AdviceJson<'a> {
    text: &'a str,
    commands: &'a [String],
}

impl<'a> AdviceJson<'a> {
    pub(crate) fn of(advice: &'a Advice) -> Self {
        Self { text: &advice.text, commands: &advice.commands }
    }
}
