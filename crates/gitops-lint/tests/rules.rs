//! Every rule's page is its test: each example goes through the whole pipeline, and finds what its
//! comments say and nothing else.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read files")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use gitops_config::Config;
use gitops_fleet::{Changed, Fleet, Memo, SourceTree, SourceTrees, World, abandoned, unapplied};
use gitops_model::{
    ClusterState, Deployed, Effect, Finding, KubernetesVersion, Persona, Problem, ProblemKind,
    Revision, SourceRef, Tracks, Tree,
};
use gitops_rules::{Facts, Pair, RULES, Rule, State, check, gather};
use gitops_testkit::{Example, MemoryTree, read};
use gitops_yaml::{Sources, Span};

const SECTIONS: [&str; 5] =
    ["What it means", "Why it matters", "What to do", "When it is wrong", "Sources"];

#[test]
fn pages_say_what_rules_find() {
    let mut faults = String::new();
    for rule in RULES {
        match read(rule.meta.page) {
            Err(why) => writeln!(faults, "\n{}: {why}", rule.meta.id).unwrap(),
            Ok(page) => {
                if page.title != rule.meta.id || page.sections != SECTIONS {
                    writeln!(
                        faults,
                        "\n{}: wants its name as title, and the sections {SECTIONS:?}",
                        rule.meta.id
                    )
                    .unwrap();
                }
                let bad = |e: &&Example| e.expected.iter().any(|x| x.rule == rule.meta.id);
                let bad_ones = page.examples.iter().filter(bad).count();
                if bad_ones == 0 || bad_ones == page.examples.len() {
                    writeln!(faults, "\n{}: wants a bad and a good example", rule.meta.id).unwrap();
                }
                page.examples.iter().for_each(|example| run(rule, example, &mut faults));
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn every_page_has_a_rule() {
    let pages = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules")).unwrap();
    let pages: BTreeSet<String> = pages
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.trim_end_matches(".md").to_owned())
        .collect();
    let rules: BTreeSet<String> = RULES.iter().map(|r| r.meta.id.to_owned()).collect();
    assert_eq!(pages, rules);
}

/// What a removal leaves behind, and the command that shows it, are told with each.
#[test]
fn removals_say_what_stays_and_how_to_see_it() {
    let removals = [
        "claims-scaled-away",
        "crd-removed",
        "left-behind",
        "namespace-removed",
        "object-removed",
        "owner-removed",
        "prune-all",
        "pvc-removed",
        "resource-renamed",
    ];
    for id in removals {
        let rule = gitops_rules::find(id).unwrap();
        let page = read(rule.meta.page).unwrap();
        let sources = Sources::default();
        let found = page.examples.iter().flat_map(|example| findings(rule, example, &sources));
        for finding in found.filter(|f| f.rule == id) {
            let said = format!("{} {}", finding.message, finding.help.unwrap_or_default());
            let shows = ["`kubectl get ", "`flux ", "`argocd ", "`helm "];
            assert!(shows.iter().any(|tool| said.contains(tool)), "{id}: {said}");
            assert!(
                ["stay", "left", "gone"].iter().any(|word| said.contains(word)),
                "{id}: {said}"
            );
        }
    }
}

/// Compares what an example finds with what it says.
fn run(rule: &Rule, example: &Example, faults: &mut String) {
    let sources = Sources::default();
    let found = findings(rule, example, &sources);
    let mut missing = example.expected.clone();
    let mut extra = Vec::new();
    for finding in &found {
        let place = finding.primary().map(|span| sources.locate(span));
        let (path, line) = place.map_or_else(Default::default, |p| (p.path.to_string(), p.line));
        let fits = |e: &gitops_testkit::Expected| {
            e.severity == finding.severity
                && e.rule == finding.rule
                && finding.message.contains(&e.text)
                && (e.path.as_str(), e.line) == (path.as_str(), line)
        };
        match missing.iter().position(fits) {
            Some(at) => drop(missing.remove(at)),
            None => extra.push(format!(
                "  found   {path}:{line}: {}: [{}] {:?}",
                finding.severity.as_str(),
                finding.rule,
                finding.message
            )),
        }
    }
    if !(missing.is_empty() && extra.is_empty()) {
        writeln!(faults, "\n{}, under `{}`", rule.meta.id, example.heading).unwrap();
        for e in missing {
            let severity = e.severity.as_str();
            writeln!(
                faults,
                "  missing {}:{}: {severity}: [{}] {:?}",
                e.path, e.line, e.rule, e.text
            )
            .unwrap();
        }
        extra.iter().for_each(|line| writeln!(faults, "{line}").unwrap());
    }
}

/// Parse, render, compare and check.
fn findings(rule: &Rule, example: &Example, sources: &Sources) -> Vec<Finding> {
    let (config, mut problems) = configuration(example, sources);
    let base = example.base.as_ref().unwrap_or(&example.head);
    problems.extend(gitops_config::change(base, &example.head, sources));
    let memo = Memo::default();
    let (after, new, unlisted) = clusters(&example.head, base, sources, &memo, &config);
    problems.extend(unlisted);
    let before = example.base.as_ref().map(|tree| {
        let (before, gone, _) = clusters(tree, &example.head, sources, &memo, &config);
        let states: Vec<&ClusterState> = before.iter().chain(&after).collect();
        problems.extend(unapplied(&gone, &new, sources, &states));
        problems.extend(abandoned(&before, &after, &example.head).into_values());
        before
    });
    let changes: Vec<_> = after
        .iter()
        .map(|a| before_of(before.as_deref(), a).map(|b| gitops_compare::compare(b, a)))
        .collect();
    let pairs: Vec<Pair<'_>> = after
        .iter()
        .zip(&changes)
        .map(|(after, changes)| Pair {
            before: before_of(before.as_deref(), after).map(known),
            after: known(after),
            changes: changes.as_deref().unwrap_or_default(),
            effect: example.base.is_some().then_some(Effect::Now),
            mode: None,
        })
        .collect();
    let facts = Facts {
        pairs: &pairs,
        problems: &problems,
        config: &config,
        sources,
        touched: &|span| is_touched(example, sources, span),
        today: None,
        pedantic: rule.meta.persona == Persona::Pedantic,
        holds: &|older, newer| version(&older.0) <= version(&newer.0),
    };
    let mut found = gather(check(&facts), sources);
    found.retain(|f| f.suppressed.is_none());
    // The pedantic rules are not asked to be silent on each other's pages.
    let pedantic =
        |id| RULES.iter().any(|r| r.meta.id == id && r.meta.persona == Persona::Pedantic);
    found.retain(|f| f.rule == rule.meta.id || !pedantic(f.rule));
    found
}

fn configuration(example: &Example, sources: &Sources) -> (Config, Vec<Problem>) {
    let tree = example.base.as_ref().unwrap_or(&example.head);
    let path = ".gitops-lint.yaml";
    let (Ok(id), Ok(bytes)) = (tree.content_id(path), tree.read(path)) else {
        return Default::default();
    };
    gitops_config::read(&sources.load(path, id, &bytes))
}

/// What the clusters are given, the files that differ from another tree's, and the manifests among these that reach
/// no cluster.
fn clusters<'t>(
    files: &'t MemoryTree,
    other: &MemoryTree,
    sources: &Sources,
    memo: &Memo,
    config: &Config,
) -> (Vec<ClusterState>, Changed<'t>, Vec<Problem>) {
    let tree: Arc<dyn Tree> = Arc::new(files.clone());
    let trees = Trees(tree.clone());
    let world = World {
        tree: &tree,
        sources,
        memo,
        trees: &trees,
        config,
        urls: &["ssh://git@example.com/fleet".to_owned()],
        target_branch: Some("main"),
        deferred: &|_| false,
    };
    let fleet = Fleet::of(&world);
    let changed = fleet.changed(files, other);
    let unlisted = fleet.unlisted(&world, &changed);
    (fleet.follow(&world), changed, unlisted)
}

fn known(state: &ClusterState) -> State<'_> {
    State::new(state, state.cluster.version.unwrap_or(KubernetesVersion::NEWEST))
}

fn before_of<'a>(
    before: Option<&'a [ClusterState]>,
    after: &ClusterState,
) -> Option<&'a ClusterState> {
    before?.iter().find(|b| b.cluster.name == after.cluster.name)
}

