//! What waits for the next promotion already. The promotion is judged as a whole, as two changes may be harmless
//! each and not together; what it would bring without the change under review, too, is told apart.

use std::collections::BTreeMap;

use gitops_model::{Effect, Finding, Suppressed};

use super::step::Step;

const REASON: &str = "it waits already: the next promotion brings it without this change, too";

/// Notes of every promotion which of its changes the one without the change under review makes as well.
pub(super) fn note_changes(steps: &mut [Step], without: &[Step]) {
    for step in steps.iter_mut().filter(|step| step.effect == Some(Effect::Queued)) {
        let name = &step.after.cluster.name;
        let Some(waiting) = without.iter().find(|w| w.after.cluster.name == *name) else {
            continue;
        };
        let waiting: BTreeMap<_, _> = waiting.changes.iter().map(|c| (&c.key, c)).collect();
        let changes = step.changes.iter().filter(|c| waiting.get(&c.key) == Some(c));
        step.waits = changes.map(|c| c.key.clone()).collect();
    }
}

/// Marks what was found of the promotion without the change in the same words, at the same places.
pub(super) fn mark_findings(found: &mut [Finding], without: &[Finding]) {
    let mut waiting: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in without {
        waiting.entry(place(finding)).or_default().push(finding);
    }
    for finding in found {
        let same = waiting.get(&place(finding)).is_some_and(|all| all.contains(&&*finding));
        if same {
            finding.suppressed = Some(Suppressed {
                by: Suppressed::BASELINE,
                reason: REASON.to_owned(),
                expires: None,
            });
        }
    }
}

fn place(finding: &Finding) -> (&'static str, Option<gitops_yaml::Span>) {
    (finding.rule, finding.primary())
}
