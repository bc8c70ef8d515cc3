//! Which resources a patch, replacement or plugin selects.

use gitops_model::Gvk;
use gitops_yaml::{Entry, Node, SmolStr};

use crate::decode::{Text, text};
use crate::error::{Error, Result};
use crate::id::{Id, Kinds};
use crate::kustomization;
use crate::object::Object;
use crate::pattern::Pattern;

/// A selector whose parts are anchored regular expressions; absent parts match anything.
pub(crate) struct Selector {
    group: Option<Pattern>,
    version: Option<Pattern>,
    kind: Option<Pattern>,
    name: Option<Pattern>,
    namespace: Option<Pattern>,
    labels: Requirements,
    annotations: Requirements,
}

fn anchored(pattern: &Option<Text>) -> Result<Option<Pattern>> {
    pattern.as_ref().map(Pattern::anchored).transpose()
}

fn fits(pattern: &Option<Pattern>, text: &str) -> bool {
    pattern.as_ref().is_none_or(|p| p.is_match(text))
}

impl Selector {
    pub(crate) fn new(written: &kustomization::Selector) -> Result<Self> {
        Ok(Self {
            group: anchored(&written.group)?,
            version: anchored(&written.version)?,
            kind: anchored(&written.kind)?,
            name: anchored(&written.name)?,
            namespace: anchored(&written.namespace)?,
            labels: Requirements::parse(&written.labels)?,
            annotations: Requirements::parse(&written.annotations)?,
        })
    }

    fn fits_gvk(&self, gvk: &Gvk) -> bool {
        fits(&self.group, &gvk.group)
            && fits(&self.version, &gvk.version)
            && fits(&self.kind, &gvk.kind)
    }

    /// Whether group, version, kind, name and namespace fit one identity.
    pub(crate) fn fits_id(&self, id: &Id) -> bool {
        self.fits_gvk(&id.gvk) && fits(&self.name, &id.name) && fits(&self.namespace, &id.namespace)
    }

    pub(crate) fn names_nothing(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace]
            .into_iter()
            .all(Option::is_none)
    }

    pub(crate) fn has_no_requirements(&self) -> bool {
        self.labels.0.is_empty() && self.annotations.0.is_empty()
    }

    pub(crate) fn fits_metadata(&self, object: &Object) -> bool {
        self.labels.hold(object.label_pairs("labels"))
            && self.annotations.hold(object.label_pairs("annotations"))
    }

    /// Whether a patch with this target applies: names and namespaces may be the first or the current.
    pub(crate) fn selects(&self, object: &Object, kinds: &Kinds) -> bool {
        let now = object.id(kinds);
        let first = object.previous_ids().next();
        let either = |part: fn(&Id) -> &str, wanted: &Option<Pattern>| {
            fits(wanted, part(&now)) || first.as_ref().is_some_and(|id| fits(wanted, part(id)))
        };
        either(Id::effective_namespace, &self.namespace)
            && either(|id| id.name.as_str(), &self.name)
            && self.fits_gvk(&now.gvk)
            && self.fits_metadata(object)
    }
}

/// A Kubernetes label selector: all of its requirements must hold.
#[derive(Debug, Default)]
struct Requirements(Vec<Requirement>);

#[derive(Debug)]
enum Requirement {
    Exists(SmolStr),
    Absent(SmolStr),
    In(SmolStr, Vec<SmolStr>),
    NotIn(SmolStr, Vec<SmolStr>),
    Above(SmolStr, i64),
    Below(SmolStr, i64),
}

impl Requirements {
    fn parse(written: &Option<Text>) -> Result<Self> {
        let Some(written) = written else { return Ok(Self::default()) };
        let source = text(&Some(written.clone())).to_owned();
        let all: Option<Vec<_>> = split_requirements(&source).map(requirement).collect();
        all.map(Self).ok_or_else(|| {
            Error::at(format!("unable to parse requirement: {source:?}"), written.span)
        })
    }

    fn hold(&self, labels: &[Entry]) -> bool {
        let value = |key: &str| {
            let entry = labels.iter().find(|e| e.key == key);
            entry.map(|e| Node::text(&e.value).unwrap_or_default())
        };
        self.0.iter().all(|requirement| match requirement {
            Requirement::Exists(key) => value(key).is_some(),
            Requirement::Absent(key) => value(key).is_none(),
            Requirement::In(key, values) => {
                value(key).is_some_and(|v| values.iter().any(|w| w == v))
            }
            Requirement::NotIn(key, values) => {
                value(key).is_none_or(|v| values.iter().all(|w| w != v))
            }
            Requirement::Above(key, limit) => number(value(key)).is_some_and(|n| n > *limit),
            Requirement::Below(key, limit) => number(value(key)).is_some_and(|n| n < *limit),
        })
    }
}

fn number(text: Option<&str>) -> Option<i64> {
    text?.parse().ok()
}

/// Splits at commas outside parentheses.
fn split_requirements(source: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let parts = source.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|p| !p.is_empty())
}

fn requirement(part: &str) -> Option<Requirement> {
    if let Some(key) = part.strip_prefix('!') {
        return Some(Requirement::Absent(key_name(key)?));
    }
    for (operator, negative) in [("!=", true), ("==", false), ("=", false)] {
        if let Some((key, value)) = part.split_once(operator) {
            let (key, value) = (key_name(key)?, vec![SmolStr::new(label_value(value)?)]);
            return Some(if negative {
                Requirement::NotIn(key, value)
            } else {
                Requirement::In(key, value)
            });
        }
    }
    for (operator, above) in [('>', true), ('<', false)] {
        if let Some((key, limit)) = part.split_once(operator) {
            let (key, limit) = (key_name(key)?, limit.trim().parse().ok()?);
            let requirement = if above { Requirement::Above } else { Requirement::Below };
            return Some(requirement(key, limit));
        }
    }
    let Some((head, list)) = part.split_once('(') else {
        return Some(Requirement::Exists(key_name(part)?));
    };
    let values = list.trim_end().strip_suffix(')')?;
    let values =
        values.split(',').map(|v| label_value(v).map(SmolStr::new)).collect::<Option<_>>()?;
    let (key, operator) = head.trim().rsplit_once(char::is_whitespace)?;
    match operator {
        "in" => Some(Requirement::In(key_name(key)?, values)),
        "notin" => Some(Requirement::NotIn(key_name(key)?, values)),
        _ => None,
    }
}

fn key_name(text: &str) -> Option<SmolStr> {
    let text = text.trim();
    let name = text.rsplit('/').next()?;
    let ok = !name.is_empty() && name.len() <= 63 && is_label_text(name);
    (ok && !text.contains(char::is_whitespace)).then(|| text.into())
}

fn label_value(text: &str) -> Option<&str> {
    let text = text.trim();
    (text.len() <= 63 && (text.is_empty() || is_label_text(text))).then_some(text)
}

fn is_label_text(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(inner)
}
