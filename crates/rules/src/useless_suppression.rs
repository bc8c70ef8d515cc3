//! `useless-suppression`: a suppression that has no effect.

use gitops_model::Finding;

use crate::run::Suppression;
use crate::{Check, Draft, Facts, Rule};

rule!(
    "useless-suppression",
    Warning,
    Check::Suppression(check),
    "suppresses nothing, names no rule, or gives no reason"
);

fn check(
    rules: &[Rule],
    facts: &Facts<'_>,
    all: &[Suppression<'_>],
    found: &[Finding],
    out: &mut Vec<Draft>,
) {
    // Where two states are compared, only what the change brings is looked for.
    let whole = facts.pairs.iter().all(|p| p.before.is_none());
    let news = |s: &&Suppression<'_>| whole || (facts.touched)(s.span);
    for suppression in all.iter().filter(news) {
        let rule = &suppression.rule;
        let used = || found.iter().any(|f| suppression.covers(f, facts.sources));
        let draft = if rules.iter().all(|known| known.meta.id != rule) {
            Draft::new(format!("`{rule}` is no rule")).help("`gitops-lint rules` lists them all")
        } else if suppression.reason.is_empty() {
            Draft::new(format!("the suppression of `{rule}` gives no reason, so it has no effect"))
                .help("say after it why the finding is right to stay")
        } else if whole && !used() {
            Draft::new(format!("`{rule}` finds nothing here")).help("take the suppression out")
        } else {
            continue;
        };
        out.push(draft.at_span(suppression.span));
    }
}
