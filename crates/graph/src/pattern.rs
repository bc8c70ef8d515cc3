//! Paths with wildcards, as the table of references writes them.

use gitops_model::{FieldPath, Segment};
use gitops_yaml::{Node, SmolStr};
use serde::Deserialize;

/// `spec.rules[*].http`, `metadata.annotations[cert-manager.io/issuer]`: keys by dots, keys that hold
/// dots in brackets, `[*]` for every item of a list, `{*}` for every value of a map and `{a,b}` for those
/// of two keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(SmolStr),
    Items,
    Values,
    AnyOf(Vec<SmolStr>),
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
        fn find<'a>(steps: &[Step], node: &'a Node) -> Option<&'a Node> {
            let Some((step, rest)) = steps.split_first() else { return Some(node) };
            match step {
                Step::Key(key) => find(rest, node.get(key)?),
                Step::Items => node.items().iter().find_map(|n| find(rest, n)),
                Step::Values => node.entries().iter().find_map(|e| find(rest, &e.value)),
                Step::AnyOf(keys) => keys.iter().find_map(|k| find(rest, node.get(k)?)),
            }
        }
        find(&self.0, root)
    }

    /// Calls `visit` with every value that the pattern leads to and its path below `base`.
    pub(crate) fn each<'a>(
        &self,
        root: &'a Node,
        base: &FieldPath,
        visit: &mut impl FnMut(&FieldPath, &'a Node),
    ) {
        fn go<'a>(
            steps: &[Step],
            node: &'a Node,
            path: &mut FieldPath,
            visit: &mut impl FnMut(&FieldPath, &'a Node),
        ) {
            let Some((step, rest)) = steps.split_first() else { return visit(path, node) };
            let mut below = |segment: Segment, child: &'a Node| {
                path.0.push(segment);
                go(rest, child, path, visit);
                path.0.pop();
            };
            match step {
                Step::Key(key) => {
                    if let Some(child) = node.get(key) {
                        below(Segment::Key(key.clone()), child);
                    }
                }
                Step::Items => {
                    for (at, item) in node.items().iter().enumerate() {
                        below(item_segment(at, item), item);
                    }
                }
                Step::Values => {
                    for entry in node.entries() {
                        below(Segment::Key(entry.key.clone()), &entry.value);
                    }
                }
                Step::AnyOf(keys) => {
                    for entry in node.entries().iter().filter(|e| keys.contains(&e.key)) {
                        below(Segment::Key(entry.key.clone()), &entry.value);
                    }
                }
            }
        }
        // Most patterns find nothing in most objects: ask before the path is built.
        if self.first(root).is_some() {
            go(&self.0, root, &mut base.clone(), visit);
        }
    }
}

/// An item's step: by its name where it has one, as people say it.
fn item_segment(at: usize, item: &Node) -> Segment {
    match item.get("name").and_then(Node::as_str) {
        Some(name) => Segment::Item(vec![("name".into(), name.into())]),
        None => Segment::Index(at),
    }
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
        assert_eq!(found("m[k/l.m]", text), [r#"m["k/l.m"]=v"#]);
        assert_eq!(found("a.b", text), [""; 0]);
    }

    #[test]
    fn a_bad_pattern_says_so() {
        assert!(Pattern::try_from("a[b".to_owned()).is_err());
        assert!(Pattern::try_from("a..b".to_owned()).is_err());
    }
}
