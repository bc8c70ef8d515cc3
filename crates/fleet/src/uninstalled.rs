//! Charts of the repository that nothing known installs.

use std::collections::{BTreeMap, BTreeSet};

use gitops_api::argocd::Application;
use gitops_model::{ClusterState, Tree, Unchecked};
use gitops_yaml::{ContentId, SmolStr, Sources};

use crate::Changed;
use crate::files::{clamped, is_within, join, load, parent};

const FILE: &str = "Chart.yaml";

/// The newest tree that has a chart, and the chart's files that differ.
type Differing<'t> = (&'t dyn Tree, BTreeSet<(SmolStr, ContentId)>);

/// The charts of which YAML files differ and that no cluster of any state is known to install, each with these files.
#[must_use]
pub fn uninstalled(
    base: &Changed<'_>,
    head: &Changed<'_>,
    sources: &Sources,
    states: &[&ClusterState],
) -> Vec<Unchecked> {
    let mut charts: BTreeMap<String, Differing<'_>> = BTreeMap::new();
    for Changed { tree, paths } in [base, head] {
        for path in paths {
            let (Some(folder), Ok(id)) = (chart_around(*tree, path), tree.content_id(path)) else {
                continue;
            };
            let (newest, files) = charts.entry(folder.into()).or_insert((*tree, BTreeSet::new()));
            *newest = *tree;
            files.insert((path.clone(), id));
        }
    }
    charts.retain(|folder, _| !is_installed(states, folder));
    let gap = |(folder, (tree, files)): (String, Differing<'_>)| {
        let file = load(sources, tree, &join(&folder, FILE)).ok();
        let span = file.and_then(|file| Some(file.documents.first()?.span()));
        let name = if folder.is_empty() { "." } else { &folder };
        let why = "nothing that is known here installs it, so what its change does is not known";
        let gap = Unchecked::new(format!("chart `{name}`"), why, span);
        Unchecked { changed: true, files: files.into_iter().collect(), ..gap }
    };
    charts.into_iter().map(gap).collect()
}

/// The folder of the chart that a file is part of; that of the whole where charts stand in charts.
pub(crate) fn chart_around<'p>(tree: &dyn Tree, path: &'p str) -> Option<&'p str> {
    let (mut folder, mut found) = (path, None);
    while !folder.is_empty() {
        folder = parent(folder);
        if tree.kind(&join(folder, FILE)).is_some() {
            found = Some(folder);
        }
    }
    found
}

/// Whether a unit renders the folder or something around it, or a release is of a chart of that place or name.
fn is_installed(states: &[&ClusterState], folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or_default();
    let holds = |path: &str| path == folder || !path.is_empty() && is_within(folder, path);
    let mut units = states.iter().flat_map(|state| &state.units);
    let mut releases = states.iter().flat_map(|state| &state.releases);
    units.any(|unit| {
        let application = unit.object.as_deref().and_then(Application::of);
        let sources = application.map(|a| a.sources()).unwrap_or_default();
        let mut paths = sources.iter().filter_map(|source| source.path());
        holds(&unit.path) || paths.any(|path| holds(&clamped("", path)))
    }) || releases.any(|release| {
        let chart = &release.chart;
        clamped("", &chart.name) == folder || chart.source.is_empty() && chart.name == name
    })
}
