//! The address of a field inside an object.

use std::fmt;

use gitops_yaml::{Node, SmolStr};

/// One step into an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// A map's key.
    Key(SmolStr),
    /// A list's item by position.
    Index(usize),
    /// A list's item by the fields that identify it: `containers[name=web]`.
    Item(Vec<(SmolStr, SmolStr)>),
}

/// The steps from an object's top to a field.
///
/// ```
/// use gitops_model::FieldPath;
/// let path = FieldPath::keys(&["spec", "template"]).index(0).key("app.kubernetes.io/name");
/// assert_eq!(path.to_string(), r#"spec.template[0]["app.kubernetes.io/name"]"#);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath(pub Vec<Segment>);

impl FieldPath {
    /// A path of keys.
    #[must_use]
    pub fn keys(keys: &[&str]) -> Self {
        Self(keys.iter().map(|k| Segment::Key((*k).into())).collect())
    }

    /// This path and one key more.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(Segment::Key(key.into()))
    }

    /// This path and one position more.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// This path and one step more.
    #[must_use]
    pub fn with(&self, segment: Segment) -> Self {
        let mut steps = self.0.clone();
        steps.push(segment);
        Self(steps)
    }

    /// Whether the path begins with these keys; list steps between keys are passed over.
    #[must_use]
    pub fn is_below(&self, keys: &[&str]) -> bool {
        let mut own = self.0.iter().filter_map(|s| match s {
            Segment::Key(k) => Some(k.as_str()),
            Segment::Index(_) | Segment::Item(_) => None,
        });
        keys.iter().all(|k| own.next() == Some(k))
    }

    /// The value at this path of an object.
    #[must_use]
    pub fn find<'a>(&self, root: &'a Node) -> Option<&'a Node> {
        self.0.iter().try_fold(root, |node, step| match step {
            Segment::Key(key) => node.get(key),
            Segment::Index(i) => node.items().get(*i),
            Segment::Item(keys) => node
                .items()
                .iter()
                .find(|n| keys.iter().all(|(k, v)| n.get(k).and_then(Node::text) == Some(v))),
        })
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Segment::Key(k) if k.contains(['.', '[', ']', '/', ' ']) => write!(f, "[{k:?}]")?,
                Segment::Key(k) if i == 0 => write!(f, "{k}")?,
                Segment::Key(k) => write!(f, ".{k}")?,
                Segment::Index(n) => write!(f, "[{n}]")?,
                Segment::Item(keys) => {
                    let keys: Vec<String> = keys.iter().map(|(k, v)| format!("{k}={v}")).collect();
                    write!(f, "[{}]", keys.join(","))?;
                }
            }
        }
        Ok(())
    }
}
