//! Clusters as they are reported.

use std::collections::BTreeMap;

use gitops_model::{
    Action, ClusterReport, ClusterState, Counts, Effect, Finding, Source, SourceReport, Tracks,
};
use gitops_yaml::SmolStr;

use super::changes::Recreated;
use super::{Analysis, Step};

/// One report for each cluster, by name, with what changes on it now and later.
pub(super) fn reports(
    steps: &[Step],
    findings: &[Finding],
    analysis: &Analysis,
) -> Vec<ClusterReport> {
    let recreated = Recreated::of(findings);
    let mut reports: BTreeMap<SmolStr, ClusterReport> = BTreeMap::new();
    for step in steps {
        let name = &step.after.cluster.name;
        let report = reports.entry(name.clone()).or_insert_with(|| first(step, analysis));
        for change in &step.changes {
            let effect = step.effect.unwrap_or(Effect::Now);
            count(&mut report.changes, recreated.action(change, name, effect));
        }
        for source in &mut report.sources {
            if source.effect.is_none() && reaches(step, &source.source) {
                source.effect = step.effect;
            }
        }
    }
    reports.into_values().collect()
}

fn first(step: &Step, analysis: &Analysis) -> ClusterReport {
    let cluster = step.after.cluster.clone();
    let wave = analysis.settings.config.wave_of(&cluster.name).map(|(_, w)| w.name.value.clone());
    let source = |source: &Source| SourceReport { source: source.clone(), effect: None };
    let sources = deployed(step).sources.iter().map(source).collect();
    ClusterReport { cluster, wave, sources, changes: Counts::default() }
}

/// The state that says which revisions are deployed: the one before the change, if there was one.
fn deployed(step: &Step) -> &ClusterState {
    step.before.as_ref().filter(|b| !b.sources.is_empty()).unwrap_or(&step.after)
}

/// Whether a unit that reads the source differs.
fn reaches(step: &Step, source: &Source) -> bool {
    if matches!(source.tracks, Tracks::External(_)) {
        return false;
    }
    let touched = |id| {
        let unit = |state: &ClusterState| {
            state.unit(id).is_some_and(|u| u.source.as_ref() == Some(&source.object))
        };
        unit(&step.after) || step.before.as_ref().is_some_and(unit)
    };
    let ids = step.changes.iter().flat_map(|c| c.old_unit.iter().chain(&c.new_unit));
    ids.into_iter().any(touched)
}

fn count(counts: &mut Counts, action: Action) {
    let place = match action {
        Action::Added => &mut counts.added,
        Action::Removed => &mut counts.removed,
        Action::Modified => &mut counts.modified,
        Action::Moved => &mut counts.moved,
        Action::Recreated => &mut counts.recreated,
    };
    *place += 1;
}
