//! The way out of what a change would break, step by step.

use std::collections::{BTreeMap, BTreeSet};

use gitops_yaml::SmolStr;

use crate::{Effect, ObjectKey, UnitId};

/// What to do instead of merging a change as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The ways out, each of one or more findings.
    pub ways: Vec<Way>,
    /// What to do, in this order; the steps of all ways woven together around the one merge.
    pub steps: Vec<Step>,
    /// Fingerprints of the findings that no recipe fits.
    pub open: Vec<String>,
}

/// The way out of findings that have one recipe and one owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The recipe.
    pub recipe: &'static str,
    /// What the recipe does.
    pub title: String,
    /// What it is done to.
    pub objects: Vec<ObjectKey>,
    /// What applies the objects.
    pub unit: Option<UnitId>,
    /// Where, by when the change would come true there.
    pub places: BTreeMap<Effect, BTreeSet<SmolStr>>,
    /// Fingerprints of the findings that it solves.
    pub findings: Vec<String>,
    /// Who feels it, and how.
    pub affects: String,
    /// What a revert brings back: `R0` all of it, to `R4` nothing.
    pub reversible: String,
    /// Whether the end differs from the change by a name, because only that makes it safe.
    pub renames: bool,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Places in [`Plan::ways`] of the ways that it belongs to.
    pub ways: Vec<usize>,
    /// What it does, for people.
    pub title: String,
    /// What to do.
    pub act: Act,
    /// How one sees that it worked, before the next step.
    pub check: Advice,
    /// How to go back.
    pub undo: Advice,
    /// Where.
    pub clusters: BTreeSet<SmolStr>,
    /// Whether the engine agrees.
    pub proof: Proof,
}

/// Sentences, one a line, and commands that do what they say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// The sentences; may be empty.
    pub text: String,
    /// The commands; may be none.
    pub commands: Vec<String>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A commit that every cluster applies before the next step.
    Commit {
        /// Whether the change under review is part of it; the hunks then come on top of the change.
        merges: bool,
        /// What it changes.
        hunks: Vec<Hunk>,
        /// What a person has to write because it could not be computed, and why.
        by_hand: Vec<String>,
    },
    /// Commands.
    Run {
        /// Files that they read, by name; they belong to no commit.
        files: BTreeMap<String, String>,
        /// In this order.
        commands: Vec<String>,
        /// The objects that they take from the clusters.
        deletes: Vec<ObjectKey>,
        /// What a person has to write because it could not be computed, and why.
        by_hand: Vec<String>,
    },
}

/// Lines of one file that become others. Both texts are whole lines; a file that is not there has none,
/// and one that keeps none is removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The file.
    pub path: SmolStr,
    /// The first line, from 1, in the file before the step.
    pub line: u32,
    /// The lines that go.
    pub before: String,
    /// The lines that come in their place.
    pub after: String,
}

/// What the engine says of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Proof {
    /// Nothing to prove, or not asked.
    #[default]
    None,
    /// The step was applied: nothing is refused, recreated or lost beyond what it says.
    Holds,
    /// It was applied, and this stands in its way.
    Fails(Vec<String>),
    /// Part of it, or of a step before it, has to be written by hand.
    Unknown,
}
