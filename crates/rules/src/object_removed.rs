//! `object-removed`: an object goes whose removal is felt elsewhere, or leaves something behind.

use gitops_model::Apply;

use crate::removal::{self, aftermath};
use crate::{Check, Draft, Pair, write};

rule!(
    "object-removed",
    Warning,
    Check::Pair(check),
    "deletes an object that others feel, or that leaves something behind"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for removed in removal::gone_for_good(pair) {
        let Some(row) = aftermath(removed.object) else { continue };
        let message = format!("{}: {}", removed.deletes_it(), row.follows);
        let stays =
            row.stays.as_ref().map_or_else(String::new, |what| format!("; behind stay {what}"));
        let draft = removed.draft(message).severity(row.severity).help(format!(
            "to keep it, first commit {} on it and wait until that is live{stays}; to see that it is \
             gone, and what is left: `{}`",
            removed.guard(),
            row.proof(removed.object),
        ));
        let lost = write::holds_data(removed.object);
        out.push(if lost { draft.apply(Apply::DataLoss) } else { draft });
    }
}
