//! `not-a-string`: a number or boolean stands where Kubernetes wants a string.

use gitops_schema::Fault;
use gitops_yaml::ScalarKind;

use crate::{Check, Draft, Pair, validity};

rule!(
    "not-a-string",
    Error,
    Check::Pair(check),
    "is a number or boolean where only a string is taken"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let text = |fault: &Fault| match fault {
        Fault::WrongType { wanted: "a string" } => Some(()),
        _ => None,
    };
    for (invalid, ()) in validity::told(pair, text) {
        let Some(scalar) = invalid.violation.value.as_scalar() else { continue };
        let kind = if scalar.kind == ScalarKind::Bool { "a boolean" } else { "a number" };
        let what = format!("is {kind}, and only a string is taken there");
        let help = "write it in quotes; where it comes from a variable, the quotes are lost before \
                    the value is put in, so write `${quote}${name}${quote}` with a variable `quote` \
                    that holds one";
        out.push(invalid.draft(&what, &invalid.refused()).help(help));
    }
}
