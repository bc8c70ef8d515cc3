//! Ranges of versions as the controllers read them (Masterminds/semver v3).

use std::cmp::Ordering;
use std::sync::OnceLock;

use gitops_model::Revision;
use gitops_yaml::SmolStr;
use regex::Regex;
use semver::{BuildMetadata, Prerelease, Version};

/// A range such as `>=1.2 <2 || ~0.9`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range(Vec<Vec<Comparator>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparator {
    operator: SmolStr,
    version: Version,
    /// How many parts are written: of `1.2` two, of `1.x` one.
    parts: usize,
}

/// The newest tag in a range, as Flux chooses it: tags count that have three numbers, with or without a
/// `v` before them; of those that say the same version, the one with the latest commit. `None` where none is
/// in the range, or the range cannot be read.
///
/// ```
/// use gitops_model::Revision;
/// let tags = ["v1.2.0", "v1.10.0", "v2.0.0-rc.1", "v1.11"];
/// let tags = tags.map(|t| (t.into(), Revision(t.into())));
/// let newest = gitops_fleet::newest_tag(">=1.0.0", &tags, &|_| None);
/// assert_eq!(newest, Some(Revision("v1.10.0".into())));
/// ```
#[must_use]
pub fn newest_tag(
    range: &str,
    tags: &[(SmolStr, Revision)],
    commit_time: &dyn Fn(&Revision) -> Option<i64>,
) -> Option<Revision> {
    let range = Range::parse(range)?;
    let versions = tags.iter().filter_map(|(tag, revision)| Some((strict(tag)?, revision)));
    let matching = versions.filter(|(version, _)| range.matches(version));
    // History is asked for the few that are equal alone.
    let order = |(a, one): &(Version, &Revision), (b, other): &(Version, &Revision)| {
        a.cmp_precedence(b).then_with(|| commit_time(one).cmp(&commit_time(other)))
    };
    matching.max_by(order).map(|(_, revision)| revision.clone())
}

/// A version of exactly three numbers, with or without a `v` before it.
fn strict(text: &str) -> Option<Version> {
    Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
}

/// A version with missing numbers taken as zero, as Argo CD and Helm read tags.
#[allow(dead_code)]
pub(crate) fn coerced(text: &str) -> Option<Version> {
    let parts = Written::of(text.strip_prefix('v').unwrap_or(text))?;
    (!parts.numbers.iter().flatten().any(|n| is_wildcard(n))).then(|| parts.version(3)).flatten()
}

impl Range {
    /// Reads a range; `None` where the controllers refuse it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        static HYPHEN: OnceLock<Regex> = OnceLock::new();
        let hyphen = HYPHEN.get_or_init(|| {
            Regex::new(r"(^|\s)([^\s,|]+)\s+-\s+([^\s,|]+)").expect("a constant pattern")
        });
        let text = hyphen.replace_all(text, "$1>=$2 <=$3");
        let all = |part: &str| part.trim().is_empty().then(|| vec![Comparator::any()]);
        let alternatives = text.split("||").map(|p| all(p).or_else(|| comparators(p)));
        alternatives.collect::<Option<_>>().map(Self)
    }

    /// Whether a version is in the range. A pre-release is only in a range that names one.
    pub(crate) fn matches(&self, version: &Version) -> bool {
        self.0.iter().any(|all| all.iter().all(|c| c.matches(version)))
    }
}

/// Comparators separated by spaces or commas.
fn comparators(text: &str) -> Option<Vec<Comparator>> {
    static ONE: OnceLock<Regex> = OnceLock::new();
    let one = ONE.get_or_init(|| {
        Regex::new(r"^[\s,]*(!=|>=|=>|<=|=<|~>|[=><~^]?)\s*v?([0-9A-Za-z.*+-]+)")
            .expect("a constant pattern")
    });
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let captures = one.captures(rest)?;
        let operator = captures[1].into();
        let written = Written::of(&captures[2])?;
        let parts = written.parts();
        found.push(Comparator { operator, version: written.version(parts)?, parts });
        rest = rest[captures[0].len()..].trim_start();
    }
    Some(found)
}

impl Comparator {
    fn any() -> Self {
        Self { operator: SmolStr::default(), version: Version::new(0, 0, 0), parts: 0 }
    }

