//! `date-rewritten`: text that looks like a date becomes another text.

use gitops_model::{FieldPath, Segment};
use gitops_yaml::{Node, ScalarKind, Style};

use crate::{Check, Draft, State};

rule!(
    "date-rewritten",
    Warning,
    Check::State(check),
    "is a date to kustomize, which writes it as a time"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for (_, object) in state.objects() {
        dates(&object.body, &mut FieldPath::default(), &mut |path, node, text| {
            let message = format!(
                "`{path}` of `{}` is `{text}`: kustomize takes it for a date and writes \
                 `{text}T00:00:00Z`, where kubectl keeps the text",
                object.key
            );
            out.push(
                Draft::new(message)
                    .on(object)
                    .field(path.clone())
                    .at(node)
                    .help("write it in quotes"),
            );
        });
    }
}

/// Every date without a time that stands without quotes.
fn dates(node: &Node, path: &mut FieldPath, told: &mut impl FnMut(&FieldPath, &Node, &str)) {
    if let Some(scalar) = node.as_scalar() {
        let plain = scalar.style == Style::Plain && scalar.kind == ScalarKind::Timestamp;
        if plain && scalar.text.len() == "2024-01-31".len() {
            told(path, node, &scalar.text);
        }
        return;
    }
    for (index, item) in node.items().iter().enumerate() {
        path.0.push(Segment::Index(index));
        dates(item, path, told);
        path.0.pop();
    }
    for entry in node.entries() {
        path.0.push(Segment::Key(entry.key.clone()));
        dates(&entry.value, path, told);
        path.0.pop();
    }
}
