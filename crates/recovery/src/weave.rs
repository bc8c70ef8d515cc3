//! The steps of all ways, woven around the one merge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_model::{Act, Advice, Finding, ObjectKey, Plan, Step, Tree, Way};
use gitops_rules::Pair;
use gitops_yaml::{SmolStr, Sources};

use crate::edit::{Edit, EditedTree, hunks};
use crate::ground::{ByHand, Ground};
use crate::op::{Target, copied};
use crate::recipe::{Commands, On, Row};
use crate::text;
use crate::way::{Group, groups};

/// What a plan is made of.
pub struct Input<'a> {
    /// The texts that spans point into.
    pub sources: &'a Sources,
    /// The files before the change.
    pub base: &'a Arc<dyn Tree>,
    /// The files with it.
    pub head: &'a Arc<dyn Tree>,
    /// Every cluster before and after.
    pub pairs: &'a [Pair<'a>],
}

/// A plan, and what the repository and the clusters are after each of its steps.
#[derive(Default)]
pub struct Route {
    /// The plan.
    pub plan: Plan,
    /// As many as the plan has steps.
    pub states: Vec<State>,
}

/// The repository and the clusters after a step.
pub struct State {
    /// The files; absent where a person has to write some of them.
    pub tree: Option<Arc<dyn Tree>>,
    /// The objects that the step may interrupt, because it says so.
    pub interrupted: BTreeSet<ObjectKey>,
    /// The objects that commands have taken from the clusters since the last commit.
    pub deleted: BTreeSet<ObjectKey>,
}

/// The way out of findings, gathered.
#[must_use]
pub fn plan<'a>(input: &Input<'a>, findings: impl Iterator<Item = &'a Finding>) -> Route {
    let (groups, open) = groups(input.pairs, findings);
    let mut weaver = Weaver::new(input, &groups);
    let split = |g: &'_ Group<'_>| {
        let rows = g
            .recipe
            .steps
            .iter()
            .filter(|r| r.when.iter().all(|f| g.cases.iter().any(|c| f.holds(c))));
        let rows: Vec<&'static Row> = rows.collect();
        let merge = rows.iter().position(|r| r.on == Some(On::Change)).unwrap_or(rows.len());
        (rows, merge)
    };
    let rows: Vec<_> = groups.iter().map(split).collect();
    // What is committed before the merge is live before anything is stopped, and what was stopped runs
    // again before anything more is committed.
    let guarded = |rows: &[&Row], merge: usize| {
        rows.iter().take(merge).rposition(|r| r.on.is_some()).map_or(0, |last| last + 1)
    };
    for (way, (rows, merge)) in rows.iter().enumerate() {
        rows.iter().take(guarded(rows, *merge)).for_each(|row| weaver.step(&[(way, row)]));
    }
    for (way, (rows, merge)) in rows.iter().enumerate() {
        let rest = rows.iter().take(*merge).skip(guarded(rows, *merge));
        rest.for_each(|row| weaver.step(&[(way, row)]));
    }
    let merges: Vec<_> = rows
        .iter()
        .enumerate()
        .filter_map(|(way, (rows, at))| Some((way, *rows.get(*at)?)))
        .collect();
    if !merges.is_empty() {
        weaver.step(&merges);
    }
    let mut last: Vec<_> = rows.iter().enumerate().collect();
    last.sort_by_key(|(_, (rows, merge))| rows.get(merge + 1).is_some_and(|r| r.on.is_some()));
    for (way, (rows, merge)) in last {
        rows.iter().skip(merge + 1).for_each(|row| weaver.step(&[(way, row)]));
    }
    let mut route = weaver.route;
    route.plan.ways = groups.iter().map(way).collect();
    route.plan.open = open.iter().map(|f| f.fingerprint.clone()).collect();
    route
}

fn way(group: &Group<'_>) -> Way {
    Way {
        recipe: group.recipe.id,
        title: text::sentence(&group.recipe.title, group),
        objects: group.objects().into_iter().cloned().collect(),
        unit: group.cases.first().and_then(|c| c.unit()).map(|u| u.id.clone()),
        places: group.places(),
        findings: group.findings.iter().map(|f| f.fingerprint.clone()).collect(),
        affects: text::sentence(&group.recipe.affects, group),
        reversible: group.recipe.reversible.clone(),
        renames: group.recipe.renames,
    }
}

