//! `graph` and `impact`: who needs whom, and what a change to an object reaches.

mod reached;
mod wanted;

use std::fmt::Write as _;

use gitops_graph::{Graph, Link, dot, mermaid};
use gitops_model::ClusterState;
use serde_json::json;

use super::output::print;
use crate::analysis::Analysis;
use crate::cli::{GraphArgs, GraphFormat, ImpactArgs};
use crate::exit::{Exit, Stop};
use crate::states::{Moment, States};

pub(super) use wanted::Wanted;

pub(crate) fn graph(args: &GraphArgs) -> Result<Exit, Stop> {
    let fleet = fleet(args)?;
    let graphs: Vec<Graph> = fleet.iter().map(Graph::of).collect();
    let parts: Vec<Part<'_>> = fleet
        .iter()
        .zip(&graphs)
        .map(|(state, graph)| Part { cluster: &state.cluster.name, links: graph.edges().collect() })
        .collect();
    print(&drawn(&parts, args.format)?)?;
    Ok(Exit::Pass)
}

pub(crate) fn impact(args: &ImpactArgs) -> Result<Exit, Stop> {
    let fleet = fleet(&args.graph)?;
    let graphs: Vec<Graph> = fleet.iter().map(Graph::of).collect();
    let key = wanted::find(&args.object, &graphs)?;
    let holders = fleet.iter().zip(&graphs).filter(|(_, graph)| graph.find(&key).is_some());
    let text = match args.graph.format {
        GraphFormat::Text => reached::said(holders, &key),
        format => {
            let parts: Vec<Part<'_>> = holders
                .map(|(state, graph)| Part {
                    cluster: &state.cluster.name,
                    links: graph.dependents(&key),
                })
                .collect();
            drawn(&parts, format)?
        }
    };
    print(&text)?;
    Ok(Exit::Pass)
}

/// The links of one cluster.
struct Part<'a> {
    cluster: &'a str,
    links: Vec<Link<'a>>,
}

fn fleet(args: &GraphArgs) -> Result<Vec<ClusterState>, Stop> {
    let states = States::single(args.repository.as_deref())?;
    let analysis =
        Analysis { clusters: args.cluster.clone(), ..Analysis::new(states, &args.reading)? };
    let fleet = analysis.fleet(Moment::Merged);
    match (fleet.is_empty(), args.cluster.is_empty()) {
        (false, _) => Ok(fleet),
        (true, true) => Err(Stop::nothing("no cluster was found; `gitops-lint clusters` says why")),
        (true, false) => Err(Stop::no_cluster(&args.cluster)),
    }
}

/// For programs.
fn drawn(parts: &[Part<'_>], format: GraphFormat) -> Result<String, Stop> {
    let all = || parts.iter().flat_map(|p| p.links.iter().copied()).collect::<Vec<_>>();
    match format {
        GraphFormat::Text => Ok(text(parts)),
        GraphFormat::Json => as_json(parts),
        GraphFormat::Dot => Ok(dot(&all())),
        GraphFormat::Mermaid => Ok(mermaid(&all())),
    }
}

fn text(parts: &[Part<'_>]) -> String {
    let mut out = String::new();
    for part in parts {
        let _ = writeln!(out, "{}", part.cluster);
        for link in &part.links {
            let _ = writeln!(out, "  {}", edge_line(link));
        }
    }
    out
}

fn edge_line(link: &Link<'_>) -> String {
    let optional = if link.edge.optional { " (optional)" } else { "" };
    format!("{}  {}  {}{optional}", link.from.key, link.edge.relation.as_str(), link.to.key)
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
