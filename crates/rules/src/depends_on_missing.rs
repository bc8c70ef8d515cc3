//! `depends-on-missing`: something waits for what does not exist.

use gitops_graph::{Missing, Relation};

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
        out.push(
            Draft::new(message)
                .on(object)
                .field(edge.path.clone())
                .at_span(edge.span)
                .help("correct the name or namespace, or take the entry out"),
        );
    }
}
