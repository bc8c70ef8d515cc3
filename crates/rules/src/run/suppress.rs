//! Findings that someone has looked at and accepted, with a reason.

use std::collections::BTreeSet;

use gitops_config::Date;
use gitops_model::{Finding, ObjectKey, Suppressed};
use gitops_yaml::{FileId, SmolStr, Sources, Span};

use super::Facts;

/// The annotation of an object: lines of `rule-id: reason`.
const ANNOTATION: &str = "gitops-lint.dev/ignore";
/// The comment at or above a line: `# gitops-lint: ignore[rule-id] reason`.
const COMMENT: &str = "gitops-lint: ignore[";

/// One wish that a rule be silent.
pub(crate) struct Suppression<'a> {
    pub(crate) rule: SmolStr,
    pub(crate) reason: SmolStr,
    pub(crate) span: Span,
    expires: Option<Date>,
    scope: Scope<'a>,
}

enum Scope<'a> {
    Line(FileId, u32),
    Object(ObjectKey, BTreeSet<SmolStr>),
    Config(&'a gitops_config::Suppression),
}

/// Every suppression in the files, on the objects and in the configuration.
pub(crate) fn suppressions<'a>(facts: &Facts<'a>) -> Vec<Suppression<'a>> {
    let mut all = comments(facts.sources);
    all.extend(annotations(facts));
    all.extend(facts.config.suppressions.iter().map(|s| Suppression {
        rule: s.rule.value.clone(),
        reason: s.reason.clone(),
        span: s.span,
        expires: s.expires,
        scope: Scope::Config(s),
    }));
    all
}

/// Marks the findings that are suppressed. A suppression without a reason has no effect.
pub(crate) fn suppress(findings: &mut [Finding], all: &[Suppression<'_>], facts: &Facts<'_>) {
    for finding in findings {
        let fits = |s: &&Suppression<'_>| s.holds(facts.today) && s.covers(finding, facts.sources);
        if let Some(suppression) = all.iter().find(fits) {
            finding.suppressed = Some(Suppressed {
                by: suppression.by(),
                reason: suppression.reason.to_string(),
                expires: suppression.expires.map(|date| date.to_string()),
            });
        }
    }
}

impl Suppression<'_> {
    /// Whether it is about this finding.
    pub(crate) fn covers(&self, finding: &Finding, sources: &Sources) -> bool {
        let place = || finding.primary().map(|span| (span.file, sources.locate(span)));
        self.rule == finding.rule
            && match &self.scope {
                Scope::Line(file, line) => {
                    place().is_some_and(|(f, p)| f == *file && p.line == *line)
                }
                Scope::Object(key, clusters) => {
                    let object = finding.object.as_ref().is_some_and(|(_, k)| k == key);
                    object && !finding.clusters.is_disjoint(clusters)
                }
                Scope::Config(s) => {
                    let path = place().map(|(_, p)| p.path);
                    let object = finding.object.as_ref().map(|(_, key)| key);
                    s.path.as_ref().is_none_or(|g| path.is_some_and(|p| g.matches(&p)))
                        && s.object.as_ref().is_none_or(|o| object.is_some_and(|k| o.matches(k)))
                        && s.cluster
                            .as_ref()
                            .is_none_or(|g| finding.clusters.iter().any(|c| g.matches(c)))
                }
            }
    }

    fn holds(&self, today: Option<Date>) -> bool {
        let expired = today.zip(self.expires).is_some_and(|(today, last)| today > last);
        !self.reason.is_empty() && !expired
    }

    fn by(&self) -> &'static str {
        match self.scope {
            Scope::Line(..) => "comment",
            Scope::Object(..) => "annotation",
            Scope::Config(_) => "config",
        }
    }
}

fn annotations(facts: &Facts<'_>) -> Vec<Suppression<'static>> {
    let mut all: Vec<Suppression<'_>> = Vec::new();
    for pair in facts.pairs {
        let states = [Some(&pair.after), pair.before.as_ref()];
        for (_, object) in states.into_iter().flatten().flat_map(|s| s.objects()) {
            let Some(node) = object.at(&["metadata", "annotations", ANNOTATION]) else { continue };
            for line in node.text().unwrap_or_default().lines() {
                let (rule, reason) = line.split_once(':').unwrap_or((line, ""));
                let rule = SmolStr::new(rule.trim());
                let known = all.iter_mut().find(|s| s.span == node.span() && s.rule == rule);
                if let Some(Scope::Object(key, clusters)) = known.map(|s| &mut s.scope)
                    && *key == object.key
                {
                    clusters.insert(pair.after.name().into());
                    continue;
                }
                all.push(Suppression {
                    rule,
                    reason: reason.trim().into(),
                    span: node.span(),
                    expires: None,
                    scope: Scope::Object(
                        object.key.clone(),
                        BTreeSet::from([pair.after.name().into()]),
                    ),
                });
            }
        }
    }
    all
}

fn comments(sources: &Sources) -> Vec<Suppression<'static>> {
    let mut all = Vec::new();
    for (id, file) in sources.files() {
        if !file.text.contains(COMMENT) {
            continue;
        }
        let mut waiting = Vec::new();
        for (number, line) in (1..).zip(file.text.lines()) {
            let start = file.line_starts().get(number as usize - 1).copied().unwrap_or_default();
            let own_line = line.trim_start().starts_with('#');
            let here = comment(line).into_iter().flat_map(|(rules, reason, range)| {
                let span = Span::new(id, start + range.start as u32, start + range.end as u32);
                rules.split(',').map(move |rule| (rule.trim(), reason, span))
            });
            waiting.extend(here);
            if !own_line {
                all.extend(waiting.drain(..).map(|(rule, reason, span)| Suppression {
                    rule: rule.into(),
                    reason: reason.into(),
                    span,
                    expires: None,
                    scope: Scope::Line(id, number),
                }));
            }
        }
    }
    all
}

/// The rules, the reason and the place of a line's comment.
fn comment(line: &str) -> Option<(&str, &str, std::ops::Range<usize>)> {
    let at = line.find(COMMENT)?;
    let before = line[..at].trim_end();
    let starts = before.strip_suffix('#')?;
    if !(starts.is_empty() || starts.ends_with([' ', '\t'])) {
        return None;
    }
    let (rules, reason) = line[at + COMMENT.len()..].split_once(']')?;
    Some((rules, reason.trim(), starts.len()..line.trim_end().len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_names_rules_and_a_reason() {
        let line = "app: web # gitops-lint: ignore[a, b] agreed with ops ";
        assert_eq!(comment(line), Some(("a, b", "agreed with ops", 9..52)));
        assert_eq!(comment("app: web#gitops-lint: ignore[a] no comment"), None);
        assert_eq!(comment("# gitops-lint: ignore[a]"), Some(("a", "", 0..24)));
    }
}
