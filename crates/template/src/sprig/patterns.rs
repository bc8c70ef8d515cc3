//! Regular expressions.

use regex::{Regex, RegexBuilder};

use crate::error::Fault;
use crate::library::P::{Int, Str};
use crate::library::{Call, Function, Outcome, f};
use crate::sprig::strings::pieces;
use crate::value::{Data, Value};

pub(crate) static TABLE: &[Function] = &[
    f("regexMatch", &[Str, Str], |call| {
        let found = pattern(call).is_ok_and(|p| p.is_match(call.str(1)));
        Ok(Data::Bool(found).into())
    }),
    f("mustRegexMatch", &[Str, Str], |call| {
        Ok(Data::Bool(pattern(call)?.is_match(call.str(1))).into())
    }),
    f("regexFind", &[Str, Str], find),
    f("mustRegexFind", &[Str, Str], find),
    f("regexFindAll", &[Str, Str, Int], find_all),
    f("mustRegexFindAll", &[Str, Str, Int], find_all),
    f("regexReplaceAll", &[Str, Str, Str], replace),
    f("mustRegexReplaceAll", &[Str, Str, Str], replace),
    f("regexReplaceAllLiteral", &[Str, Str, Str], replace_literal),
    f("mustRegexReplaceAllLiteral", &[Str, Str, Str], replace_literal),
    f("regexSplit", &[Str, Str, Int], split),
    f("mustRegexSplit", &[Str, Str, Int], split),
    f("regexQuoteMeta", &[Str], |call| {
        let special = |c: char| r"\.+*?()|[]{}^$".contains(c);
        let quoted =
            call.str(0).chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c]));
        call.text(quoted.collect::<String>())
    }),
];

/// The first argument as a pattern of RE2, whose `\d`, `\w`, `\s` and `\b` know ASCII alone.
fn pattern(call: &mut Call<'_>) -> Result<Regex, Fault> {
    call.budget.steps(call.str(0).len() + call.str(1).len())?;
    RegexBuilder::new(&ascii_classes(call.str(0)))
        .size_limit(1 << 20)
        .build()
        .map_err(|e| call.fault(format!("has no pattern in its first argument: {e}")))
}

fn ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str(if in_class { "0-9" } else { "[0-9]" }),
                Some('D') if !in_class => out.push_str("[^0-9]"),
                Some('w') => out.push_str(if in_class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
                Some('W') if !in_class => out.push_str("[^0-9A-Za-z_]"),
                Some('s') => out.push_str(if in_class { r"\t\n\f\r " } else { r"[\t\n\f\r ]" }),
                Some('S') if !in_class => out.push_str(r"[^\t\n\f\r ]"),
                Some('b') => out.push_str(r"(?-u:\b)"),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' if in_class => {
                out.push_str(if chars.as_str().starts_with(':') { "[" } else { r"\[" })
            }
            // `&&`, `--` and `~~` work on classes in Rust alone.
            '&' | '~' if in_class => out.extend(['\\', c]),
            _ => {
                in_class = (in_class || c == '[') && c != ']';
                out.push(c);
            }
        }
    }
    out
}

fn find(call: &mut Call<'_>) -> Outcome {
    let pattern = pattern(call)?;
    call.text(pattern.find(call.str(1)).map_or("", |m| m.as_str()).to_owned())
}

fn limit(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn find_all(call: &mut Call<'_>) -> Outcome {
    let pattern = pattern(call)?;
    let found = pattern.find_iter(call.str(1)).take(limit(call.int(2)));
    Ok(Value::strings(found.map(|m| m.as_str().to_owned())))
}

fn replace(call: &mut Call<'_>) -> Outcome {
    let pattern = pattern(call)?;
    let count = pattern.find_iter(call.str(1)).count();
    call.budget.bytes(count.saturating_mul(call.str(2).len()))?;
    let text = pattern.replace_all(call.str(1), call.str(2)).into_owned();
    call.text(text)
}

fn replace_literal(call: &mut Call<'_>) -> Outcome {
    let pattern = pattern(call)?;
    let count = pattern.find_iter(call.str(1)).count();
    call.budget.bytes(count.saturating_mul(call.str(2).len()))?;
    let text = pattern.replace_all(call.str(1), regex::NoExpand(call.str(2))).into_owned();
    call.text(text)
}

fn split(call: &mut Call<'_>) -> Outcome {
    let (count, text) = (call.int(2), call.str(1).to_owned());
    if call.str(0).is_empty() {
        return Ok(Value::strings(pieces(&text, "", count)));
    }
    let pattern = pattern(call)?;
    if count == 0 {
        return Ok(Value::strings(Vec::<String>::new()));
    }
    Ok(Value::strings(pattern.splitn(&text, limit(count)).map(str::to_owned)))
}
