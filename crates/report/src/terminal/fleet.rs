//! Clusters: what each follows, and what it gets when.

use gitops_model::{ClusterReport, Problem, Report, Unchecked};
use gitops_yaml::Sources;

use super::style::{Cell, Page, Style, Tone};
use crate::escape;
use crate::view::{ClusterRow, Tally, cluster_rows, follows, names, plural};

/// Rows that are shown; further clusters are counted.
const MOST_ROWS: usize = 10;

/// Which clusters change, and when.
pub(crate) fn section(page: &mut Page<'_>, report: &Report) {
    let (rows, unchanged) = cluster_rows(report);
    if rows.is_empty() {
        return;
    }
    page.section("Clusters");
    let header = ["CLUSTER", "ENVIRONMENT", "FOLLOWS", "NOW", "QUEUED", "NEVER"];
    page.table(&table(&header, rows.iter().take(MOST_ROWS).map(cells)));
    let hidden: usize = rows.iter().skip(MOST_ROWS).map(|r| r.names.len()).sum();
    let mut rest = Vec::new();
    if hidden > 0 {
        rest.push(format!("{} more that change", plural(hidden, "cluster")));
    }
    if unchanged > 0 {
        rest.push(format!("{} unchanged", plural(unchanged, "cluster")));
    }
    if !rest.is_empty() {
        let rest = page.style.paint(Tone::Dim, &format!("  {}", rest.join(", ")));
        page.line(&rest);
    }
}

fn cells(row: &ClusterRow<'_>) -> Vec<Cell> {
    let tally =
        |tally: &Tally, tone| (tally.words(), Some(if tally.is_bad() { Tone::Bad } else { tone }));
    let follows =
        if row.reached { row.follows.join(", ") } else { "nothing that is known here".into() };
    vec![
        (names(&row.names, 3), Some(Tone::Strong)),
        (row.environment.to_owned(), None),
        (escape::short(&follows, 32), None),
        tally(&row.now, Tone::Warn),
        tally(&row.queued, Tone::Note),
        tally(&row.never, Tone::Dim),
    ]
}

/// Columns that only have a header say nothing.
fn without_empty_columns(table: Vec<Vec<Cell>>) -> Vec<Vec<Cell>> {
    let columns = table.first().map_or(0, Vec::len);
    let used = |c: usize| {
        table.iter().skip(1).any(|row| row.get(c).is_some_and(|(text, _)| !text.is_empty()))
    };
    let keep: Vec<bool> = (0..columns).map(used).collect();
    let kept = |row: Vec<Cell>| {
        row.into_iter().zip(&keep).filter(|(_, k)| **k).map(|(cell, _)| cell).collect()
    };
    table.into_iter().map(kept).collect()
}

/// What was discovered: every cluster with its entry point, what each of its sources tracks and holds,
/// and what was missed and why.
#[must_use]
pub fn clusters(report: &Report, problems: &[Problem], sources: &Sources, style: &Style) -> String {
    let mut page = Page::new(style);
    let (reached, roots): (Vec<_>, Vec<_>) =
        report.clusters.iter().partition(|c| c.cluster.reached);
    page.line(&page.style.paint(Tone::Strong, &plural(report.clusters.len(), "cluster")));
    if !reached.is_empty() {
        let header = ["CLUSTER", "ENVIRONMENT", "WAVE", "ENTRY POINT", "FOLLOWS", "HOLDS"];
        page.table(&table(&header, reached.into_iter().map(reached_cells)));
    }
    if !roots.is_empty() {
        page.section("Folders that no entry point reaches, each a cluster of its own");
        page.table(&table(&["CLUSTER", "ENVIRONMENT", "WAVE"], roots.into_iter().map(root_cells)));
    }
    missed(&mut page, report, problems, sources);
    page.finish()
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<Cell>>) -> Vec<Vec<Cell>> {
    let header = header.iter().map(|h| ((*h).to_owned(), Some(Tone::Dim))).collect();
    without_empty_columns(std::iter::once(header).chain(rows).collect())
}

fn root_cells(cluster: &ClusterReport) -> Vec<Cell> {
    vec![
        (cluster.cluster.name.to_string(), Some(Tone::Strong)),
        (cluster.cluster.environment.as_str().to_owned(), None),
        (cluster.wave.as_deref().unwrap_or_default().to_owned(), None),
    ]
}

fn reached_cells(cluster: &ClusterReport) -> Vec<Cell> {
    let mut here = cluster.sources.iter().filter(|s| s.source.here);
    let held = here.find_map(|s| s.source.revision.as_ref());
    let path = cluster.cluster.path.as_str();
    let mut cells = root_cells(cluster);
    cells.extend([
        (if path.is_empty() { "." } else { path }.to_owned(), None),
        (follows(cluster).join(", "), None),
        (held.map_or_else(String::new, |r| r.0.chars().take(10).collect()), Some(Tone::Dim)),
    ]);
    cells
}

/// As many things as are told one by one where the same is wrong with all of them.
const MOST_ALIKE: usize = 2;

/// What could not be followed. What works all the same is for `check` to tell.
fn missed(page: &mut Page<'_>, report: &Report, problems: &[Problem], sources: &Sources) {
    let problems: Vec<_> = problems.iter().filter(|p| !p.kind.is_harmless()).collect();
    if problems.is_empty() && report.unchecked.is_empty() {
        return;
    }
    page.section("Missed");
    for (said, alike) in grouped(&problems, |p| (&p.message, &p.help)) {
        let places: Vec<String> = alike.iter().map(|p| place(p.span, sources)).collect();
        alike_things(page, said.0, "", &places);
        if let Some(help) = said.1 {
            page.wrapped("    help: ", 10, help);
        }
    }
    for (why, alike) in grouped(&report.unchecked, |u| &u.why) {
        let named = |u: &&Unchecked| format!("{}{}", place(u.span, sources), u.what);
        let things: Vec<String> = alike.iter().map(named).collect();
        alike_things(page, why, ": ", &things);
    }
}

/// What is wrong with each of some things, or with all of them at once.
fn alike_things(page: &mut Page<'_>, said: &str, before: &str, things: &[String]) {
    if things.len() <= MOST_ALIKE {
        for thing in things {
            page.wrapped("  ", 2, &format!("{thing}{before}{said}"));
        }
        return;
    }
    page.wrapped("  ", 2, &format!("{} times: {said}", things.len()));
    for thing in things {
        page.wrapped("    ", 4, thing.trim_end_matches([':', ' ']));
    }
}

/// Things by what is said of them, in the order of the first of each.
fn grouped<'t, T, K: PartialEq>(
    things: &'t [T],
    said: impl Fn(&'t T) -> K,
) -> Vec<(K, Vec<&'t T>)> {
    let mut groups: Vec<(K, Vec<&T>)> = Vec::new();
    for thing in things {
        let key = said(thing);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, alike)) => alike.push(thing),
            None => groups.push((key, vec![thing])),
        }
    }
    groups
}

fn place(span: Option<gitops_yaml::Span>, sources: &Sources) -> String {
    let at = span.map(|s| sources.locate(s));
    at.map_or_else(String::new, |at| format!("{}:{}: ", at.path, at.line))
}
