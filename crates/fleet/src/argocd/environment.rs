//! The variables that a build knows, and their substitution (Go's `os.Expand`).

use gitops_yaml::SmolStr;

/// The variables of one source.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment {
    /// `ARGOCD_APP_NAME`
    pub(super) name: SmolStr,
    /// `ARGOCD_APP_NAMESPACE`: the destination's.
    pub(super) namespace: SmolStr,
    /// `ARGOCD_APP_PROJECT_NAME`
    pub(super) project: SmolStr,
    /// `ARGOCD_APP_REVISION`, and its beginnings.
    pub(super) revision: SmolStr,
    /// `ARGOCD_APP_SOURCE_REPO_URL`
    pub(super) repo_url: SmolStr,
    /// `ARGOCD_APP_SOURCE_PATH`
    pub(super) path: SmolStr,
    /// `ARGOCD_APP_SOURCE_TARGET_REVISION`
    pub(super) target_revision: SmolStr,
}

impl Environment {
    fn value(&self, name: &str) -> &str {
        let beginning = |length: usize| self.revision.get(..length).unwrap_or(&self.revision);
        match name {
            // `$$` escapes a `$`.
            "$" => "$",
            "ARGOCD_APP_NAME" => &self.name,
            "ARGOCD_APP_NAMESPACE" => &self.namespace,
            "ARGOCD_APP_PROJECT_NAME" => &self.project,
            "ARGOCD_APP_REVISION" => &self.revision,
            "ARGOCD_APP_REVISION_SHORT" => beginning(7),
            "ARGOCD_APP_REVISION_SHORT_8" => beginning(8),
            "ARGOCD_APP_SOURCE_REPO_URL" => &self.repo_url,
            "ARGOCD_APP_SOURCE_PATH" => &self.path,
            "ARGOCD_APP_SOURCE_TARGET_REVISION" => &self.target_revision,
            _ => "",
        }
    }

    /// Replaces `$name` and `${name}`; an unknown name becomes nothing.
    pub(super) fn expand(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let (name, length) = name(after);
            match name {
                Some(name) => out.push_str(self.value(name)),
                None if length == 0 => out.push('$'),
                None => {}
            }
            rest = &after[length..];
        }
        out + rest
    }
}

/// The name behind a `$`, if it is one, and how much of the text it takes.
fn name(text: &str) -> (Option<&str>, usize) {
    let is_special = |c: char| "*#$@!?-".contains(c) || c.is_ascii_digit();
    let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    if let Some(inner) = text.strip_prefix('{') {
        return match inner.find('}') {
            None => (None, 1),
            Some(0) => (None, 2),
            Some(end) => (Some(&inner[..end]), end + 2),
        };
    }
    match text.chars().next() {
        Some(c) if is_special(c) => (Some(&text[..1]), 1),
        _ => {
            let length = text.len() - text.trim_start_matches(is_word).len();
            (Some(&text[..length]).filter(|n| !n.is_empty()), length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_expand_as_in_go() {
        let environment = Environment {
            name: "shop".into(),
            revision: "0123456789".into(),
            ..Environment::default()
        };
        for (text, want) in [
            ("a-$ARGOCD_APP_NAME.x", "a-shop.x"),
            ("${ARGOCD_APP_REVISION_SHORT}", "0123456"),
            ("$$ARGOCD_APP_NAME", "$ARGOCD_APP_NAME"),
            ("$UNKNOWN-x", "-x"),
            ("100$", "100$"),
            ("${}a${b", "ab"),
            ("$ x", "$ x"),
        ] {
            assert_eq!(environment.expand(text), want, "{text}");
        }
    }
}
