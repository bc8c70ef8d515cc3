//! `selection-gained`: something selects an object that it did not select before.

use gitops_graph::{Selection, SelectionChange};
use gitops_model::{Change, FieldChange, Severity};

use crate::{Check, Draft, Pair, wording};

rule!(
    "selection-gained",
    Warning,
    Check::Pair(check),
    "selects an object that was there and was not selected before"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let Some(before) = &pair.before else { return };
    for change in pair.after.graph().selection_changes(before.graph()) {
        // A new object that is selected is what it was made for.
        let gained = change.gained.iter().filter(|key| before.object(key).is_some());
        let gained: Vec<_> = gained.collect();
        if !gained.is_empty() && matters(change.selection) {
            out.extend(draft(pair, &change, &gained));
        }
    }
}

/// Traffic and policies; what merely watches may watch more.
fn matters(selection: &Selection) -> bool {
    matches!(
        (&*selection.from.group, &*selection.from.kind),
        ("", "Service") | ("policy", "PodDisruptionBudget")
    ) || selection.from.kind.ends_with("Policy")
        || selection.from.kind.ends_with("Gateway")
}

fn draft(
    pair: &Pair<'_>,
    change: &SelectionChange<'_>,
    gained: &[&&gitops_model::ObjectKey],
) -> Option<Draft> {
    let selection = change.selection;
    let (_, object) = pair.after.object(&selection.from)?;
    let what = match &*selection.from.kind {
        "Service" => "it sends them requests too",
        "PodDisruptionBudget" => "evictions of all of them count together",
        "Gateway" => "what they route is let in",
        _ => "what it allows and forbids holds for them too",
    };
    let message =
        format!("`{}` now also selects {}: {what}", selection.from, wording::list(gained.iter()));
    let severity = match selection.from.kind == "Service" && selection.matched.len() > 1 {
        true => Severity::Warning,
        false => Severity::Note,
    };
    let draft = Draft::new(message)
        .on(object)
        .field(selection.path.clone())
        .severity(severity)
        .help("if that is not meant, give the selector a label that only the right ones have");
    let edited = |c: &&Change| c.key == selection.from || gained.iter().any(|key| ***key == c.key);
    let fields = pair.changes.iter().filter(edited).flat_map(|c| &c.fields);
    let draft = fields.filter(|f| is_label(f)).fold(draft, |d, f| d.at_span(f.written));
    Some(draft.at_span(selection.span))
}

fn is_label(field: &FieldChange) -> bool {
    let path = field.path.to_string();
    path.contains("abels") || path.contains("elector")
}