/// The steps so far, and the files where they lead.
struct Weaver<'a> {
    input: &'a Input<'a>,
    groups: &'a [Group<'a>],
    on: On,
    /// The edits of each way that hold now, or what a person has to write.
    edits: Vec<Result<Vec<Edit>, Vec<ByHand>>>,
    tree: Arc<dyn Tree>,
    edited: BTreeSet<SmolStr>,
    deleted: BTreeSet<ObjectKey>,
    route: Route,
}

/// What one way does in one step.
type Part = (usize, &'static Row);

impl<'a> Weaver<'a> {
    fn new(input: &'a Input<'a>, groups: &'a [Group<'a>]) -> Self {
        Self {
            input,
            groups,
            on: On::Base,
            edits: groups.iter().map(|_| Ok(Vec::new())).collect(),
            tree: input.base.clone(),
            edited: BTreeSet::new(),
            deleted: BTreeSet::new(),
            route: Route::default(),
        }
    }

    fn step(&mut self, parts: &[Part]) {
        let commit = parts.iter().find_map(|(_, row)| row.on);
        let (act, tree, interrupted) = match commit {
            Some(on) => self.commit(parts, on),
            None => (self.run(parts), Some(self.tree.clone()), BTreeSet::new()),
        };
        let owned = self.groups.iter().enumerate();
        let own = owned.filter(|(i, _)| parts.iter().any(|(way, _)| way == i));
        self.route.plan.steps.push(Step {
            ways: parts.iter().map(|(way, _)| *way).collect(),
            title: title(&self.said(parts, |row| &row.step)),
            act,
            check: self.advice(parts, |row| &row.check, |row| &row.see),
            undo: self.advice(parts, |row| &row.undo, |row| &row.back),
            clusters: own.flat_map(|(_, g)| g.places()).flat_map(|(_, c)| c).collect(),
            proof: Default::default(),
        });
        let deleted =
            if commit.is_some() { std::mem::take(&mut self.deleted) } else { self.deleted.clone() };
        self.route.states.push(State { tree, interrupted, deleted });
    }

    fn commit(
        &mut self,
        parts: &[Part],
        on: On,
    ) -> (Act, Option<Arc<dyn Tree>>, BTreeSet<ObjectKey>) {
        let merges = on != self.on;
        self.on = on;
        let ground = match on {
            On::Base => Ground { tree: self.input.base, sources: self.input.sources },
            On::Change => Ground { tree: self.input.head, sources: self.input.sources },
        };
        if merges {
            // What stood on the base does not stand on the change.
            self.edits.iter_mut().for_each(|e| *e = Ok(Vec::new()));
        }
        let mut interrupted = BTreeSet::new();
        for (way, row) in parts {
            let Some(group) = self.groups.get(*way) else { continue };
            if let Some(edits) = self.edits.get_mut(*way) {
                *edits = computed(group, row, ground);
            }
            if row.interrupts {
                interrupted.extend(group.objects().into_iter().cloned());
            }
        }
        let mut by_hand: Vec<ByHand> = Vec::new();
        for why in self.edits.iter().filter_map(|e| e.as_ref().err()).flatten() {
            if !by_hand.contains(why) {
                by_hand.push(why.clone());
            }
        }
        let edits: Vec<Edit> = self.edits.iter().flatten().flatten().cloned().collect();
        let tree = match EditedTree::new(ground.tree.clone(), &edits) {
            Ok(tree) => tree,
            Err(why) => {
                by_hand.push(why);
                return (Act::Commit { merges, hunks: Vec::new(), by_hand }, None, interrupted);
            }
        };
        let hunks = self.hunks(tree, merges);
        let whole = by_hand.is_empty().then(|| self.tree.clone());
        (Act::Commit { merges, hunks, by_hand }, whole, interrupted)
    }

    /// What a commit changes; where it merges, the files that the change touches are those of the change.
    fn hunks(&mut self, tree: EditedTree, merges: bool) -> Vec<gitops_model::Hunk> {
        let new: BTreeSet<SmolStr> = tree.paths().cloned().collect();
        let tree: Arc<dyn Tree> = Arc::new(tree);
        let all: BTreeSet<SmolStr> = self.edited.union(&new).cloned().collect();
        let (base, head) = (self.input.base, self.input.head);
        let changed = |path: &SmolStr| base.content_id(path).ok() != head.content_id(path).ok();
        let (theirs, ours): (BTreeSet<_>, BTreeSet<_>) =
            all.into_iter().partition(|path| merges && changed(path));
        let mut found = hunks(&**head, &*tree, &theirs);
        found.extend(hunks(&*self.tree, &*tree, &ours));
        (self.tree, self.edited) = (tree, new);
        found
    }

    fn run(&mut self, parts: &[Part]) -> Act {
        let mut deletes: Vec<ObjectKey> = Vec::new();
        for (way, row) in parts {
            let group = self.groups.get(*way).filter(|_| row.deletes);
            deletes.extend(group.iter().flat_map(|g| g.objects()).cloned());
        }
        self.deleted.extend(deletes.iter().cloned());
        let (mut files, mut by_hand) = (BTreeMap::new(), Vec::new());
        for (way, row) in parts {
            files.extend(
                self.groups.get(*way).map(|g| text::files(&row.files, g)).unwrap_or_default(),
            );
        }
        let copying = parts.iter().filter(|(_, row)| row.copies);
        for group in copying.filter_map(|(way, _)| self.groups.get(*way)) {
            for case in &group.cases {
                match case.object().map(|object| copied(object)) {
                    Some(Ok(text)) => drop(files.insert(text::file(case, group), text)),
                    Some(Err(why)) => by_hand.push(why),
                    None => {}
                }
            }
        }
        Act::Run { files, commands: self.commands(parts, |row| &row.run), deletes, by_hand }
    }

    fn advice(
        &self,
        parts: &[Part],
        text: fn(&Row) -> &String,
        commands: fn(&Row) -> &Commands,
    ) -> Advice {
        let text = self.said(parts, text).join("\n");
        Advice { text, commands: self.commands(parts, commands) }
    }

    fn said(&self, parts: &[Part], text: fn(&Row) -> &String) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        for (way, row) in parts {
            let sentence = self.groups.get(*way).map(|g| text::sentence(text(row), g));
            said.extend(sentence.filter(|s| !said.contains(s)));
        }
        said
    }

    fn commands(&self, parts: &[Part], of: fn(&Row) -> &Commands) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for (way, row) in parts {
            let Some(group) = self.groups.get(*way) else { continue };
            let own = text::commands(of(row).of(group.controller()), group);
            all.extend(own.into_iter().filter(|c| !all.contains(c)).collect::<Vec<_>>());
        }
        all
    }
}

