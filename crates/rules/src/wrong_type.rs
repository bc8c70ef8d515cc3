//! `wrong-type`: a value is of another type than its field.

use gitops_schema::Fault;

use crate::{Check, Draft, Pair, validity, wording};

rule!("wrong-type", Error, Check::Pair(check), "is of another type than its field takes");

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let wanted = |fault: &Fault| match fault {
        Fault::WrongType { wanted } => Some(*wanted),
        _ => None,
    };
    for (invalid, wanted) in validity::told(pair, wanted) {
        let value = &invalid.violation.value;
        // `not-a-string` tells these.
        if wanted == "a string" && value.as_scalar().is_some() {
            continue;
        }
        let what = format!("is {}, where only {wanted} is taken", wording::value(Some(value)));
        let mut draft = invalid.draft(&what, &invalid.refused());
        if value.as_str().is_some_and(|text| reads_as(text, wanted)) {
            draft = draft.help("take away the quotes");
        } else {
            draft = draft.help(format!("write {wanted}"));
        }
        out.push(draft);
    }
}

/// Whether a text would be what is wanted if it stood without quotes.
fn reads_as(text: &str, wanted: &str) -> bool {
    match wanted {
        "a whole number" => text.parse::<i64>().is_ok(),
        "a number" => text.parse::<f64>().is_ok(),
        "`true` or `false`" => matches!(text, "true" | "false"),
        _ => false,
    }
}
