//! What a change does that can hurt: its findings, and the changes that none of them speaks of.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Action, ChangeReport, Effect, Finding, ObjectKey, Suppressed};
use gitops_yaml::{SmolStr, Sources, Span};

use crate::Input;
use crate::table::{Classes, Weights};

/// What is weighed.
pub(crate) struct Scope<'a> {
    /// On which clusters.
    pub(crate) clusters: BTreeSet<&'a str>,
    /// Whether what waits for a promotion counts.
    pub(crate) queued: bool,
    /// Whether suppressed findings count.
    pub(crate) suppressed: bool,
}

/// One finding, or one change without a finding.
pub(crate) struct Harm<'a> {
    pub(crate) cause: String,
    pub(crate) label: String,
    pub(crate) object: Option<&'a ObjectKey>,
    pub(crate) effect: Effect,
    pub(crate) clusters: BTreeSet<&'a str>,
    pub(crate) classes: Classes<'a>,
    pub(crate) finding: Option<&'a Finding>,
}

impl Harm<'_> {
    pub(crate) fn counts(&self, scope: &Scope<'_>) -> bool {
        let reaches = match self.effect {
            Effect::Now => true,
            Effect::Queued => scope.queued,
            Effect::Never => false,
        };
        let suppressed = self.finding.and_then(|finding| finding.suppressed.as_ref());
        let is_new = |s: &Suppressed| s.by != Suppressed::BASELINE;
        reaches && suppressed.is_none_or(|s| scope.suppressed && is_new(s))
    }
}

/// All of them. Findings without an effect speak of one state, not of the change.
pub(crate) fn harms<'a>(input: &Input<'a>, weights: &'a Weights) -> Vec<Harm<'a>> {
    let of_object = |finding: &'a Finding, object: Option<&'a ObjectKey>| {
        Some(Harm {
            cause: finding.cause.clone(),
            label: finding_label(finding),
            object,
            effect: finding.effect?,
            clusters: finding.clusters.iter().map(SmolStr::as_str).collect(),
            classes: weights.finding(finding)?,
            finding: Some(finding),
        })
    };
    let (told, lines) = (told(input), Lines::of(input));
    let of_change = |change: &'a ChangeReport| {
        let untold = change
            .clusters
            .iter()
            .map(SmolStr::as_str)
            .filter(|c| !told.contains(&(&change.key, *c)));
        Some(Harm {
            cause: lines.cause(change),
            label: change_label(change),
            object: Some(&change.key),
            effect: change.effect,
            clusters: untold.collect(),
            classes: weights.change(change)?,
            finding: None,
        })
    };
    let of_finding = |finding: &'a Finding| {
        let first = finding.object.as_ref().map(|(_, key)| key);
        let others = finding.others.iter().map(|(_, key)| Some(key));
        std::iter::once(first).chain(others).filter_map(move |key| of_object(finding, key))
    };
    let findings = input.findings.iter().flat_map(of_finding);
    findings
        .chain(input.changes.iter().filter(|c| !c.waits).filter_map(of_change))
        .filter(|h| !h.clusters.is_empty())
        .collect()
}

/// The objects of which findings speak, by cluster.
fn told<'a>(input: &Input<'a>) -> BTreeSet<(&'a ObjectKey, &'a str)> {
    let objects = input.findings.iter().flat_map(|f| f.objects().map(|key| (key, &f.clusters)));
    objects.flat_map(|(key, clusters)| clusters.iter().map(move |c| (key, c.as_str()))).collect()
}

/// Changes and findings that one line writes are one cause.
struct Lines<'a> {
    sources: &'a Sources,
    causes: BTreeMap<(SmolStr, u32), &'a str>,
}

impl<'a> Lines<'a> {
    fn of(input: &Input<'a>) -> Self {
        let primary = input.findings.iter().filter_map(|f| Some((f.primary()?, f.cause.as_str())));
        let line = |(span, cause)| (line(input.sources, span), cause);
        Self { sources: input.sources, causes: primary.map(line).collect() }
    }

    fn cause(&self, change: &ChangeReport) -> String {
        let Some(field) = change.fields.first() else { return change.key.to_string() };
        let line = line(self.sources, field.written);
        let known = self.causes.get(&line).map(|cause| (*cause).to_owned());
        known.unwrap_or_else(|| format!("{}:{}", line.0, line.1))
    }
}

fn line(sources: &Sources, span: Span) -> (SmolStr, u32) {
    let at = sources.locate(span);
    (at.path, at.line)
}

fn finding_label(finding: &Finding) -> String {
    match (&finding.field, &finding.object) {
        (Some(field), Some((_, object))) => format!("`{field}` of {object}"),
        (None, Some((_, object))) => format!("{object} ({})", finding.rule),
        (_, None) => finding.rule.to_owned(),
    }
}

fn change_label(change: &ChangeReport) -> String {
    match (change.action, change.fields.first()) {
        (Action::Modified, Some(field)) => format!("`{}` of {}", field.path, change.key),
        (Action::Modified, None) => format!("change of {}", change.key),
        (Action::Added, _) => format!("new {}", change.key),
        (Action::Removed, _) => format!("removal of {}", change.key),
        (Action::Moved, _) => format!("new owner of {}", change.key),
        (Action::Recreated, _) => format!("recreation of {}", change.key),
    }
}