/// The history of the examples: `prod-v1.2` is a part of `staging-v1.3`.
fn version(tag: &str) -> Vec<u32> {
    let numbers = tag.rsplit('v').next().unwrap_or_default();
    numbers.split('.').filter_map(|n| n.parse().ok()).collect()
}

/// Every source gives the files of the example, but a reference called `gone` is not in the clone.
struct Trees(Arc<dyn Tree>);

impl SourceTrees for Trees {
    fn tree(&self, _: &str, source: &SourceRef, _: Option<&str>, tracks: &Tracks) -> SourceTree {
        if tracks.reference() == "gone" {
            let message =
                format!("{source} follows {} `gone`, which is not in this clone", tracks.kind());
            return SourceTree::Unresolved(Problem::new(ProblemKind::Revision, message, None));
        }
        let tree = self.0.clone();
        let revision = matches!(tracks, Tracks::Tag(_));
        let revision = revision.then(|| Revision(tracks.reference().into()));
        SourceTree::Here { tree, revision, deployed: Deployed::Assumed }
    }
}

/// Whether a line of the span stands on one side only.
fn is_touched(example: &Example, sources: &Sources, span: Span) -> bool {
    let Some(base) = &example.base else { return false };
    let file = sources.file(span.file);
    let text = |tree: &MemoryTree| {
        let bytes = tree.read(&file.path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let (old, new) = (text(base), text(&example.head));
    let other = if *file.text == *old { &new } else { &old };
    let (first, last) = (file.line_column(span.start).0, file.line_column(span.end).0);
    let lines = file.text.lines().skip(first as usize - 1).take((last - first) as usize + 1);
    old != new && lines.into_iter().any(|line| !other.lines().any(|o| o == line))
}
