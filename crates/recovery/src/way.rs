//! Findings grouped by the way out that they share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_compare::renames;
use gitops_graph::Relation;
use gitops_model::{
    Action, Confidence, Controller, Effect, Finding, ObjectKey, Resource, Unit, UnitId,
};
use gitops_rules::Pair;
use gitops_yaml::{Node, SmolStr};
use serde::Deserialize;

use crate::claims::claims;
use crate::recipe::{Recipe, fitting};

/// Something a recipe depends on that only the objects tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fact {
    /// The pods of a StatefulSet are no longer those that its new selector asks for.
    PodsRelabelled,
    /// They are.
    PodsKept,
    /// A claim template asks for more than before.
    VolumesGrow,
    /// It has claims of its own.
    HasClaims,
    /// What applied the object goes.
    OwnerGoes,
    /// It stays.
    OwnerStays,
    /// Its kind is defined by a CustomResourceDefinition.
    Custom,
}

/// An object of a finding on one cluster.
pub(crate) struct Case<'a> {
    pub(crate) pair: &'a Pair<'a>,
    pub(crate) key: &'a ObjectKey,
    pub(crate) old: Option<(&'a Unit, &'a Arc<Resource>)>,
    pub(crate) new: Option<(&'a Unit, &'a Arc<Resource>)>,
}

impl<'a> Case<'a> {
    pub(crate) fn of(pair: &'a Pair<'a>, key: &'a ObjectKey) -> Self {
        let old = pair.before.as_ref().and_then(|b| b.object(key));
        Self { pair, key, old, new: pair.after.object(key) }
    }

    /// What applies the object; before the change where it goes.
    pub(crate) fn unit(&self) -> Option<&'a Unit> {
        self.new.or(self.old).map(|(unit, _)| unit)
    }

    pub(crate) fn object(&self) -> Option<&'a Arc<Resource>> {
        self.new.or(self.old).map(|(_, object)| object)
    }

    pub(crate) fn controller(&self) -> Controller {
        self.unit().map_or(Controller::None, |u| u.controller)
    }

    pub(crate) fn is(&self, fact: Fact) -> bool {
        let owner_goes =
            || self.old.is_some_and(|(unit, _)| self.pair.after.cluster.unit(&unit.id).is_none());
        match fact {
            Fact::PodsRelabelled => self.is_relabelled(),
            Fact::PodsKept => !self.is_relabelled(),
            Fact::VolumesGrow => claims(self).iter().any(|c| c.grows),
            Fact::HasClaims => !claims(self).is_empty(),
            Fact::OwnerGoes => owner_goes(),
            Fact::OwnerStays => !owner_goes(),
            Fact::Custom => self.object().is_some_and(|o| gitops_schema::kind(&o.gvk).is_none()),
        }
    }

    /// The object that follows it under another name.
    pub(crate) fn successor(&self) -> Option<&'a Arc<Resource>> {
        let renames = renames(self.pair.changes);
        renames.into_iter().find(|r| r.removed.key == *self.key)?.added.new.as_ref()
    }

    /// The workloads that mount its claims.
    pub(crate) fn users(&self) -> Vec<String> {
        if self.key.kind == "StatefulSet" {
            return vec![format!("statefulset/{}", self.key.name)];
        }
        let Some(before) = &self.pair.before else { return Vec::new() };
        let links = before.graph().edges_to(self.key);
        let mounts =
            links.iter().filter(|l| l.edge.relation == Relation::Mounts).map(|l| &l.from.key);
        let scaled =
            mounts.filter(|k| matches!(&*k.kind, "Deployment" | "StatefulSet" | "ReplicaSet"));
        scaled.map(|k| format!("{}/{}", k.kind.to_lowercase(), k.name)).collect()
    }

    /// Whether the new selector does not select the old pods.
    fn is_relabelled(&self) -> bool {
        let (Some((_, old)), Some((_, new))) = (self.old, self.new) else { return false };
        let selector = new.at(&["spec", "selector", "matchLabels"]).map_or(&[][..], Node::entries);
        let labels = old.at(&["spec", "template", "metadata", "labels"]);
        let has = |key: &str| labels.and_then(|l| l.get(key)).and_then(Node::text);
        selector.iter().any(|e| has(&e.key) != e.value.text())
    }
}

