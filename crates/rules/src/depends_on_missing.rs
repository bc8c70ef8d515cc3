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
    for dangling in state.graph().dangling() {
        let (link, edge) = (dangling.link, dangling.link.edge);
        let Some(object) = link.from.object() else { continue };
        if edge.relation != Relation::WaitsFor || dangling.missing != Missing::Object {
            continue;
        }
        let message = format!(
            "`{}` waits for `{}`, which does not exist; it is not applied until it does",
            link.from.key, link.to.key
        );
        // A folder rendered alone cannot tell what stands beside it on a cluster.
        let (severity, confidence) = if state.is_whole() && state.cluster.cluster.reached {
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
