//! Whole numbers as YAML writes them.

use gitops_yaml::{Node, ScalarKind};

/// The whole number of a scalar, in any of the notations that kustomize and kubectl read: `420`,
/// `0644`, `0o644`, `0x1a4`, `1_000`.
///
/// ```
/// # use gitops_yaml::{ContentId, Sources};
/// # let text = b"0644";
/// # let file = Sources::default().load("x", ContentId::of(text), text);
/// assert_eq!(gitops_schema::whole(&file.documents[0]), Some(420));
/// ```
#[must_use]
pub fn whole(node: &Node) -> Option<i64> {
    let scalar = node.as_scalar()?;
    match scalar.kind {
        ScalarKind::Int => {}
        ScalarKind::Float => return without_fraction(&scalar.text),
        _ => return None,
    }
    let text: String = scalar.text.chars().filter(|c| *c != '_').collect();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..]),
        Some("0o" | "0O") => (8, &digits[2..]),
        Some("0b" | "0B") => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    let amount = i64::from_str_radix(digits, radix).ok()?;
    Some(if negative { -amount } else { amount })
}

/// `2.147483647e+09`: on the way through JSON such a number loses its fraction.
fn without_fraction(text: &str) -> Option<i64> {
    let number = text.parse::<f64>().ok()?;
    let whole = number.fract() == 0.0 && number.abs() < 1e15;
    whole.then(|| format!("{number:.0}").parse().ok())?
}
