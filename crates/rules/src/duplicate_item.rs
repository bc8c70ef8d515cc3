//! `duplicate-item`: two items of a list have the same key.

use gitops_schema::Fault;

use crate::{Check, Draft, Pair, validity};

rule!("duplicate-item", Error, Check::Pair(check), "stands twice in a list of unlike items");

const SHADOWED: &str = "one of the two has no effect, and which one depends on who reads it";

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for (invalid, ()) in validity::told(pair, |fault| (*fault == Fault::Twice).then_some(())) {
        let (fate, severity) = invalid.refused_if_strict(SHADOWED);
        let what = "stands twice, and items of this list are told apart by it";
        out.push(invalid.draft(what, &fate).severity(severity).help("remove one of the two"));
    }
}
