//! What values have to keep to beside their types: bounds, patterns, forms.

use std::collections::BTreeSet;

use gitops_yaml::{Node, Origin};

use super::place::Place;
use super::scalar::scalar;
use super::unknown::is_unknown;
use super::violation::{Fault, Violation};
use crate::format::{Format, matches};
use crate::types::Limits;
use crate::{Field, Type, whole};

/// Finds what a value of the right type does not keep to.
pub(super) fn check(value: &Node, field: &Field, at: &Place<'_>, found: &mut Vec<Violation>) {
    let Some(limits) = field.limits.as_deref() else { return };
    if value.is_null() || is_unknown(value) {
        return;
    }
    if value.as_scalar().is_some() {
        if scalar(value, &field.ty).is_none() {
            found.extend(text(value, limits, &field.ty).map(|fault| at.violation(value, fault)));
        }
        return;
    }
    if let Some(items) = value.as_seq() {
        let amount = i64::try_from(items.len()).unwrap_or(i64::MAX);
        found.extend(bound(limits, amount, " items").map(|fault| at.violation(value, fault)));
    }
    twice(value, limits, at, found);
    for entry in value.entries() {
        let place = at.key(&entry.key);
        let key = Node::string(entry.key.clone(), Origin::new(entry.key_span));
        found.extend(form(limits.keys, &key).map(|fault| place.violation(&key, fault)));
        found.extend(form(limits.values, &entry.value).map(|f| place.violation(&entry.value, f)));
    }
}

fn text(value: &Node, limits: &Limits, ty: &Type) -> Option<Fault> {
    let number = whole(value);
    let text = value.text()?;
    if let Some(pattern) = limits.pattern.as_ref().filter(|_| number.is_none())
        && !matches(pattern, text)
    {
        return Some(Fault::not_allowed(match ty {
            Type::Duration => format!("a duration such as `5m` that matches `{pattern}`"),
            _ => format!("text that matches `{pattern}`"),
        }));
    }
    let length = || i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let broken = match number {
        Some(number) => bound(limits, number, ""),
        None => bound(limits, length(), " characters"),
    };
    broken.or_else(|| form(limits.form, value))
}

fn bound(limits: &Limits, amount: i64, unit: &str) -> Option<Fault> {
    if let Some(least) = limits.least.filter(|least| amount < i64::from(*least)) {
        return Some(Fault::not_allowed(format!("at least {least}{unit}")));
    }
    let most = limits.most.filter(|most| amount > i64::from(*most))?;
    Some(Fault::not_allowed(format!("at most {most}{unit}")))
}

fn form(form: Option<Format>, value: &Node) -> Option<Fault> {
    let form = form.filter(|_| !is_unknown(value))?;
    let broken = !(form.holds)(value.text()?);
    broken.then(|| Fault::not_allowed(form.wanted))
}

/// Items that have the same value where none may.
fn twice(list: &Node, limits: &Limits, at: &Place<'_>, found: &mut Vec<Violation>) {
    let Some(key) = &limits.unique else { return };
    let mut seen = BTreeSet::new();
    for (index, item) in list.items().iter().enumerate() {
        let Some(value) = item.get(key).filter(|v| !is_unknown(v)) else { continue };
        let text = value.text().filter(|text| !text.is_empty());
        if text.is_some_and(|text| !seen.insert(text)) {
            let place = at.item(index, item, std::slice::from_ref(key));
            found.push(place.key(key).violation(value, Fault::Twice));
        }
    }
}
