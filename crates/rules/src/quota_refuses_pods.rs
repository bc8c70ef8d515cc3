//! `quota-refuses-pods`: the quota of a namespace does not let all its pods be made.

use std::collections::BTreeMap;

use gitops_graph::PodTemplate;
use gitops_model::{FieldPath, Resource};
use gitops_schema::Quantity;
use gitops_yaml::{Node, SmolStr};

use crate::{Check, Draft, State, wording, workload};

rule!(
    "quota-refuses-pods",
    Warning,
    Check::State(check),
    "is a quota that does not let all pods of its namespace be made"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let mut workloads: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for (_, object) in state.objects().filter(|(_, o)| workload::runs_on(o)) {
        workloads.entry(&object.key.namespace).or_default().push(object);
    }
    for quota in state.of_kind("", "ResourceQuota") {
        // One with scopes bounds some of the pods, and which is not looked into.
        let is_scoped =
            ["scopes", "scopeSelector"].iter().any(|k| quota.at(&["spec", k]).is_some());
        let (Some(pods), false) = (workloads.get(&*quota.key.namespace), is_scoped) else {
            continue;
        };
        // Where a LimitRange stands, what a container does not say is filled in.
        let mut ranges = state.of_kind("", "LimitRange");
        let filled = ranges.any(|range| range.key.namespace == quota.key.namespace);
        for entry in quota.at(&["spec", "hard"]).map(Node::entries).unwrap_or_default() {
            let Some(measure) = Measure::named(&entry.key) else { continue };
            let silent = pods.iter().find(|workload| measure.is_silent(workload));
            if let Some(workload) = silent.filter(|_| !filled) {
                out.push(unsaid(quota, &entry.key, &entry.value, workload));
            } else {
                out.extend(exceeded(quota, &measure, &entry.key, &entry.value, pods));
            }
        }
    }
}

/// What a quota bounds: `requests` or `limits`, and the resource.
struct Measure<'a>(&'static str, &'a str);

impl<'a> Measure<'a> {
    fn named(key: &'a str) -> Option<Self> {
        match key.split_once('.') {
            Some(("requests", of @ ("cpu" | "memory"))) => Some(Self("requests", of)),
            Some(("limits", of @ ("cpu" | "memory"))) => Some(Self("limits", of)),
            None if matches!(key, "cpu" | "memory") => Some(Self("requests", key)),
            _ => None,
        }
    }

    /// What a container asks for; requests that are not said are the limits.
    fn of(&self, container: &Node) -> Option<Quantity> {
        let said = |kind| container.at(&["resources", kind, self.1]).and_then(Node::text);
        Quantity::parse(said(self.0).or_else(|| said("limits"))?)
    }

    fn is_silent(&self, workload: &Resource) -> bool {
        containers(workload).any(|container| self.of(container).is_none())
    }

    /// What all pods of a workload ask for; those of a DaemonSet as if there were one node.
    fn all(&self, workload: &Resource) -> Quantity {
        let pod = containers(workload).filter_map(|c| self.of(c));
        let replicas = workload::replicas(workload).max(0);
        pod.fold(Quantity::default(), |sum, one| sum + one) * replicas
    }
}

/// The containers that run for as long as the pod does.
fn containers(workload: &Resource) -> impl Iterator<Item = &Node> {
    let template = PodTemplate::of(workload).map(|template| template.node);
    let list = template.and_then(|node| node.at(&["spec", "containers"]));
    list.map(Node::items).unwrap_or_default().iter()
}

fn unsaid(quota: &Resource, key: &SmolStr, bound: &Node, workload: &Resource) -> Draft {
    let message = format!(
        "a container of `{}` does not say `{key}`, which `{}` bounds: the API server refuses its pods",
        workload.key, quota.key,
    );
    Draft::new(message)
        .on(workload)
        .field(FieldPath::keys(&["resources", key]))
        .related(bound.span(), "the bound")
        .help("say it on every container, or add a LimitRange with defaults to the namespace")
}

fn exceeded(
    quota: &Resource,
    measure: &Measure<'_>,
    key: &SmolStr,
    bound: &Node,
    workloads: &[&Resource],
) -> Option<Draft> {
    let most = Quantity::parse(bound.text()?)?;
    let sum = workloads.iter().fold(Quantity::default(), |sum, w| sum + measure.all(w));
    if sum <= most {
        return None;
    }
    let message = format!(
        "the pods of {} ask for more `{key}` than the `{}` that `{}` has: some of them are refused",
        wording::list(workloads.iter().map(|w| &w.key)),
        bound.text()?,
        quota.key,
    );
    let draft = Draft::new(message).on(quota).field(FieldPath::keys(&["spec", "hard", key]));
    let help = "raise the bound, or ask for less; an update that adds pods before it takes old ones away \
                needs room for those too";
    Some(draft.at(bound).help(help))
}
