//! `render`: what a cluster would be given.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use gitops_model::{ClusterState, Problem, Resource, Unit};
use gitops_yaml::{Exposure, Node, Scalar, Value};

use super::output::{print, write_file};
use crate::analysis::Analysis;
use crate::cli::RenderArgs;
use crate::exit::{Exit, Stop, io};
use crate::problems;
use crate::states::{Moment, States};

pub(crate) fn run(args: &RenderArgs) -> Result<Exit, Stop> {
    let states = States::single(args.repository.as_deref())?;
    let wanted: Vec<String> = args.cluster.iter().cloned().collect();
    let analysis = Analysis { clusters: wanted.clone(), ..Analysis::new(states, &args.reading)? };
    problems::print(&analysis.settings.problems, "warning", &analysis.sources);
    let fleet = analysis.fleet(Moment::Merged);
    for cluster in &fleet {
        problems::print(&cluster.problems, "error", &analysis.sources);
    }
    match (&args.output_dir, fleet.as_slice()) {
        (Some(out), _) if args.all_clusters => files(&fleet, out, args)?,
        (_, []) => {
            return Err(Stop::no_cluster(&wanted));
        }
        _ => fleet.iter().try_for_each(|c| print(&text_of(c, args)))?,
    }
    let gaps: BTreeSet<(&str, &str)> =
        fleet.iter().flat_map(|c| &c.unchecked).map(|u| (&*u.what, &*u.why)).collect();
    if !gaps.is_empty() {
        let gaps = match gaps.len() {
            1 => "one thing is".to_owned(),
            n => format!("{n} things are"),
        };
        let lists = "`gitops-lint clusters` tells what";
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(std::io::stderr(), "note: {gaps} not known, and left out; {lists}");
    }
    let broken = |p: &Problem| !p.kind.is_harmless();
    let failed = fleet.iter().any(|c| c.problems.iter().any(broken));
    Ok(if failed { Exit::Findings } else { Exit::Pass })
}

fn text_of(cluster: &ClusterState, args: &RenderArgs) -> String {
    let units = cluster.units.iter().filter(|u| !u.resources.is_empty());
    units.map(|unit| text_of_unit(unit, args)).collect::<Vec<_>>().join("---\n")
}

/// One file for each Kustomization and Application.
fn files(fleet: &[ClusterState], out: &Path, args: &RenderArgs) -> Result<(), Stop> {
    std::fs::create_dir_all(out).map_err(io(out))?;
    for cluster in fleet {
        // A unit that could not be rendered leaves no file: an empty one would read as success.
        let owners = ["Kustomization", "Application"];
        let rendered = |u: &&Unit| owners.contains(&u.id.kind.as_str()) && u.inputs.is_some();
        for unit in cluster.units.iter().filter(rendered) {
            let hub = unit.hub.as_ref().unwrap_or(&cluster.cluster.name);
            let parts =
                [hub.as_str(), &unit.id.namespace, &unit.id.name].map(|p| p.replace('/', "~"));
            write_file(&out.join(format!("{}.yaml", parts.join("~"))), &text_of_unit(unit, args))?;
        }
    }
    Ok(())
}

fn text_of_unit(unit: &Unit, args: &RenderArgs) -> String {
    let masked = |r: &Arc<Resource>| {
        if args.show_secrets {
            return r.clone();
        }
        Arc::new(Resource { body: masked(&r.body), ..Resource::clone(r) })
    };
    let resources: Vec<_> = unit.resources.iter().map(masked).collect();
    if !args.owner {
        return gitops_kustomize::print(&resources);
    }
    let with_owner = |r: &Arc<Resource>| {
        format!("# {}\n{}", unit.id, gitops_kustomize::print(std::slice::from_ref(r)))
    };
    resources.iter().map(with_owner).collect::<Vec<_>>().join("---\n")
}

/// The value without what is, or may hold, a secret.
fn masked(node: &Node) -> Node {
    let value = match &node.value {
        Value::Scalar(s) if s.exposure == Exposure::Secret => {
            Value::Scalar(Scalar::string("**masked**"))
        }
        Value::Scalar(s) => Value::Scalar(s.clone()),
        Value::Seq(items) => Value::Seq(Arc::new(items.iter().map(masked).collect())),
        Value::Map(entries) => {
            let mut entries = Vec::clone(entries);
            entries.iter_mut().for_each(|e| e.value = masked(&e.value));
            Value::Map(Arc::new(entries))
        }
    };
    Node { value, origin: node.origin.clone() }
}
