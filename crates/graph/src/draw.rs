//! The graph as text that other programs draw.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use gitops_model::ObjectKey;
use gitops_schema::stored_key;

use crate::{Graph, Link, Presence, Vertex};

impl Graph {
    /// The edges between an object and what needs it, near and far, the nearest first.
    #[must_use]
    pub fn dependents(&self, key: &ObjectKey) -> Vec<Link<'_>> {
        self.follow(key, |key| self.edges_to(key), |link| &link.from.key)
    }

    /// The edges between an object and what it needs, near and far, the nearest first.
    #[must_use]
    pub fn needs(&self, key: &ObjectKey) -> Vec<Link<'_>> {
        self.follow(key, |key| self.edges_from(key), |link| &link.to.key)
    }

    fn follow<'a>(
        &'a self,
        key: &ObjectKey,
        links: impl Fn(&ObjectKey) -> Vec<Link<'a>>,
        end: impl Fn(&Link<'a>) -> &'a ObjectKey,
    ) -> Vec<Link<'a>> {
        let mut seen = BTreeSet::from([stored_key(key)]);
        let mut found = links(key);
        let mut at = 0;
        while let Some(link) = found.get(at) {
            let key = end(link);
            if seen.insert(stored_key(key)) {
                found.extend(links(key));
            }
            at += 1;
        }
        found
    }
}

/// Edges in Graphviz's language. Objects that are not rendered here are dashed.
#[must_use]
pub fn dot(links: &[Link<'_>]) -> String {
    let mut out = String::from("digraph {\n  rankdir=LR;\n  node [shape=box];\n");
    let ids = numbered(links);
    for (vertex, id) in ids.values() {
        let style = if vertex.object().is_some() { "" } else { ", style=dashed" };
        let _ = writeln!(out, "  n{id} [label={}{style}];", quoted(&label(vertex)));
    }
    for link in links {
        let relation = link.edge.relation.as_str();
        if let (Some((_, from)), Some((_, to))) = (ids.get(&link.from.key), ids.get(&link.to.key)) {
            let _ = writeln!(out, "  n{from} -> n{to} [label=\"{relation}\"];");
        }
    }
    out + "}\n"
}

/// Edges in Mermaid's language. Objects that are not rendered here have round ends.
#[must_use]
pub fn mermaid(links: &[Link<'_>]) -> String {
    let mut out = String::from("flowchart LR\n");
    let ids = numbered(links);
    for (vertex, id) in ids.values() {
        let text = quoted(&label(vertex));
        let _ = match vertex.object() {
            Some(_) => writeln!(out, "  n{id}[{text}]"),
            None => writeln!(out, "  n{id}([{text}])"),
        };
    }
    for link in links {
        let relation = link.edge.relation.as_str();
        if let (Some((_, from)), Some((_, to))) = (ids.get(&link.from.key), ids.get(&link.to.key)) {
            let _ = writeln!(out, "  n{from} -->|{relation}| n{to}");
        }
    }
    out
}

/// The ends of the edges, each once, numbered in the order of their keys.
fn numbered<'a>(links: &[Link<'a>]) -> BTreeMap<&'a ObjectKey, (&'a Vertex, usize)> {
    let ends = links.iter().flat_map(|l| [l.from, l.to]);
    let ends: BTreeMap<&ObjectKey, &Vertex> = ends.map(|v| (&v.key, v)).collect();
    ends.into_iter().enumerate().map(|(id, (key, vertex))| (key, (vertex, id))).collect()
}

fn label(vertex: &Vertex) -> String {
    let remark = match &vertex.presence {
        Presence::Found { .. } => String::new(),
        Presence::Produced { by, .. } => format!(" (from {by})"),
        Presence::Given => " (given)".into(),
        Presence::External => " (not here)".into(),
    };
    format!("{}{remark}", vertex.key)
}

/// A quoted text; what would end it is replaced, so that no name can add to the drawing.
fn quoted(text: &str) -> String {
    let safe: String = text
        .chars()
        .map(|c| if c.is_control() || matches!(c, '"' | '\\') { '\'' } else { c })
        .collect();
    format!("\"{safe}\"")
}
