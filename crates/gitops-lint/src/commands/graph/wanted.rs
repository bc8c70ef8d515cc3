//! The object that a person names.

use std::collections::BTreeSet;

use gitops_graph::Graph;
use gitops_model::ObjectKey;

use crate::exit::Stop;

/// How many candidates are named.
const SHOWN: usize = 5;

/// The one object that `text` names in any of the graphs.
pub(super) fn find(text: &str, graphs: &[Graph]) -> Result<ObjectKey, Stop> {
    let wanted = Wanted::read(text)?;
    let keys: BTreeSet<&ObjectKey> =
        graphs.iter().flat_map(Graph::vertices).map(|v| &v.key).collect();
    let found: Vec<&ObjectKey> = keys.iter().copied().filter(|k| wanted.fits(k)).collect();
    match found[..] {
        [key] => Ok(key.clone()),
        [] => {
            let near: Vec<&ObjectKey> = keys.into_iter().filter(|k| wanted.is_near(k)).collect();
            let hint = if near.is_empty() {
                "name it `Kind/name` or `Kind/namespace/name`".to_owned()
            } else {
                format!("did you mean {}?", listed(&near))
            };
            Err(Stop::new(format!("no cluster has an object `{text}`; {hint}")))
        }
        _ => Err(Stop::new(format!(
            "`{text}` names {} objects; say which: {}",
            found.len(),
            listed(&found)
        ))),
    }
}

/// An object as a person names it.
pub(crate) struct Wanted<'a> {
    kind: &'a str,
    group: Option<&'a str>,
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> Wanted<'a> {
    pub(crate) fn read(text: &'a str) -> Result<Self, Stop> {
        let parts: Vec<&str> = text.split('/').collect();
        let (kind, namespace, name) = match parts[..] {
            [kind, name] => (kind, None, name),
            [kind, namespace, name] => (kind, Some(namespace), name),
            _ => {
                return Err(Stop::new(format!(
                    "`{text}` names no object; write `Kind/name` or `Kind/namespace/name`"
                )));
            }
        };
        let (kind, group) = kind.split_once('.').map_or((kind, None), |(k, g)| (k, Some(g)));
        Ok(Self { kind, group, namespace, name })
    }

    pub(crate) fn fits(&self, key: &ObjectKey) -> bool {
        key.kind.eq_ignore_ascii_case(self.kind)
            && key.name == self.name
            && self.group.is_none_or(|g| g == key.group)
            && self.namespace.is_none_or(|n| n == key.namespace)
    }

    /// Whether it may be meant: of the name, or of the kind and a name that holds the other.
    fn is_near(&self, key: &ObjectKey) -> bool {
        let kind = key.kind.eq_ignore_ascii_case(self.kind);
        let alike = key.name.contains(self.name) || self.name.contains(key.name.as_str());
        key.name == self.name || kind && alike
    }
}

/// Candidates as they may be named.
fn listed(keys: &[&ObjectKey]) -> String {
    let plain =
        |key: &ObjectKey| keys.iter().filter(|k| k.kind == key.kind).all(|k| k.group == key.group);
    let said = |key: &&ObjectKey| {
        let kind = match plain(key) {
            true => key.kind.to_string(),
            false => format!("{}.{}", key.kind, key.group),
        };
        match key.namespace.as_str() {
            "" => format!("`{kind}/{}`", key.name),
            namespace => format!("`{kind}/{namespace}/{}`", key.name),
        }
    };
    let shown: Vec<String> = keys.iter().take(SHOWN).map(said).collect();
    let rest = keys.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