/// What all ways do in one step; the merge that they share is said once.
fn title(said: &[String]) -> String {
    let merge = "merge the change";
    match said.iter().map(|s| s.strip_prefix(merge)).collect::<Option<Vec<_>>>() {
        Some(rest) if said.len() > 1 => {
            let rest = rest.into_iter().map(|r| r.trim_start_matches([',', ' ']));
            let own: Vec<&str> = rest.filter(|r| !r.is_empty()).collect();
            format!("{merge} {}", own.join("; ")).trim_end().to_owned()
        }
        _ => said.join("; "),
    }
}

/// The edits of a step for all objects of a group; where clusters share a line, one edit for all.
fn computed(group: &Group<'_>, row: &Row, ground: Ground<'_>) -> Result<Vec<Edit>, Vec<ByHand>> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut by_hand: Vec<ByHand> = Vec::new();
    for case in &group.cases {
        let target = Target {
            ground,
            old: case.old.map(|(unit, object)| (unit, &**object)),
            new: case.new.map(|(unit, object)| (unit, &**object)),
            changed: row.on == Some(On::Change),
        };
        for op in &row.edits {
            match target.edits(*op) {
                Ok(found) => edits.extend(found),
                Err(why) if by_hand.contains(&why) => {}
                Err(why) => by_hand.push(why),
            }
        }
    }
    if by_hand.is_empty() { Ok(edits) } else { Err(by_hand) }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn the_merge_that_ways_share_is_said_once() {
        let said = |steps: &[&str]| title(&steps.iter().map(|&s| s.into()).collect::<Vec<_>>());
        let named = "merge the change with the name `web-2`";
        let guarded = "merge the change, with pruning still off";
        assert_eq!(said(&["merge the change"]), "merge the change");
        assert_eq!(said(&[guarded]), guarded);
        assert_eq!(said(&["merge the change", "merge the change"]), "merge the change");
        assert_eq!(said(&["merge the change", named]), named);
        assert_eq!(
            said(&[named, guarded]),
            "merge the change with the name `web-2`; with pruning still off"
        );
        // Not all of them merge.
        assert_eq!(said(&["stop it", named]), "stop it; merge the change with the name `web-2`");
    }
}
