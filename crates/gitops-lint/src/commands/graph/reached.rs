//! What a change of one object would reach, and what its removal would.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use gitops_graph::{Graph, Reached, reach};
use gitops_model::{Action, Change, ClusterState, ObjectKey, Resource};

/// The object, and what feels its change and its removal: once for all clusters on which it is the same.
pub(super) fn said<'a>(
    holders: impl Iterator<Item = (&'a ClusterState, &'a Graph)>,
    key: &ObjectKey,
) -> String {
    let mut told: Vec<(Vec<&str>, String)> = Vec::new();
    for (state, graph) in holders {
        let text = on_one(state, graph, key);
        match told.iter_mut().find(|(_, other)| *other == text) {
            Some((names, _)) => names.push(&state.cluster.name),
            None => told.push((vec![&state.cluster.name], text)),
        }
    }
    let parts = told.iter().map(|(names, text)| format!("{key} on {}\n{text}", names.join(", ")));
    parts.collect()
}

fn on_one(state: &ClusterState, graph: &Graph, key: &ObjectKey) -> String {
    let mut out = String::new();
    let object = graph.find(key).and_then(|v| v.object());
    let change = Change {
        key: key.clone(),
        action: Action::Modified,
        old: object.cloned(),
        new: object.cloned(),
        old_unit: None,
        new_unit: None,
        fields: Vec::new(),
    };
    section(
        &mut out,
        "if it changes",
        &reach(graph, graph, std::slice::from_ref(&change), &BTreeSet::new()),
    );
    let removed = Change { action: Action::Removed, new: None, ..change };
    let after = Graph::of(&without(state, key));
    section(&mut out, "if it goes", &reach(graph, &after, &[removed], &BTreeSet::new()));
    out
}

fn section(out: &mut String, title: &str, reached: &[Reached]) {
    let nothing = if reached.is_empty() { ": nothing feels it" } else { "" };
    let _ = writeln!(out, "  {title}{nothing}");
    for r in reached {
        let indent = "  ".repeat(r.depth + 2);
        let _ = writeln!(
            out,
            "{indent}{}: {} ({} {})",
            r.from,
            r.consequence.as_str(),
            r.reason(),
            if r.depth == 0 { "it".to_owned() } else { r.to.to_string() },
        );
    }
}

/// The cluster without the object.
fn without(state: &ClusterState, key: &ObjectKey) -> ClusterState {
    let mut state = state.clone();
    for unit in &mut state.units {
        if unit.resources.iter().any(|o| o.key == *key) {
            let rest = unit.resources.iter().filter(|o| o.key != *key).cloned();
            unit.resources = Arc::new(rest.collect::<Vec<Arc<Resource>>>());
        }
    }
    state
}
