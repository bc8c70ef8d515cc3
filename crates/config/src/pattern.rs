//! Patterns for names, paths and objects.

use std::fmt;

use gitops_model::ObjectKey;
use gitops_yaml::{Node, SmolStr};
use globset::{GlobBuilder, GlobMatcher};

use crate::problems::Problems;

/// A pattern such as `prod-*`.
#[derive(Debug, Clone)]
pub struct Glob {
    text: SmolStr,
    matcher: GlobMatcher,
}

impl Glob {
    /// A pattern for names: `*` stands for anything.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn name(text: &str) -> Result<Self, String> {
        Self::build(text, false)
    }

    /// A pattern for paths: `*` stops at `/`, `**` does not.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn path(text: &str) -> Result<Self, String> {
        Self::build(text, true)
    }

    fn build(text: &str, literal_separator: bool) -> Result<Self, String> {
        let glob = GlobBuilder::new(text).literal_separator(literal_separator).build();
        let matcher = glob.map_err(|e| e.kind().to_string())?.compile_matcher();
        Ok(Self { text: text.into(), matcher })
    }

    /// Whether a text fits.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.is_match(text)
    }
}

/// As it is written.
impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A pattern for objects, written as people say them: `Deployment shop/web`, `shop/*`, `StorageClass fast`.
#[derive(Debug, Clone)]
pub struct ObjectPattern {
    kind: Option<Glob>,
    namespace: Option<Glob>,
    name: Glob,
}

impl ObjectPattern {
    /// Reads `[KIND ][NAMESPACE/]NAME`, each part a pattern; a part that is missing fits anything.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.trim().split_once(' ').map_or((None, text), |(k, r)| (Some(k), r));
        let (namespace, name) = rest.split_once('/').map_or((None, rest), |(n, r)| (Some(n), r));
        if name.trim().is_empty() {
            return Err("it has no name".into());
        }
        Ok(Self {
            kind: kind.map(Glob::name).transpose()?,
            namespace: namespace.map(|n| Glob::name(n.trim())).transpose()?,
            name: Glob::name(name.trim())?,
        })
    }

    /// Whether an object fits.
    #[must_use]
    pub fn matches(&self, key: &ObjectKey) -> bool {
        let fits = |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|g| g.matches(text));
        fits(&self.kind, &key.kind)
            && fits(&self.namespace, &key.namespace)
            && self.name.matches(&key.name)
    }
}

/// Reads a pattern with `parse`, and notes what is wrong with it.
pub(crate) fn pattern<T>(
    problems: &mut Problems,
    node: &Node,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let text = crate::value::text(problems, node)?;
    match parse(&text) {
        Ok(pattern) => Some(pattern),
        Err(why) => {
            problems.add(node, format!("`{text}` is no pattern: {why}"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects() {
        let web = ObjectKey::new("apps", "Deployment", "shop", "web");
        let fits = |pattern| ObjectPattern::parse(pattern).unwrap().matches(&web);
        assert!(
            fits("Deployment shop/web") && fits("shop/*") && fits("web") && fits("Deploy* web")
        );
        assert!(!fits("shop/api") && !fits("StatefulSet shop/web") && !fits("default/web"));
        assert!(ObjectPattern::parse("shop/").is_err() && ObjectPattern::parse("[x").is_err());
    }

    #[test]
    fn paths_and_names() {
        assert!(Glob::path("apps/**").unwrap().matches("apps/base/web.yaml"));
        assert!(!Glob::path("apps/*").unwrap().matches("apps/base/web.yaml"));
        assert!(Glob::name("hub*").unwrap().matches("hub/team/spoke"));
    }
}
