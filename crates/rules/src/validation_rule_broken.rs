//! `validation-rule-broken`: an object breaks a rule of its definition.

use gitops_schema::Fault;

use crate::{Check, Draft, Pair, validity};

rule!(
    "validation-rule-broken",
    Error,
    Check::Pair(check),
    "breaks a rule that its CustomResourceDefinition puts on it"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let said = |fault: &Fault| match fault {
        Fault::RuleBroken { said } => Some(said.clone()),
        _ => None,
    };
    for (invalid, said) in validity::told(pair, said) {
        let what = format!("breaks a rule of its CustomResourceDefinition, `{said}`");
        let draft = invalid.draft(&what, &invalid.refused());
        out.push(draft.help("change the value so that the rule holds"));
    }
}
