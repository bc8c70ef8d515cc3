//! What the cases of both controllers show.

use gitops_model::{Chart, Release, Unchecked};
use gitops_yaml::{Exposure, Node, Sources, Span};

/// A chart with its values, each with the line that wrote it.
pub(crate) fn release(release: &Release, sources: &Sources) -> Vec<String> {
    let Chart { name, version, source, span, .. } = &release.chart;
    let (key, at) = (&release.object.key, place(sources, *span));
    let mut lines = vec![format!("  release {key}: {name} {version:?} of {source} ({at})")];
    let mut values = Vec::new();
    leaves(&release.values, String::new(), &mut values);
    for (path, value) in values {
        let scalar = value.as_scalar();
        let text = scalar.map_or("{}", |s| if hides(s.exposure) { "<hidden>" } else { &s.text });
        lines.push(format!("    {path}: {text} ({})", place(sources, value.span())));
    }
    lines
}

/// What is not known, where it is asked for, and the files that it is made of.
pub(crate) fn gap(gap: &Unchecked, sources: &Sources) -> Vec<String> {
    let at = gap.span.map_or_else(|| "nowhere".to_owned(), |span| place(sources, span));
    let mut lines = vec![format!("  unchecked {at}: {}: {}", gap.what, gap.why)];
    lines.extend(gap.files.iter().map(|(path, _)| format!("    made of {path}")));
    lines
}

fn hides(exposure: Exposure) -> bool {
    exposure != Exposure::Open
}

fn place(sources: &Sources, span: Span) -> String {
    let at = sources.locate(span);
    format!("{}:{}", at.path, at.line)
}

/// The scalars below a node, with their paths.
fn leaves<'n>(node: &'n Node, path: String, into: &mut Vec<(String, &'n Node)>) {
    for entry in node.entries() {
        leaves(&entry.value, format!("{path}/{}", entry.key), into);
    }
    for (i, item) in node.items().iter().enumerate() {
        leaves(item, format!("{path}/{i}"), into);
    }
    if node.as_scalar().is_some() {
        into.push((path, node));
    }
}
