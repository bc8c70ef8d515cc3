//! A fleet and a change, in few words.

use std::collections::BTreeMap;

use gitops_config::Config;
use gitops_gate::Input;
use gitops_model::{
    Action, Apply, ChangeReport, Cluster, ClusterReport, Confidence, Counts, Deployed, Effect,
    Environment, Finding, Gate, Gvk, Impact, ImpactEdge, Label, ObjectKey, Risk, Role, RuleId,
    Severity, Source, SourceRef, SourceReport, Tracks, Unchecked,
};
use gitops_yaml::{ContentId, SmolStr, Sources, Span};

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\n";

/// All that a gate needs to know, owned.
pub(crate) struct Case {
    pub(crate) sources: Sources,
    pub(crate) clusters: Vec<ClusterReport>,
    pub(crate) changes: Vec<ChangeReport>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) impact: Impact,
    pub(crate) unchecked: Vec<(SmolStr, Unchecked)>,
    pub(crate) mitigations: BTreeMap<String, Vec<SmolStr>>,
    pub(crate) config: Config,
}

impl Case {
    /// Clusters, each with its environment and the branch that it follows.
    pub(crate) fn new(clusters: &[(&str, &str, &str)]) -> Self {
        let sources = Sources::default();
        sources.add("apps/kustomization.yaml", TEXT.as_bytes());
        Self {
            sources,
            clusters: clusters
                .iter()
                .map(|(name, env, branch)| cluster(name, env, branch))
                .collect(),
            changes: Vec::new(),
            findings: Vec::new(),
            impact: Impact::default(),
            unchecked: Vec::new(),
            mitigations: BTreeMap::new(),
            config: Config::default(),
        }
    }

    /// Four clusters of production that follow one branch.
    pub(crate) fn production() -> Self {
        Self::new(&["a", "b", "c", "d"].map(|name| (name, "production", "main")))
    }

    pub(crate) fn config(mut self, text: &str) -> Self {
        let text = format!("apiVersion: gitops-lint.dev/v1\n{text}");
        let file =
            self.sources.load(".gitops-lint.yaml", ContentId::of(text.as_bytes()), text.as_bytes());
        let (config, problems) = gitops_config::read(&file);
        assert!(problems.is_empty(), "{problems:?}");
        self.config = config;
        self
    }

    /// A finding on all clusters, with the change that it speaks of.
    pub(crate) fn finding(self, rule: RuleId, apply: Option<Apply>) -> Self {
        let all: Vec<String> = self.clusters.iter().map(|c| c.cluster.name.to_string()).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        self.finding_on(rule, apply, Effect::Now, &all)
    }

    pub(crate) fn finding_on(
        mut self,
        rule: RuleId,
        apply: Option<Apply>,
        effect: Effect,
        clusters: &[&str],
    ) -> Self {
        let object = key("Deployment", "web");
        let span = self.line(1);
        self.findings.push(Finding {
            rule,
            severity: Severity::Error,
            confidence: Confidence::Certain,
            message: "`web` breaks".into(),
            help: None,
            labels: vec![Label { role: Role::Primary, span, message: String::new() }],
            object: Some((Gvk::new("apps/v1", "Deployment"), object.clone())),
            others: Default::default(),
            field: None,
            apply,
            effect: Some(effect),
            clusters: clusters.iter().map(|c| (*c).into()).collect(),
            cause: "c".into(),
            fingerprint: format!("f{}", self.findings.len()),
            suppressed: None,
        });
        self.change(object, Action::Modified, effect, clusters)
    }

    pub(crate) fn change(
        mut self,
        key: ObjectKey,
        action: Action,
        effect: Effect,
        clusters: &[&str],
    ) -> Self {
        let clusters = clusters.iter().map(|c| (*c).into()).collect();
        self.changes.push(ChangeReport {
            gvk: Gvk::default(),
            key,
            action,
            effect,
            clusters,
            fields: Vec::new(),
            waits: false,
        });
        self
    }

    /// This many objects wait for `web`, everywhere and at once.
    pub(crate) fn dependents(mut self, count: usize) -> Self {
        let clusters: Vec<SmolStr> = self.clusters.iter().map(|c| c.cluster.name.clone()).collect();
        for n in 0..count {
            self.impact.edges.push(ImpactEdge {
                from: key("Kustomization", &format!("k{n}")),
                to: key("Deployment", "web"),
                kind: "waits-for",
                reason: "waits for",
                consequence: "waits".into(),
                effect: Effect::Now,
                clusters: clusters.clone(),
            });
        }
        self
    }

    pub(crate) fn line(&self, line: u32) -> Span {
        let file = self.sources.add("apps/kustomization.yaml", TEXT.as_bytes());
        let start =
            TEXT.split_inclusive('\n').take(line as usize - 1).map(str::len).sum::<usize>() as u32;
        Span::new(file, start, start + 2)
    }

    pub(crate) fn input(&self) -> Input<'_> {
        Input {
            sources: &self.sources,
            clusters: &self.clusters,
            changes: &self.changes,
            findings: &self.findings,
            impact: &self.impact,
            unchecked: &self.unchecked,
            mitigations: &self.mitigations,
        }
    }

    pub(crate) fn risk(&self) -> Risk {
        gitops_gate::weigh(&self.input(), &self.config)
    }

    pub(crate) fn gate(&self) -> Gate {
        gitops_gate::decide(&self.input(), &self.config)
    }
}

pub(crate) fn key(kind: &str, name: &str) -> ObjectKey {
    ObjectKey::new("", kind, "shop", name)
}

fn cluster(name: &str, environment: &str, branch: &str) -> ClusterReport {
    let source = Source {
        object: SourceRef {
            kind: "GitRepository".into(),
            namespace: "flux-system".into(),
            name: "fleet".into(),
        },
        tracks: Tracks::Branch(branch.into()),
        revision: None,
        deployed: Deployed::Assumed,
        here: true,
        declared: None,
    };
    ClusterReport {
        cluster: Cluster {
            name: name.into(),
            path: name.into(),
            environment: Environment::named(environment),
            version: None,
            reached: true,
        },
        wave: None,
        sources: vec![SourceReport {
            source,
            effect: Some(if branch == "main" { Effect::Now } else { Effect::Queued }),
        }],
        changes: Counts::default(),
    }
}
