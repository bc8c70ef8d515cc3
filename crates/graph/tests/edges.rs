//! Every edge that is expected has a case: `testdata/edges.yaml` says where each is shown.
#![allow(clippy::expect_used, clippy::disallowed_methods, reason = "tests read their cases")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gitops_yaml::{ContentId, Node, Sources};

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(top().join(path)).unwrap_or_default()
}

/// The first document of a file.
fn document(path: &str) -> Node {
    let text = read(path);
    let file = Sources::default().load(path, ContentId::of(text.as_bytes()), text.as_bytes());
    file.documents.first().expect("a document").clone()
}

/// Why a row shows nothing.
fn unshown(row: &Node) -> Option<String> {
    let text = |key: &str| row.get(key).and_then(Node::text);
    if let Some(case) = text("case") {
        let edges = document(&format!("testdata/graph/{case}.yaml"));
        let edges = edges.get("edges").map(Node::items).unwrap_or_default();
        let shown = edges.iter().any(|edge| edge.text() == text("edge"));
        return (!shown).then(|| format!("`{case}` has no such edge"));
    }
    if let Some(test) = text("test") {
        let shown = read("crates/graph/tests/reach.rs").contains(&format!("fn {test}()"));
        return (!shown).then(|| format!("there is no test `{test}`"));
    }
    let rule = text("rule").unwrap_or_default();
    let shown = !rule.is_empty() && top().join(format!("rules/{rule}.md")).is_file();
    (!shown).then(|| format!("there is no rule `{rule}`"))
}

#[test]
fn every_edge_has_a_case() {
    let table = document("testdata/edges.yaml");
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for section in table.items() {
        let name = section.get("section").and_then(Node::text).unwrap_or_default();
        for row in section.get("rows").map(Node::items).unwrap_or_default() {
            let edge = row.get("row").and_then(Node::text).unwrap_or_default();
            faults.extend(unshown(row).map(|why| format!("{name}, {edge}: {why}")));
            if edge.is_empty() || !seen.insert((name.to_owned(), edge.to_owned())) {
                faults.push(format!("{name}, `{edge}`: a row has a name of its own"));
            }
        }
    }
    assert!(seen.len() > 200, "the table is read");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
