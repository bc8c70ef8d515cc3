//! `depends-on-missing`: something waits for what does not exist.

use gitops_graph::{Missing, Relation};
use gitops_model::{Confidence, Severity};

use crate::{Check, Draft, State};

rule!(
    "depends-on-missing",
    Error,
    Check::State(check),
    "waits for something that does not exist, so it is never applied"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    // A folder rendered alone cannot tell what stands beside it on a cluster.
    if !state.cluster.cluster.reached {
        return;
    }
    for dangling in state.graph().dangling() {
        let (link, edge) = (dangling.link, dangling.link.edge);
        let Some(object) = link.from.object() else { continue };
        // Objects of other kinds may come from a chart or an operator.
        let delivers = matches!(&*link.to.key.kind, "Kustomization" | "HelmRelease");
        let waits = edge.relation == Relation::WaitsFor && delivers;
        if !waits || dangling.missing != Missing::Object {
            continue;
        }
        let message = format!(
            "`{}` waits for `{}`, which does not exist; it is not applied until it does",
            link.from.key, link.to.key
        );
        let (severity, confidence) = if state.is_whole() {
            (Severity::Error, Confidence::Certain)
        } else {
            (Severity::Warning, Confidence::Possible)
        };
        out.push(
            Draft::new(message)
                .on(object)
                .severity(severity)
                .confidence(confidence)
                .field(edge.path.clone())
                .at_span(edge.span)
                .help("correct the name or namespace, or take the entry out"),
        );
    }
}
