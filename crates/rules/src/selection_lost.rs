//! `selection-lost`: something no longer selects an object that is still there.

use gitops_graph::{Consequence, SelectionChange};
use gitops_model::Severity;

use crate::{Check, Draft, Pair, wording};

rule!(
    "selection-lost",
    Warning,
    Check::Pair(check),
    "no longer selects an object that is still there"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let Some(before) = &pair.before else { return };
    for change in pair.after.graph().selection_changes(before.graph()) {
        let selection = change.selection;
        // A Service without any pod has a rule of its own.
        let idle_service = selection.from.kind == "Service" && selection.matched.is_empty();
        if change.lost.is_empty() || idle_service {
            continue;
        }
        out.extend(draft(pair, &change));
    }
}

fn draft(pair: &Pair<'_>, change: &SelectionChange<'_>) -> Option<Draft> {
    let selection = change.selection;
    let (_, object) = pair.after.object(&selection.from)?;
    let message = format!(
        "`{}` no longer selects {}{}",
        selection.from,
        wording::list(&change.lost),
        match selection.lost {
            Consequence::Nothing => String::new(),
            consequence => format!(": it {}", consequence.as_str()),
        },
    );
    let severity =
        if selection.lost == Consequence::Nothing { Severity::Note } else { Severity::Warning };
    let mut draft = Draft::new(message)
        .on(object)
        .field(selection.path.clone())
        .severity(severity)
        .help("if that is not meant, make the selector and the labels agree");
    // Either the selector was changed or the labels were: both are suspects.
    let edited =
        pair.changes.iter().filter(|c| c.key == selection.from || change.lost.contains(&&c.key));
    for field in edited
        .flat_map(|c| &c.fields)
        .filter(|f| f.path.to_string().contains("abels") || f.path.to_string().contains("elector"))
    {
        draft = draft.at_span(field.written);
    }
    Some(draft.at_span(selection.span))
}
