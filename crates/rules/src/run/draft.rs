//! What a rule says, before it is known who is to blame and where else it is true.

use std::collections::BTreeSet;

use gitops_model::{
    Apply, Confidence, Effect, FieldPath, Finding, Gvk, Label, ObjectKey, Problem, Resource, Role,
    RuleMeta, Severity,
};
use gitops_yaml::{Node, Origin, SmolStr, Span};

/// A finding in the making. The driver adds the rule, the clusters and the line to blame.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    message: String,
    severity: Option<Severity>,
    confidence: Confidence,
    help: Option<String>,
    blame: Vec<Origin>,
    name: Option<Origin>,
    related: Vec<(Span, String)>,
    object: Option<(Gvk, ObjectKey)>,
    field: Option<FieldPath>,
    apply: Option<Apply>,
    clusters: BTreeSet<SmolStr>,
    hangs_on_applier: bool,
}

impl Draft {
    /// Says what is wrong and why. It is certain unless said otherwise.
    #[must_use]
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            severity: None,
            confidence: Confidence::Certain,
            help: None,
            blame: Vec::new(),
            name: None,
            related: Vec::new(),
            object: None,
            field: None,
            apply: None,
            clusters: BTreeSet::new(),
            hangs_on_applier: false,
        }
    }

    /// A problem, as it stands.
    #[must_use]
    pub(crate) fn of(problem: &Problem) -> Self {
        let mut draft = Self::new(&*problem.message).at_span(problem.span);
        draft.related = problem.related.clone();
        draft.help.clone_from(&problem.help);
        draft.object = problem.object.as_deref().cloned();
        draft
    }

    /// About an object; its name is to blame unless something better is.
    #[must_use]
    pub(crate) fn on(mut self, object: &Resource) -> Self {
        self.object = Some((object.gvk.clone(), object.key.clone()));
        let name = object.at(&["metadata", "name"]).unwrap_or(&object.body);
        self.name = Some(name.origin.clone());
        self
    }

    /// About a field.
    #[must_use]
    pub(crate) fn field(mut self, path: FieldPath) -> Self {
        self.field = Some(path);
        self
    }

    /// Who wrote this value is to blame.
    #[must_use]
    pub(crate) fn at(self, node: &Node) -> Self {
        self.at_origin(&node.origin)
    }

    /// One of these writers is to blame: the first of all suspects that is under review, else the
    /// first suspect.
    #[must_use]
    pub(crate) fn at_origin(mut self, origin: &Origin) -> Self {
        self.blame.push(origin.clone());
        self
    }

    /// This place is to blame, if it is known.
    #[must_use]
    pub(crate) fn at_span(mut self, span: impl Into<Option<Span>>) -> Self {
        self.blame.extend(span.into().map(Origin::new));
        self
    }

    /// What to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Another place that matters.
    #[must_use]
    pub(crate) fn related(
        mut self,
        span: impl Into<Option<Span>>,
        remark: impl Into<String>,
    ) -> Self {
        if let Some(span) = span.into() {
            self.related.push((span, remark.into()));
        }
        self
    }

    /// How bad, where it is not as bad as the rule says, or worse.
    #[must_use]
    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// How sure.
    #[must_use]
    pub(crate) fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// What becomes of the write.
    #[must_use]
    pub(crate) fn apply(mut self, apply: Apply) -> Self {
        self.apply = Some(apply);
        self
    }

    /// True only if whoever applies the object adds nothing to it: no patch, no force.
    #[must_use]
    pub(crate) fn unless_applied_otherwise(mut self) -> Self {
        self.hangs_on_applier = true;
        self
    }

    /// Whether who applies the object may make it untrue.
    pub(crate) fn hangs_on_applier(&self) -> bool {
        self.hangs_on_applier
    }

    /// True for these clusters; for rules that look at all of them.
    #[must_use]
    pub(crate) fn clusters<'c>(mut self, names: impl IntoIterator<Item = &'c str>) -> Self {
        self.clusters.extend(names.into_iter().map(SmolStr::new));
        self
    }

    /// What tells two findings of one rule on one cluster apart.
    pub(crate) fn identity(&self) -> (Option<ObjectKey>, Option<String>, String) {
        let object = self.object.as_ref().map(|(_, key)| key.clone());
        (object, self.field.as_ref().map(ToString::to_string), self.message.clone())
    }

    /// The finding, its blame laid on the line under review.
    pub(crate) fn finding(
        self,
        rule: &RuleMeta,
        effect: Option<Effect>,
        touched: &dyn Fn(Span) -> bool,
    ) -> Finding {
        let labels = self.labels(touched);
        Finding {
            rule: rule.id,
            severity: self.severity.unwrap_or(rule.severity),
            confidence: self.confidence,
            message: self.message,
            labels,
            help: self.help,
            object: self.object,
            others: BTreeSet::new(),
            field: self.field,
            apply: self.apply,
            effect,
            clusters: self.clusters,
            cause: String::new(),
            fingerprint: String::new(),
            suppressed: None,
        }
    }

    /// The line to blame, its history, and the places that matter. Without a better suspect the name is
    /// blamed, and of its writers the first: a prefix seldom does wrong.
    fn labels(&self, touched: &dyn Fn(Span) -> bool) -> Vec<Label> {
        let mut labels = Vec::new();
        let under_review = |o: &&Origin| o.writers().any(touched);
        if let Some(origin) = self.blame.iter().find(under_review).or(self.blame.first()) {
            labels = history(origin, origin.blame(touched));
        } else if let Some(name) = &self.name {
            let blamed = name.writers().find(|s| touched(*s)).or_else(|| name.writers().last());
            labels.extend(blamed.map(|span| label(Role::Primary, span, "")));
        }
        labels
            .extend(self.related.iter().map(|(span, remark)| label(Role::Related, *span, remark)));
        labels
    }
}

fn label(role: Role, span: Span, message: &str) -> Label {
    Label { role, span, message: message.to_owned() }
}

/// The writers of a value: the one to blame first, then those before and after it.
fn history(origin: &Origin, blamed: Span) -> Vec<Label> {
    let mut labels = vec![label(Role::Primary, blamed, "")];
    let (mut next, mut older) = (Some(origin), false);
    while let Some(writer) = next {
        let over = writer.over.as_deref();
        let known = labels.iter().any(|l| l.span == writer.span);
        if !known && older {
            labels.push(label(Role::Origin, writer.span, "written here before"));
        } else if !known {
            labels.push(label(Role::Related, writer.span, "written again here"));
        }
        older |= writer.span == blamed;
        next = over.map(|o| &o.before);
    }
    labels
}
