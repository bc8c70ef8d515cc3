//! What a schema takes that another does not.

use gitops_model::{FieldPath, Segment};
use gitops_yaml::Node;

/// One thing that is no longer taken.
pub(super) struct Narrowing {
    /// The field.
    pub(super) path: FieldPath,
    /// What about it.
    pub(super) what: &'static str,
}

/// Limits that grow tighter as they grow.
const LEAST: [&str; 4] = ["minimum", "minLength", "minItems", "minProperties"];
/// Limits that grow tighter as they shrink.
const MOST: [&str; 4] = ["maximum", "maxLength", "maxItems", "maxProperties"];

/// What the first schema takes and the second does not, from the top down.
pub(super) fn narrowings(old: &Node, new: &Node) -> Vec<Narrowing> {
    let mut out = Vec::new();
    compare(old, new, &FieldPath::default(), &mut out);
    out
}

fn compare(old: &Node, new: &Node, path: &FieldPath, out: &mut Vec<Narrowing>) {
    if old.same(new) {
        return;
    }
    let mut say = |path: &FieldPath, what| out.push(Narrowing { path: path.clone(), what });
    for name in required(new).filter(|name| required(old).all(|known| known != *name)) {
        if new.at(&["properties", name, "default"]).is_none() {
            say(&path.key(name), "has to be there");
        }
    }
    let texts = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let differs = |key: &str| texts(new, key).is_some() && texts(old, key) != texts(new, key);
    if texts(old, "type").is_some() && differs("type") {
        say(path, "is of another type");
    }
    if differs("pattern") {
        say(path, "has another pattern");
    }
    if is_true(old, "nullable") && !is_true(new, "nullable") {
        say(path, "may not be null");
    }
    if lacks(new, old, "enum") {
        say(path, "has fewer allowed values");
    }
    if is_tighter(old, new) {
        say(path, "has tighter limits");
    }
    if has_more(old, new, "x-kubernetes-validations") {
        say(path, "has another rule");
    }
    let open = is_true(new, "x-kubernetes-preserve-unknown-fields")
        || new.get("additionalProperties").is_some();
    for entry in old.get("properties").map_or(&[][..], Node::entries) {
        match new.at(&["properties", &entry.key]) {
            Some(after) => compare(&entry.value, after, &path.key(&entry.key), out),
            None if open => {}
            None => out.push(Narrowing { path: path.key(&entry.key), what: "is dropped" }),
        }
    }
    for (key, step) in
        [("items", Segment::Index(0)), ("additionalProperties", Segment::Key("*".into()))]
    {
        if let (Some(before), Some(after)) = (old.get(key), new.get(key)) {
            compare(before, after, &path.with(step), out);
        }
    }
}

fn required(schema: &Node) -> impl Iterator<Item = &str> {
    schema.get("required").map_or(&[][..], Node::items).iter().filter_map(Node::text)
}

fn is_true(schema: &Node, key: &str) -> bool {
    schema.get(key).and_then(Node::as_bool) == Some(true)
}

/// Whether a list of allowed values is new, or shorter by one that was allowed.
fn lacks(new: &Node, old: &Node, key: &str) -> bool {
    let Some(allowed) = new.get(key).map(Node::items) else { return false };
    old.get(key)
        .is_none_or(|known| known.items().iter().any(|k| !allowed.iter().any(|a| a.same(k))))
}

/// Whether a list has an item that the old one has not.
fn has_more(old: &Node, new: &Node, key: &str) -> bool {
    let items = |node: &'_ Node| node.get(key).map(|n| n.items().to_vec()).unwrap_or_default();
    let rule = |item: &Node| item.get("rule").and_then(Node::text).map(str::to_owned);
    let known: Vec<_> = items(old).iter().map(rule).collect();
    items(new).iter().any(|item| !known.contains(&rule(item)))
}

fn is_tighter(old: &Node, new: &Node) -> bool {
    let number = |node: &Node, key: &str| node.get(key).and_then(Node::text)?.parse::<f64>().ok();
    let raised = |key: &&str| {
        number(new, key).is_some_and(|n| number(old, key).is_none_or(|o| n > o) && n > 0.0)
    };
    let lowered =
        |key: &&str| number(new, key).is_some_and(|n| number(old, key).is_none_or(|o| n < o));
    LEAST.iter().any(raised) || MOST.iter().any(lowered)
}