    fn matches(&self, v: &Version) -> bool {
        let c = &self.version;
        let is_exact_not = self.operator == "!=" && self.parts == 3;
        if !v.pre.is_empty() && c.pre.is_empty() && !is_exact_not {
            return false;
        }
        let order = v.cmp_precedence(c);
        let (same_major, same_minor) = (v.major == c.major, v.minor == c.minor);
        match (self.operator.as_str(), self.parts) {
            ("" | "=", 3) => order == Ordering::Equal,
            ("" | "=" | "~" | "~>", parts) => {
                let below = parts == 0
                    || parts == 3 && *c == Version::new(0, 0, 0)
                    || same_major && (same_minor || parts < 2);
                order != Ordering::Less && below
            }
            // Behind these a lone wildcard is read as 0.0.0.
            ("!=", 0 | 3) => order != Ordering::Equal,
            ("!=", parts) => !(same_major && (same_minor || parts < 2)),
            (">", 1) => v.major > c.major,
            (">", 2) => v.major > c.major || same_major && v.minor > c.minor,
            (">", _) => order == Ordering::Greater,
            (">=" | "=>", _) => order != Ordering::Less,
            ("<", _) => order == Ordering::Less,
            ("<=" | "=<", 3) => order != Ordering::Greater,
            ("<=" | "=<", parts) => {
                v.major < c.major || same_major && (v.minor <= c.minor || parts == 1)
            }
            ("^", parts) => order != Ordering::Less && self.caret(v, parts),
            _ => false,
        }
    }

    /// `^` keeps the first number that is not zero.
    fn caret(&self, v: &Version, parts: usize) -> bool {
        let c = &self.version;
        if c.major > 0 || parts == 1 {
            return v.major == c.major;
        }
        let same_minor = v.major == 0 && v.minor == c.minor;
        same_minor && (c.minor > 0 || parts == 2 || v.patch == c.patch)
    }
}

/// A version as written, numbers and the rest.
struct Written<'t> {
    numbers: [Option<&'t str>; 3],
    pre: &'t str,
    build: &'t str,
}

impl<'t> Written<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let (text, build) = text.split_once('+').unwrap_or((text, ""));
        let (text, pre) = text.split_once('-').unwrap_or((text, ""));
        let mut numbers = [None; 3];
        for (i, part) in text.split('.').enumerate() {
            let valid = is_wildcard(part) || part.parse::<u64>().is_ok();
            *numbers.get_mut(i)? = Some(part).filter(|_| valid);
            numbers[i]?;
        }
        Some(Self { numbers, pre, build })
    }

    /// How many numbers stand before the first that is missing or a wildcard.
    fn parts(&self) -> usize {
        self.numbers.iter().take_while(|n| n.is_some_and(|n| !is_wildcard(n))).count()
    }

    fn version(&self, parts: usize) -> Option<Version> {
        let number = |i: usize| match self.numbers[i] {
            Some(text) if i < parts && !is_wildcard(text) => text.parse().ok(),
            _ => Some(0),
        };
        Some(Version {
            major: number(0)?,
            minor: number(1)?,
            patch: number(2)?,
            pre: Prerelease::new(self.pre).ok()?,
            build: BuildMetadata::new(self.build).ok()?,
        })
    }
}

fn is_wildcard(part: &str) -> bool {
    matches!(part, "x" | "X" | "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_versions_the_latest_commit_counts() {
        let tags = ["v1.2.3+a", "v1.2.3+b", "v1.2.3+c"].map(|t| (t.into(), Revision(t.into())));
        let time = |r: &Revision| Some(if r.0.ends_with('b') { 2 } else { 1 });
        assert_eq!(newest_tag("1.x", &tags, &time), Some(Revision("v1.2.3+b".into())));
    }

    #[test]
    fn ranges_hold_what_the_controllers_say() {
        let cases = [
            ("1.2.3", "1.2.3", true),
            ("1.2", "1.2.9", true),
            ("1.2", "1.3.0", false),
            ("1.x", "1.9.9", true),
            ("*", "7.0.0", true),
            ("*", "7.0.0-rc.1", false),
            (">=1.0.0", "1.0.1-rc.1", false),
            (">=1.0.0-0", "1.0.1-rc.1", true),
            (">11", "11.1.0", false),
            (">11.1", "11.2.0", true),
            ("<=11", "11.9.0", true),
            ("<=1.1", "1.2.0", false),
            ("~1.2.3", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            ("~1", "1.9.0", true),
            ("^1.2.3", "1.9.0", true),
            ("^0.2.3", "0.3.0", false),
            ("^0.0.3", "0.0.4", false),
            ("^0.0", "0.0.4", true),
            ("^0", "0.4.4", true),
            (">=1.0 <2.0, !=1.5.0", "1.5.0", false),
            (">=1.0 <2.0, !=1.5.0", "1.6.0", true),
            ("1.0 - 1.5", "1.5.3", true),
            ("<1.0 || >=2.0", "2.1.0", true),
            ("!=1.x", "1.1.0", false),
        ];
        for (range, version, want) in cases {
            let got = Range::parse(range).unwrap().matches(&Version::parse(version).unwrap());
            assert_eq!(got, want, "{version} in {range}");
        }
        for bad in ["main", "1.2.3.4", "prod-1.0", ">>1"] {
            assert_eq!(Range::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn missing_numbers_are_zero_only_where_coerced() {
        assert_eq!(coerced("v1.2"), Some(Version::new(1, 2, 0)));
        assert_eq!(strict("v1.2"), None);
    }
}
