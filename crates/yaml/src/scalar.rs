//! What a scalar means. The same plain text means one thing to kustomize and another to the API
//! server's decoder; [`resolve`] is the one table of both.

use smol_str::SmolStr;

use crate::number::Number;
use crate::timestamp::rfc3339;

/// A scalar: its text, and beside it what the text means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scalar {
    /// The content, without quotes and after folding: what a string of it would hold.
    pub text: SmolStr,
    /// What the text means to kustomize; see [`resolve`] for other readers.
    pub kind: ScalarKind,
    /// How it was written.
    pub style: Style,
    /// Whether the text may be shown.
    pub exposure: Exposure,
}

/// The type of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScalarKind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction or an exponent.
    Float,
    /// Text.
    Str,
    /// A date, which kustomize prints as a quoted RFC 3339 time.
    Timestamp,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Style {
    /// Without quotes: the kind was inferred from the text.
    Plain,
    /// Without quotes, its kind fixed by a tag such as `!!str`.
    Tagged,
    /// Without quotes, and not read but made by kustomize, which takes it for text where a patch passes.
    Untagged,
    /// `'…'`.
    Single,
    /// `"…"`.
    Double,
    /// A `|` block.
    Literal,
    /// A `>` block.
    Folded,
}

impl Style {
    /// Whether the style makes any text a string.
    #[must_use]
    pub fn is_quoted(self) -> bool {
        !matches!(self, Self::Plain | Self::Tagged | Self::Untagged)
    }
}

/// Whether a value may be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Exposure {
    /// May be shown.
    #[default]
    Open,
    /// Not known here: it comes from an object that the repository does not hold or cannot decrypt.
    Unknown,
    /// Holds, or may hold, a secret: reaches no output but that of `build`.
    Secret,
}

/// Who reads the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// kustomize reading a resource (go-yaml v3: YAML 1.2 booleans, 1.1 numbers and dates).
    Kustomize,
    /// `sigs.k8s.io/yaml`: kubectl, Argo CD, Flux after the build, and kustomize reading a
    /// `kustomization.yaml` (YAML 1.1: `yes`, `on` and `y` are booleans; dates are strings).
    Kubectl,
}

impl Scalar {
    /// A string that no reader takes for anything else.
    #[must_use]
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self {
            text: text.into(),
            kind: ScalarKind::Str,
            style: Style::Double,
            exposure: Exposure::Open,
        }
    }

    /// A plain scalar, its kind inferred as kustomize infers it.
    #[must_use]
    pub fn plain(text: impl Into<SmolStr>) -> Self {
        let text = text.into();
        let kind = resolve(&text, Dialect::Kustomize);
        Self { text, kind, style: Style::Plain, exposure: Exposure::Open }
    }

    /// A plain scalar that was not read but made.
    #[must_use]
    pub fn untagged(text: impl Into<SmolStr>) -> Self {
        Self { style: Style::Untagged, ..Self::plain(text) }
    }

    /// What the scalar means to a reader of `dialect`.
    #[must_use]
    pub fn kind_for(&self, dialect: Dialect) -> ScalarKind {
        match self.style {
            Style::Plain | Style::Untagged => resolve(&self.text, dialect),
            _ => self.kind,
        }
    }
}

/// What plain (unquoted, untagged) text means to a reader of `dialect`.
///
/// ```
/// use gitops_yaml::{resolve, Dialect, ScalarKind};
/// assert_eq!(resolve("yes", Dialect::Kustomize), ScalarKind::Str);
/// assert_eq!(resolve("yes", Dialect::Kubectl), ScalarKind::Bool);
/// assert_eq!(resolve("1_000", Dialect::Kubectl), ScalarKind::Int);
/// assert_eq!(resolve("2001-01-01", Dialect::Kustomize), ScalarKind::Timestamp);
/// ```
#[must_use]
pub fn resolve(text: &str, dialect: Dialect) -> ScalarKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return ScalarKind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return ScalarKind::Bool,
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "n" | "N" | "no" | "No" | "NO"
        | "off" | "Off" | "OFF"
            if dialect == Dialect::Kubectl =>
        {
            return ScalarKind::Bool;
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF"
        | ".nan" | ".NaN" | ".NAN" => return ScalarKind::Float,
        _ => {}
    }
    let first = text.as_bytes()[0];
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return ScalarKind::Str;
    }
    // Kubectl's reader knows dates too, but gives them as the text they were.
    if rfc3339(text).is_some() {
        let is_date = dialect == Dialect::Kustomize;
        return if is_date { ScalarKind::Timestamp } else { ScalarKind::Str };
    }
    match Number::parse(text) {
        Some(Number::Int(_)) => ScalarKind::Int,
        Some(Number::Float(_)) => ScalarKind::Float,
        None => ScalarKind::Str,
    }
}
