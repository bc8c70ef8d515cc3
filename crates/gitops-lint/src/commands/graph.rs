//! `graph` and `impact`: who needs whom, and what a change to an object reaches.

use std::fmt::Write as _;
use std::path::Path;

use gitops_graph::{Consequence, Graph, Link, dot, mermaid};
use gitops_model::{ClusterState, ObjectKey};
use serde_json::json;

use crate::analysis::Analysis;
use crate::cli::{GraphArgs, GraphFormat, ImpactArgs, Reading};
use crate::exit::{Exit, Stop};
use crate::states::{Moment, States};

pub(crate) fn graph(args: &GraphArgs) -> Result<Exit, Stop> {
    let fleet = fleet(args.repository.as_deref(), &args.reading, &args.cluster)?;
    let graphs: Vec<Graph> = fleet.iter().map(Graph::of).collect();
    let parts: Vec<Part<'_>> = fleet
        .iter()
        .zip(&graphs)
        .map(|(state, graph)| Part { cluster: &state.cluster.name, links: graph.edges().collect() })
        .collect();
    super::print(&said(&parts, args.format, edge_line)?)?;
    Ok(Exit::Pass)
}

pub(crate) fn impact(args: &ImpactArgs) -> Result<Exit, Stop> {
    let fleet = fleet(args.repository.as_deref(), &args.reading, &args.cluster)?;
    let graphs: Vec<Graph> = fleet.iter().map(Graph::of).collect();
    let wanted = Wanted::read(&args.object)?;
    let mut parts = Vec::new();
    let mut found = false;
    for (state, graph) in fleet.iter().zip(&graphs) {
        let keys: Vec<&ObjectKey> =
            graph.vertices().map(|v| &v.key).filter(|k| wanted.fits(k)).collect();
        found |= !keys.is_empty();
        let links: Vec<Link<'_>> = keys.into_iter().flat_map(|k| graph.dependents(k)).collect();
        if !links.is_empty() {
            parts.push(Part { cluster: &state.cluster.name, links });
        }
    }
    if !found {
        return Err(Stop::new(format!(
            "no cluster has an object `{}`; name it `Kind/name` or `Kind/namespace/name`",
            args.object
        )));
    }
    super::print(&said(&parts, args.format, consequence_line)?)?;
    Ok(Exit::Pass)
}

/// The links of one cluster.
struct Part<'a> {
    cluster: &'a str,
    links: Vec<Link<'a>>,
}

fn fleet(
    repository: Option<&Path>,
    reading: &Reading,
    clusters: &[String],
) -> Result<Vec<ClusterState>, Stop> {
    let states = States::single(repository)?;
    let analysis = Analysis { clusters: clusters.to_vec(), ..Analysis::new(states, reading)? };
    let fleet = analysis.fleet(Moment::Merged);
    if fleet.is_empty() {
        return Err(Stop::nothing("no cluster was found; `gitops-lint clusters` says why"));
    }
    Ok(fleet)
}

fn said(
    parts: &[Part<'_>],
    format: GraphFormat,
    line: fn(&Link<'_>) -> String,
) -> Result<String, Stop> {
    let all = || parts.iter().flat_map(|p| p.links.iter().copied()).collect::<Vec<_>>();
    match format {
        GraphFormat::Text => Ok(text(parts, line)),
        GraphFormat::Json => as_json(parts),
        GraphFormat::Dot => Ok(dot(&all())),
        GraphFormat::Mermaid => Ok(mermaid(&all())),
    }
}

fn text(parts: &[Part<'_>], line: fn(&Link<'_>) -> String) -> String {
    let mut out = String::new();
    for part in parts {
        let _ = writeln!(out, "{}", part.cluster);
        for link in &part.links {
            let _ = writeln!(out, "  {}", line(link));
        }
    }
    out
}

fn edge_line(link: &Link<'_>) -> String {
    let optional = if link.edge.optional { " (optional)" } else { "" };
    format!("{}  {}  {}{optional}", link.from.key, link.edge.relation.as_str(), link.to.key)
}

fn consequence_line(link: &Link<'_>) -> String {
    let felt = |c: Consequence| if c == Consequence::Nothing { "no effect" } else { c.as_str() };
    let (changed, removed) = (felt(link.edge.changed), felt(link.edge.removed));
    format!(
        "{}  {}  {}: on change {changed}, on removal {removed}",
        link.from.key,
        link.edge.relation.as_str(),
        link.to.key
    )
}

fn as_json(parts: &[Part<'_>]) -> Result<String, Stop> {
    let edge = |link: &Link<'_>| {
        json!({
            "from": link.from.key.to_string(),
            "to": link.to.key.to_string(),
            "kind": link.edge.relation.as_str(),
            "field": link.edge.path.to_string(),
            "optional": link.edge.optional,
            "onChange": link.edge.changed.as_str(),
            "onRemoval": link.edge.removed.as_str(),
        })
    };
    let cluster = |part: &Part<'_>| json!({ "cluster": part.cluster, "edges": part.links.iter().map(edge).collect::<Vec<_>>() });
    let clusters: Vec<_> = parts.iter().map(cluster).collect();
    let text = serde_json::to_string_pretty(&json!({ "schemaVersion": "1", "clusters": clusters }));
    Ok(text.map_err(|e| Stop::new(e.to_string()))? + "\n")
}

/// An object as a person names it.
pub(super) struct Wanted<'a> {
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> Wanted<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, Stop> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [kind, name] => Ok(Self { kind, namespace: None, name }),
            [kind, namespace, name] => Ok(Self { kind, namespace: Some(namespace), name }),
            _ => Err(Stop::new(format!(
                "`{text}` names no object; write `Kind/name` or `Kind/namespace/name`"
            ))),
        }
    }

    pub(super) fn fits(&self, key: &ObjectKey) -> bool {
        key.kind.eq_ignore_ascii_case(self.kind)
            && key.name == self.name
            && self.namespace.is_none_or(|n| n == key.namespace)
    }
}