/// Findings with one recipe and one owner, on all their clusters.
pub(crate) struct Group<'a> {
    pub(crate) recipe: &'static Recipe,
    pub(crate) findings: Vec<&'a Finding>,
    pub(crate) cases: Vec<Case<'a>>,
}

impl Group<'_> {
    pub(crate) fn objects(&self) -> BTreeSet<&ObjectKey> {
        self.cases.iter().map(|c| c.key).collect()
    }

    /// Where, by when the change comes true there.
    pub(crate) fn places(&self) -> BTreeMap<Effect, BTreeSet<SmolStr>> {
        let mut places: BTreeMap<Effect, BTreeSet<SmolStr>> = BTreeMap::new();
        for pair in self.cases.iter().map(|c| c.pair) {
            let effect = pair.effect.unwrap_or(Effect::Now);
            places.entry(effect).or_default().insert(pair.after.name().into());
        }
        places
    }

    pub(crate) fn controller(&self) -> Controller {
        self.cases.first().map_or(Controller::None, Case::controller)
    }
}

/// The ways out, in the order of the findings, and the findings that no recipe fits although something
/// is refused, recreated or lost.
pub(crate) fn groups<'a>(
    pairs: &'a [Pair<'a>],
    findings: impl Iterator<Item = &'a Finding>,
) -> (Vec<Group<'a>>, Vec<&'a Finding>) {
    type Key = (&'static str, Option<UnitId>);
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    let mut open = Vec::new();
    let sure = |f: &&Finding| f.suppressed.is_none() && f.confidence > Confidence::Possible;
    for finding in findings.filter(sure) {
        let Some(effect) = finding.effect else { continue };
        let mut solved = false;
        for case in cases(pairs, finding, effect) {
            let Some(recipe) = fitting(finding, &case) else { continue };
            solved = true;
            let key = (recipe.id, case.unit().map(|u| u.id.clone()));
            let at = *known.entry(key).or_insert_with(|| {
                groups.push(Group { recipe, findings: Vec::new(), cases: Vec::new() });
                groups.len() - 1
            });
            let Some(group) = groups.get_mut(at) else { continue };
            if !group.findings.iter().any(|f| std::ptr::eq(*f, finding)) {
                group.findings.push(finding);
            }
            let same = |c: &Case<'_>| c.key == case.key && std::ptr::eq(c.pair, case.pair);
            if !group.cases.iter().any(same) {
                group.cases.push(case);
            }
        }
        if !solved && finding.apply.is_some_and(|a| a != gitops_model::Apply::Accepted) {
            open.push(finding);
        }
    }
    (groups, open)
}

/// The objects that a finding speaks of, on each of its clusters.
fn cases<'a>(pairs: &'a [Pair<'a>], finding: &'a Finding, effect: Effect) -> Vec<Case<'a>> {
    let here = |pair: &&Pair<'_>| {
        pair.effect == Some(effect) && finding.clusters.contains(pair.after.name())
    };
    let of_pair =
        |pair: &'a Pair<'a>| finding.objects().flat_map(|key| subjects(pair, finding.rule, key));
    pairs.iter().filter(here).flat_map(of_pair).collect()
}

fn subjects<'a>(pair: &'a Pair<'a>, rule: &str, key: &'a ObjectKey) -> Vec<Case<'a>> {
    let declares = |unit: &Unit| unit.object.as_ref().is_some_and(|o| o.key == *key);
    match rule {
        // It speaks of the new owner, or of the first object where nothing declares that one.
        "moved-between-owners" => {
            let to = |id: &UnitId| pair.after.cluster.unit(id).is_some_and(declares);
            let moved = pair.changes.iter().filter(|c| c.action == Action::Moved);
            let own = moved.filter(|c| c.key == *key || c.new_unit.as_ref().is_some_and(to));
            own.map(|c| Case::of(pair, &c.key)).collect()
        }
        // They speak of what applies objects.
        "owner-removed" | "prune-all" => {
            let own = |state: &'a gitops_model::ClusterState| {
                let unit = state.units.iter().find(|u| declares(u))?;
                Some((unit, unit.object.as_ref()?))
            };
            let old = pair.before.as_ref().and_then(|b| own(b.cluster));
            vec![Case { pair, key, old, new: own(pair.after.cluster) }]
        }
        _ => vec![Case::of(pair, key)],
    }
}
