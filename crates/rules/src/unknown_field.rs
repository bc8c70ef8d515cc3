//! `unknown-field`: an object has a field that its kind does not.

use gitops_schema::Fault;

use crate::{Check, Draft, Pair, validity};

rule!("unknown-field", Error, Check::Pair(check), "has a field that its kind does not have");

const DROPPED: &str = "the API server drops it with a warning, and it has no effect";

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let near = |fault: &Fault| match fault {
        Fault::Unknown { near } => Some(near.clone()),
        _ => None,
    };
    for (invalid, near) in validity::told(pair, near) {
        let (fate, severity) = invalid.refused_if_strict(DROPPED);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "remove it, or move it to where it belongs: look at its indentation".to_owned(),
        };
        let what = format!("is no field of {}", invalid.kind());
        out.push(invalid.draft(&what, &fate).severity(severity).help(help));
    }
}
