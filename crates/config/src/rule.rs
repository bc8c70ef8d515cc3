//! What the file says of rules and findings.

use gitops_model::Severity;
use gitops_yaml::{Entry, Node, SmolStr, Span};

use crate::pattern::{Glob, ObjectPattern, pattern};
use crate::problems::Problems;
use crate::time::Date;
use crate::value::Spanned;
use crate::value::{Map, boolean, spanned, text};

/// One entry of `rules`: a map, or short one word for its severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleConfig {
    /// The severity of its findings.
    pub severity: Option<Severity>,
    /// Whether it is switched off.
    pub off: bool,
    /// Where its name stands.
    pub span: Span,
}

const SEVERITIES: [(&str, Option<Severity>); 4] = [
    ("error", Some(Severity::Error)),
    ("warning", Some(Severity::Warning)),
    ("note", Some(Severity::Note)),
    ("off", None),
];

impl RuleConfig {
    pub(crate) fn read(problems: &mut Problems, entry: &Entry, name: String) -> Option<Self> {
        let (node, span) = (&entry.value, entry.key_span);
        if node.as_scalar().is_some() {
            let severity = problems.word(node, &SEVERITIES)?;
            return Some(Self { severity, off: severity.is_none(), span });
        }
        let mut map = Map::new(problems, node, name)?;
        let severity = map.optional(problems, "severity", |p, n| p.word(n, &SEVERITIES));
        let off = map.optional(problems, "off", boolean).unwrap_or(severity == Some(None));
        map.finish(problems);
        Some(Self { severity: severity.flatten(), off, span })
    }
}

/// One entry of `suppressions`: findings that are known and not counted. All that it names must fit.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// The rule.
    pub rule: Spanned<SmolStr>,
    /// The file of the line to blame.
    pub path: Option<Glob>,
    /// The object.
    pub object: Option<ObjectPattern>,
    /// The cluster.
    pub cluster: Option<Glob>,
    /// Why it is right.
    pub reason: SmolStr,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// Where it stands.
    pub span: Span,
}

impl Suppression {
    pub(crate) fn read(problems: &mut Problems, node: &Node, name: String) -> Option<Self> {
        let mut map = Map::new(problems, node, name)?;
        let rule = map.required(problems, "rule", spanned);
        let path = map.optional(problems, "path", |p, n| pattern(p, n, Glob::path));
        let object = map.optional(problems, "object", |p, n| pattern(p, n, ObjectPattern::parse));
        let cluster = map.optional(problems, "cluster", |p, n| pattern(p, n, Glob::name));
        let reason = map.required(problems, "reason", text);
        let expires = map.optional(problems, "expires", |p, n| {
            p.parse(n, "a date such as `2027-01-31`", Date::parse)
        });
        map.finish(problems);
        // A scope or an expiry that cannot be read must not widen what is suppressed.
        let unread = |key: &str, read: bool| !read && node.get(key).is_some_and(|n| !n.is_null());
        let unreadable = unread("path", path.is_some())
            || unread("object", object.is_some())
            || unread("cluster", cluster.is_some())
            || unread("expires", expires.is_some());
        let whole = Self {
            rule: rule?,
            path,
            object,
            cluster,
            reason: reason?,
            expires,
            span: node.span(),
        };
        (!unreadable).then_some(whole)
    }
}
