//! The cases of `testdata/graph`: objects, and the edges that join them. Every row of the table has one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gitops_testkit::{state, unit};
use gitops_yaml::{Node, Sources};

use crate::produced::produced_by;
use crate::references::named_by;
use crate::table::{Rows, table};
use crate::{Consequence, Graph, Link, Presence, Relation};

#[allow(clippy::disallowed_methods, reason = "tests read their cases")]
fn cases() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/graph");
    let entries = fs::read_dir(folder).expect("the folder of cases");
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|p| (p.clone(), fs::read_to_string(p).expect("a case"))).collect()
}

/// `Deployment shop/web mounts ConfigMap shop/config (external) (changed: reloads, gone: breaks now)`. What
/// a change or the removal of the second does not do is left out; `governs` is what the first does to it.
fn told(link: Link<'_>) -> String {
    let presence = match link.to.presence {
        Presence::Found { .. } => "",
        Presence::Produced { .. } => " (produced)",
        Presence::Given => " (given)",
        Presence::External => " (external)",
    };
    let edge = link.edge;
    let felt = [("changed", edge.changed), ("gone", edge.removed), ("governs", edge.governs)];
    let felt: Vec<String> = felt
        .iter()
        .filter(|(_, consequence)| *consequence != Consequence::Nothing)
        .map(|(when, consequence)| format!("{when}: {}", consequence.as_str()))
        .collect();
    let relation = edge.relation.as_str();
    let felt = if felt.is_empty() { "no effect".to_owned() } else { felt.join(", ") };
    format!("{} {relation} {}{presence} ({felt})", link.from.key, link.to.key)
}

/// What every rendered object has is left out.
fn is_telling(link: &Link<'_>) -> bool {
    !matches!(link.edge.relation, Relation::OwnedBy | Relation::Inside)
}

fn check(path: &Path, text: &str) {
    let sources = Sources::default();
    let case = unit(&sources, "case", text);
    let graph = Graph::of(&state(vec![case]));
    let mut found: Vec<String> = graph.edges().filter(is_telling).map(told).collect();
    found.sort();
    let file = sources.load("case", gitops_yaml::ContentId::of(b""), text.as_bytes());
    let expectation = file.documents.iter().find_map(|d| d.get("edges"));
    let mut expected: Vec<&str> =
        expectation.map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
    expected.sort_unstable();
    assert!(found == expected, "{}:\n- {}", path.display(), found.join("\n- "));
}

#[test]
fn objects_are_joined_as_their_case_says() {
    for (path, text) in cases() {
        check(&path, &text);
    }
}

#[test]
fn every_row_has_a_case() {
    let (mut references, mut selections, mut products) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (_, text) in cases() {
        let state = state(vec![unit(&Sources::default(), "case", &text)]);
        for (_, object) in state.objects() {
            references.extend(named_by(object).into_iter().map(|n| n.row));
            products.extend(produced_by(object).into_iter().map(|p| p.row));
        }
        let graph = Graph::of(&state);
        let telling = graph.selections().iter().filter(|s| !s.matched.is_empty());
        selections.extend(telling.map(|s| s.row));
    }
    let mut missing = Vec::new();
    missing.extend(untested("references", &table().references, &references));
    missing.extend(untested("selections", &table().selections, &selections));
    missing.extend(untested("products", &table().products, &products));
    assert!(missing.is_empty(), "rows without a case:\n{}", missing.join("\n"));
}

fn untested<T: std::fmt::Debug>(
    list: &str,
    rows: &Rows<T>,
    tested: &BTreeSet<usize>,
) -> BTreeSet<String> {
    let rows = rows.iter().flat_map(|(kind, rows)| rows.iter().map(move |row| (kind, row)));
    rows.filter(|(_, (number, _))| !tested.contains(number))
        .map(|(kind, (number, row))| {
            let row: String = format!("{row:?}").chars().take(300).collect();
            format!("{list} {number}, {}: {row}", kind.kind)
        })
        .collect()
}
