//! Paths with wildcards, as the table of references writes them.

use gitops_model::{FieldPath, Segment};
use gitops_yaml::{Entry, Node, SmolStr};
use serde::Deserialize;

/// `spec.rules[*].http`, `metadata.annotations[cert-manager.io/issuer]`: keys by dots, keys that hold
/// dots in brackets, `[*]` for every item of a list, `{*}` for every value of a map, `{a,*Ref}` for those
/// of one key and of those that end so, and `**` for everything near and far below.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(SmolStr),
    Items,
    Values,
    AnyOf(Vec<SmolStr>),
    Below,
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut steps = Vec::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let (step, after) = if let Some(after) = rest.strip_prefix("[*]") {
                (Step::Items, after)
            } else if let Some(after) = rest.strip_prefix("{*}") {
                (Step::Values, after)
            } else if let Some(after) = rest.strip_prefix("**") {
                (Step::Below, after)
            } else if let Some(after) = rest.strip_prefix('{') {
                let (keys, after) =
                    after.split_once('}').ok_or(format!("`{text}` lacks a `}}`"))?;
                (Step::AnyOf(keys.split(',').map(Into::into).collect()), after)
            } else if let Some(after) = rest.strip_prefix('[') {
                let (key, after) = after.split_once(']').ok_or(format!("`{text}` lacks a `]`"))?;
                (Step::Key(key.into()), after)
            } else {
                let end = rest.find(['.', '[', '{']).unwrap_or(rest.len());
                let (key, after) = rest.split_at(end);
                if key.is_empty() {
                    return Err(format!("`{text}` has an empty key"));
                }
                (Step::Key(key.into()), after)
            };
            steps.push(step);
            rest = after;
        }
        Ok(Self(steps))
    }
}

impl Pattern {
    /// The last key: what the value is called.
    pub(crate) fn last(&self) -> &str {
        match self.0.last() {
            Some(Step::Key(key)) => key,
            _ => "",
        }
    }

    /// The first value that the pattern leads to.
    pub(crate) fn first<'a>(&self, root: &'a Node) -> Option<&'a Node> {
        first(&self.0, root)
    }

    /// Calls `visit` with every value that the pattern leads to and its path below `base`.
    pub(crate) fn each<'a>(
        &self,
        root: &'a Node,
        base: &FieldPath,
        visit: &mut impl FnMut(&FieldPath, &'a Node),
    ) {
        // Most patterns find nothing in most objects: ask before the path is built.
        if self.first(root).is_some() {
            each(&self.0, root, &mut base.clone(), visit);
        }
    }
}

/// Whether `key` is one of those named: itself, or by what it ends in.
fn is_any_of(key: &str, names: &[SmolStr]) -> bool {
    names.iter().any(|name| match name.strip_prefix('*') {
        Some(end) => key.ends_with(end),
        None => key == name,
    })
}

fn first<'a>(steps: &[Step], node: &'a Node) -> Option<&'a Node> {
    let Some((step, rest)) = steps.split_first() else { return Some(node) };
    let mut entries = node.entries().iter();
    match step {
        Step::Key(key) => first(rest, node.get(key)?),
        Step::Items => node.items().iter().find_map(|n| first(rest, n)),
        Step::Values => entries.find_map(|e| first(rest, &e.value)),
        // The names are in order of preference.
        Step::AnyOf(names) => names.iter().find_map(|name| {
            let named =
                node.entries().iter().filter(|e| is_any_of(&e.key, std::slice::from_ref(name)));
            named.into_iter().find_map(|e| first(rest, &e.value))
        }),
        Step::Below => first(rest, node)
            .or_else(|| node.items().iter().find_map(|n| first(steps, n)))
            .or_else(|| entries.find_map(|e| first(steps, &e.value))),
    }
}

fn each<'a>(
    steps: &[Step],
    node: &'a Node,
    path: &mut FieldPath,
    visit: &mut impl FnMut(&FieldPath, &'a Node),
) {
    let Some((step, rest)) = steps.split_first() else { return visit(path, node) };
    let mut below = |segment: Segment, steps: &[Step], child: &'a Node| {
        path.0.push(segment);
        each(steps, child, path, visit);
        path.0.pop();
    };
    let key = |entry: &Entry| Segment::Key(entry.key.clone());
    match step {
        Step::Key(name) => {
            node.entry(name).into_iter().for_each(|e| below(key(e), rest, &e.value));
        }
        Step::Items => {
            items(node).for_each(|(step, item)| below(step, rest, item));
        }
        Step::Values => {
            node.entries().iter().for_each(|e| below(key(e), rest, &e.value));
        }
        Step::AnyOf(names) => {
            let named = node.entries().iter().filter(|e| is_any_of(&e.key, names));
            named.for_each(|e| below(key(e), rest, &e.value));
        }
        Step::Below => {
            node.entries().iter().for_each(|e| below(key(e), steps, &e.value));
            items(node).for_each(|(step, item)| below(step, steps, item));
            each(rest, node, path, visit);
        }
    }
}

/// The items of a list with the step to each: by its name where it has one, as people say it.
fn items(node: &Node) -> impl Iterator<Item = (Segment, &Node)> {
    node.items().iter().enumerate().map(|(at, item)| {
        match item.get("name").and_then(Node::as_str) {
            Some(name) => (Segment::Item(vec![("name".into(), name.into())]), item),
            None => (Segment::Index(at), item),
        }
    })
}

#[cfg(test)]
mod tests {
    use gitops_yaml::{ContentId, Sources};

    use super::*;

    fn found(pattern: &str, text: &str) -> Vec<String> {
        let pattern = Pattern::try_from(pattern.to_owned()).expect("a good pattern");
        let file = Sources::default().load("x", ContentId::of(text.as_bytes()), text.as_bytes());
        let mut found = Vec::new();
        pattern.each(&file.documents[0], &FieldPath::default(), &mut |path, node| {
            found.push(format!("{path}={}", node.text().unwrap_or("...")));
        });
        found
    }

    #[test]
    fn wildcards_lead_to_every_value() {
        let text = "{a: [{name: x, b: 1}, {b: 2}, {c: 3}], m: {k/l.m: v, n: w}}";
        assert_eq!(found("a[*].b", text), ["a[name=x].b=1", "a[1].b=2"]);
        assert_eq!(found("m{*}", text), [r#"m["k/l.m"]=v"#, "m.n=w"]);
        assert_eq!(found("{m,x}.n", text), ["m.n=w"]);
        assert_eq!(found("**.{*.m,b}", text), ["a[name=x].b=1", "a[1].b=2", r#"m["k/l.m"]=v"#]);
        assert_eq!(found("m[k/l.m]", text), [r#"m["k/l.m"]=v"#]);
        assert_eq!(found("a.b", text), [""; 0]);
    }

    #[test]
    fn a_bad_pattern_says_so() {
        assert!(Pattern::try_from("a[b".to_owned()).is_err());
        assert!(Pattern::try_from("a..b".to_owned()).is_err());
    }
}
