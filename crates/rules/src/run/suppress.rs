//! Findings that someone has looked at and accepted, with a reason.

use std::collections::BTreeSet;

use gitops_config::Date;
use gitops_model::{Finding, ObjectKey, Suppressed};
use gitops_yaml::{Comment, FileId, ParsedFile, SmolStr, Sources, Span};

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
    let files = sources.parsed();
    let marked = files.iter().filter(|file| file.source.text.contains(COMMENT));
    marked.flat_map(|file| comments_of(file)).collect()
}

fn comments_of(file: &ParsedFile) -> Vec<Suppression<'static>> {
    let line = |comment: &Comment| file.source.line_column(comment.span.start).0;
    let alone: BTreeSet<u32> = file.comments().iter().filter(|c| c.own_line).map(line).collect();
    let mut all = Vec::new();
    for comment in file.comments() {
        let Some((rules, reason)) = parse(&comment.text) else { continue };
        // One that stands alone is about the next line that is no comment.
        let mut about = line(comment);
        while alone.contains(&about) {
            about += 1;
        }
        all.extend(rules.split(',').map(|rule| Suppression {
            rule: rule.trim().into(),
            reason: reason.into(),
            span: comment.span,
            expires: None,
            scope: Scope::Line(file.id, about),
        }));
    }
    all
}

/// The rules and the reason of a comment.
fn parse(comment: &str) -> Option<(&str, &str)> {
    let (rules, reason) = comment.strip_prefix(COMMENT)?.split_once(']')?;
    Some((rules, reason.trim()))
}

#[cfg(test)]
mod tests {
    use gitops_yaml::ContentId;

    use super::*;

    #[test]
    fn a_comment_is_about_its_line_or_the_next() {
        let text =
            b"a: 1 # gitops-lint: ignore[x, y] agreed\n# gitops-lint: ignore[z]\n# more\nb: 1\n";
        let file = Sources::default().load("a.yaml", ContentId::of(text), text);
        let found: Vec<_> = comments_of(&file)
            .iter()
            .map(|s| match s.scope {
                Scope::Line(_, line) => (s.rule.to_string(), s.reason.to_string(), line),
                _ => panic!("a comment is about a line"),
            })
            .collect();
        let of = |rule: &str, reason: &str, line| (rule.to_owned(), reason.to_owned(), line);
        assert_eq!(found, [of("x", "agreed", 1), of("y", "agreed", 1), of("z", "", 4)]);
    }
}
