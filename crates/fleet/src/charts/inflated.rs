//! Charts that a kustomization inflates: `helmCharts`, and generators of kind `HelmChartInflationGenerator`
//! (kustomize, plugin/builtin/helmchartinflationgenerator).

use gitops_model::{Chart, Tree, Unchecked};
use gitops_yaml::{Limits, Node, Sources, Span, parse};

use super::merge;
use crate::files::{clamped, join, load, parent};

/// Where kustomize looks for a chart before it pulls it.
const DEFAULT_HOME: &str = "charts";

/// The charts, each with its values, of the file that a gap of kustomize points to.
pub(crate) fn inflated(
    sources: &Sources,
    tree: &dyn Tree,
    gaps: &[Unchecked],
) -> Vec<(Chart, Node)> {
    let at = gaps.iter().filter(|g| g.what == "helmCharts").find_map(|g| g.span);
    at.map(|span| in_file(sources, tree, span)).unwrap_or_default()
}

fn in_file(sources: &Sources, tree: &dyn Tree, span: Span) -> Vec<(Chart, Node)> {
    let file = sources.file(span.file);
    let read = parse(span.file, &file.text, &Limits::default());
    let is_generator =
        |d: &&Node| d.get("kind").and_then(Node::text) == Some("HelmChartInflationGenerator");
    let generators = read.documents.iter().filter(is_generator);
    let listed = read.documents.iter().filter_map(|d| d.get("helmCharts")).flat_map(Node::items);
    let folder = parent(&file.path);
    let charts = generators.chain(listed);
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
