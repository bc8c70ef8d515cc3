//! Charts that a kustomization inflates: `helmCharts`, and generators of kind `HelmChartInflationGenerator`
//! (kustomize, plugin/builtin/helmchartinflationgenerator).

use std::collections::BTreeSet;
use std::sync::Arc;

use gitops_model::{Chart, Gvk, ObjectKey, Release, Resource, Tree, Unchecked, Unit};
use gitops_yaml::{Limits, Node, Sources, Span, parse};

use super::{merge, parsed};
use crate::files::{clamped, join, load, parent};
use crate::flux::FILE_NAMES;

/// Where kustomize looks for a chart before it pulls it.
const DEFAULT_HOME: &str = "charts";

/// What kustomize calls the gap that charts leave.
const GAP: &str = "helmCharts";

/// The charts that the kustomizations of a unit inflate, installed by the object that declares the unit, else by
/// the kustomization itself, which its folder names. The gaps then are that object's.
pub(crate) fn of_unit(
    sources: &Sources,
    tree: &dyn Tree,
    unit: &Unit,
    gaps: &mut [Unchecked],
) -> Vec<Release> {
    let charts = inflated(sources, tree, gaps);
    let own = || kustomization(sources, tree, &unit.path).map(Arc::new);
    let Some(object) = unit.object.clone().or_else(own).filter(|_| !charts.is_empty()) else {
        return Vec::new();
    };
    for gap in gaps.iter_mut().filter(|g| g.what == GAP) {
        gap.what = object.key.to_string();
    }
    let release =
        |(chart, values)| Release { object: object.clone(), unit: unit.id.clone(), chart, values };
    charts.into_iter().map(release).collect()
}

/// The kustomization of a folder, as an object of that name.
fn kustomization(sources: &Sources, tree: &dyn Tree, folder: &str) -> Option<Resource> {
    let mut files =
        FILE_NAMES.iter().filter_map(|name| load(sources, tree, &join(folder, name)).ok());
    let body = files.next()?.documents.first()?.clone();
    let gvk = Gvk::new("kustomize.config.k8s.io/v1beta1", "Kustomization");
    let name = if folder.is_empty() { "." } else { folder };
    let key = ObjectKey::new(&gvk.group, &gvk.kind, "", name);
    Some(Resource { key, gvk, body, stable_name: None, removed: Arc::default() })
}

/// The charts, each with its values, of the files that gaps of kustomize point to.
pub(crate) fn inflated(
    sources: &Sources,
    tree: &dyn Tree,
    gaps: &[Unchecked],
) -> Vec<(Chart, Node)> {
    let spans = gaps.iter().filter(|g| g.what == GAP).filter_map(|g| g.span);
    let mut seen = BTreeSet::new();
    let files = spans.filter(|span| seen.insert(span.file));
    files.flat_map(|span| in_file(sources, tree, span)).collect()
}

fn in_file(sources: &Sources, tree: &dyn Tree, span: Span) -> Vec<(Chart, Node)> {
    let file = sources.file(span.file);
    let read = parse(span.file, &file.text, &Limits::default());
    let is_generator =
        |d: &&Node| d.get("kind").and_then(Node::text) == Some("HelmChartInflationGenerator");
    let items =
        |field| read.documents.iter().filter_map(move |d| d.get(field)).flat_map(Node::items);
    let inline =
        items("generators").filter_map(|g| Some((g, g.text().filter(|t| t.contains('\n'))?)));
    let inline: Vec<Node> = inline.filter_map(|(g, text)| parsed(sources, g, text).ok()).collect();
    let generators = read.documents.iter().chain(&inline).filter(is_generator);
    let folder = parent(&file.path);
    let charts = generators.chain(items("helmCharts"));
    let home = read.documents.iter().find_map(|d| d.get("helmGlobals")?.get("chartHome")?.text());
    let home = clamped("", &join(folder, home.unwrap_or(DEFAULT_HOME)));
    let chart = |asked: &Node| {
        let mut chart = chart(asked)?;
        chart.content = tree.digest(&join(&home, &chart.name));
        Some((chart, values(sources, tree, folder, asked)))
    };
    charts.filter_map(chart).collect()
}

fn chart(asked: &Node) -> Option<Chart> {
    let text = |key: &str| asked.get(key).and_then(Node::text).unwrap_or_default();
    let name = asked.get("name")?;
    Some(Chart {
        name: name.text()?.into(),
        version: text("version").into(),
        source: text("repo").into(),
        content: None,
        span: asked.get("version").unwrap_or(name).span(),
    })
}

/// The values of a file, those inline as `valuesMerge` says, then those of further files.
fn values(sources: &Sources, tree: &dyn Tree, folder: &str, asked: &Node) -> Node {
    let empty = || Node::map(Vec::new(), asked.origin.clone());
    let file = |path: Option<&str>| {
        let path = join(folder, path.filter(|p| !p.contains("://"))?);
        let file = load(sources, tree, &clamped("", &path)).ok()?;
        file.documents.first().filter(|d| d.as_map().is_some()).cloned()
    };
    let written = file(asked.get("valuesFile").and_then(Node::text)).unwrap_or_else(empty);
    let inline = asked.get("valuesInline").filter(|v| v.as_map().is_some());
    let mut values = match (inline, asked.get("valuesMerge").and_then(Node::text)) {
        (None, _) => written,
        (Some(inline), Some("replace")) => inline.clone(),
        (Some(inline), Some("merge")) => laid_over(inline, &written),
        (Some(inline), _) => laid_over(&written, inline),
    };
    let further = asked.get("additionalValuesFiles").map(Node::items).unwrap_or_default();
    for more in further.iter().filter_map(|f| file(f.text())) {
        merge(&mut values, &more);
    }
    values
}

fn laid_over(below: &Node, above: &Node) -> Node {
    let mut values = below.clone();
    merge(&mut values, above);
    values
}
