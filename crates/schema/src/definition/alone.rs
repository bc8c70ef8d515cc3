//! The rules of a definition that look at an object by itself, and not at what it was. Source:
//! kubernetes/kubernetes, `staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/validator.go`
//! and `pkg/apiserver/schema/cel/validation.go`.

use gitops_model::FieldPath;
use gitops_yaml::Node;

use super::rule::{Answer, Rule, rules};
use super::schema::{pairing, property};
use super::shape::stored;
use crate::validity::{Fault, Place, Violation, is_unknown};

/// What the rules say of an object. It has to fit its schema, since the API server asks them of no other.
pub(super) fn violations(object: &Node, schema: &Node) -> Vec<Violation> {
    if !is_ruled(object, schema) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let top = FieldPath::default();
    value(&stored(object, schema, true), schema, &Place::at(&top), &mut found);
    found
}

/// Whether there is any rule for what the object holds: most objects have none, and need no copy.
fn is_ruled(node: &Node, schema: &Node) -> bool {
    let own = || rules(schema).any(|rule| !rule.needs_old());
    let below = |key: &str, value: &Node| property(schema, key).is_some_and(|s| is_ruled(value, s));
    let item = |item: &Node| schema.get("items").is_some_and(|s| is_ruled(item, s));
    own()
        || node.entries().iter().any(|entry| below(&entry.key, &entry.value))
        || node.items().iter().any(item)
}

fn value(node: &Node, schema: &Node, at: &Place<'_>, found: &mut Vec<Violation>) {
    if node.is_null() || is_unknown(node) {
        return;
    }
    for rule in rules(schema).filter(|rule| !rule.needs_old()) {
        let fault = match ask(&rule, node, schema) {
            Answer::Holds => continue,
            Answer::Broken(said) => Fault::RuleBroken { said },
            Answer::Unknown(why) => Fault::RuleUnknown { why },
        };
        found.push(below(&rule, node, at, fault));
    }
    for entry in node.entries() {
        if let Some(schema) = property(schema, &entry.key) {
            value(&entry.value, schema, &at.key(&entry.key), found);
        }
    }
    let keys = match pairing(schema) {
        crate::Pairing::Keys(keys) => keys,
        crate::Pairing::Atomic | crate::Pairing::Set => Vec::new(),
    };
    for (index, item) in node.items().iter().enumerate() {
        if let Some(schema) = schema.get("items") {
            value(item, schema, &at.item(index, item, &keys), found);
        }
    }
}

fn ask(rule: &Rule<'_>, node: &Node, schema: &Node) -> Answer {
    let mut known = true;
    let mut look = |value: &Node| value.walk(&mut |below| known = known && !is_unknown(below));
    match node.as_map() {
        Some(fields) => {
            let seen = fields.iter().filter(|field| rule.looks_at(&field.key));
            seen.for_each(|field| look(&field.value));
        }
        None => look(node),
    }
    if known {
        return rule.evaluate_alone(node, schema);
    }
    Answer::Unknown("a value that it looks at is known on the cluster alone".to_owned())
}

/// Where a rule is reported: at the value, or at the field of it that the rule names.
fn below(rule: &Rule<'_>, node: &Node, at: &Place<'_>, fault: Fault) -> Violation {
    let mut violation = at.violation(node, fault);
    let names = rule.field_path.unwrap_or_default().split('.').filter(|name| !name.is_empty());
    for name in names {
        violation.path = violation.path.key(name);
        if let Some(value) = violation.value.get(name).cloned() {
            violation.origin = value.origin.clone();
            violation.value = value;
        }
    }
    violation
}
