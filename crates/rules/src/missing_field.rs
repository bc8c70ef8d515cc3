//! `missing-field`: an object lacks a field that it has to have.

use gitops_schema::Fault;

use crate::{Check, Draft, Pair, validity};

rule!("missing-field", Error, Check::Pair(check), "lacks a field that it has to have");

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for (invalid, ()) in validity::told(pair, |fault| (*fault == Fault::Missing).then_some(())) {
        let what = format!("is missing, and {} has to have it", invalid.kind());
        let mut draft = invalid.draft(&what, &invalid.refused()).help("add it");
        draft = draft.unless_applied_otherwise();
        let taken = invalid.object.removed.iter().find(|r| r.path == invalid.violation.path);
        if let Some(taken) = taken {
            draft = draft.related(taken.by, "it is taken away here");
        }
        out.push(draft);
    }
}
