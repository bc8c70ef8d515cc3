//! `not-allowed-value`: a value is none of those that its field takes.

use gitops_schema::Fault;

use crate::{Check, Draft, Pair, validity, wording};

rule!("not-allowed-value", Error, Check::Pair(check), "is none of the values that its field takes");

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let allowed = |fault: &Fault| match fault {
        Fault::NotAllowed { allowed, near } => Some((allowed.clone(), near.clone())),
        _ => None,
    };
    for (invalid, (allowed, near)) in validity::told(pair, allowed) {
        let value = wording::value(Some(&invalid.violation.value));
        let what = format!("is {value}, and has to be {allowed}");
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write {allowed}"),
        };
        out.push(invalid.draft(&what, &invalid.refused()).help(help));
    }
}
