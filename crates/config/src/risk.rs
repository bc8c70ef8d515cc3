//! Weights that replace the default ones.

use std::collections::BTreeMap;

use gitops_yaml::{Node, SmolStr};

use crate::problems::Problems;
use crate::value::{Map, number};

/// `risk`. What is missing keeps its default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RiskConfig {
    /// `likelihood`: `certain`, `likely`, `possible`, `unlikely`, `unknown`.
    pub likelihood: BTreeMap<SmolStr, f64>,
    /// `severity`: `D1` to `D5`.
    pub severity: BTreeMap<SmolStr, f64>,
    /// `reversibility`: `R0` to `R4`.
    pub reversibility: BTreeMap<SmolStr, f64>,
    /// `exposure`, by environment; `critical` is what a critical component multiplies it by.
    pub exposure: BTreeMap<SmolStr, f64>,
    /// `approvalFrom`: the score from which a wave needs an approval.
    pub approval_from: Option<u8>,
}

const LIKELIHOODS: &[&str] = &["certain", "likely", "possible", "unlikely", "unknown"];
const SEVERITIES: &[&str] = &["D1", "D2", "D3", "D4", "D5"];
const REVERSIBILITIES: &[&str] = &["R0", "R1", "R2", "R3", "R4"];

impl RiskConfig {
    pub(crate) fn read(problems: &mut Problems, node: &Node) -> Option<Self> {
        let mut map = Map::new(problems, node, "risk")?;
        let risk = Self {
            likelihood: map
                .optional(problems, "likelihood", classes("likelihood", LIKELIHOODS))
                .unwrap_or_default(),
            severity: map
                .optional(problems, "severity", classes("severity", SEVERITIES))
                .unwrap_or_default(),
            reversibility: map
                .optional(problems, "reversibility", classes("reversibility", REVERSIBILITIES))
                .unwrap_or_default(),
            exposure: map
                .named(problems, "exposure", |problems, entry, _| weight(problems, &entry.value)),
            approval_from: map.optional(problems, "approvalFrom", score),
        };
        map.finish(problems);
        Some(risk)
    }
}

/// Reads a map from the classes named to their weights.
fn classes(
    name: &'static str,
    known: &'static [&'static str],
) -> impl Fn(&mut Problems, &Node) -> Option<BTreeMap<SmolStr, f64>> {
    move |problems, node| {
        let mut map = Map::new(problems, node, format!("risk.{name}"))?;
        let weights =
            known.iter().filter_map(|k| Some(((*k).into(), map.optional(problems, k, weight)?)));
        let weights = weights.collect();
        map.finish(problems);
        Some(weights)
    }
}

fn weight(problems: &mut Problems, node: &Node) -> Option<f64> {
    let weight = number(problems, node)?;
    if weight <= 0.0 {
        problems.add(
            node,
            format!("a weight multiplies the risk and must be above 0, found `{weight}`"),
        );
        return None;
    }
    Some(weight)
}

/// A score, 0 to 100.
pub(crate) fn score(problems: &mut Problems, node: &Node) -> Option<u8> {
    problems.parse(node, "a score from 0 to 100", |t| t.parse().ok().filter(|s| *s <= 100))
}
