//! Recipes as data: which findings they fit, and their steps.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use gitops_model::{Controller, Finding, Severity};
use serde::Deserialize;

use crate::case::Case;
use crate::fact::Fact;
use crate::op::Op;

macro_rules! pages {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../recipes/", $id, ".md")))),*]
    };
}

/// Every recipe's page. Of two that fit a finding the first is taken.
const PAGES: &[(&str, &str)] = pages![
    "blue-green",
    "orphan",
    "orphan-by-turns",
    "new-name",
    "new-object",
    "second-release",
    "new-volume",
    "replace-volume",
    "replace-definition",
    "rebind",
    "retain-then-delete",
    "empty-namespace",
    "empty-definition",
    "stored-versions",
    "release-owner",
    "guarded-move",
    "empty-folder",
    "bridge",
    "recreate",
    "keep-then-delete",
];

/// A way out of some kind of finding.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Recipe {
    /// Its name.
    #[serde(skip)]
    pub id: &'static str,
    /// Its page.
    #[serde(skip)]
    pub page: &'static str,
    pub(crate) title: String,
    pub(crate) fits: Vec<Fit>,
    pub(crate) affects: String,
    pub(crate) reversible: String,
    /// Whether the end differs from the change by a name, because only that makes it safe.
    #[serde(default)]
    pub(crate) renames: bool,
    pub(crate) steps: Vec<Row>,
}

/// What a finding has to be.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fit {
    rule: String,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    severity: Vec<Level>,
    #[serde(default)]
    by: Vec<By>,
    #[serde(default)]
    when: Vec<Fact>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Note,
    Warning,
    Error,
}

/// What applies the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    Flux,
    Argocd,
    Folder,
}

/// A step.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Row {
    /// What it does; a commit where `on` says on which state, else commands.
    pub(crate) step: String,
    pub(crate) on: Option<On>,
    #[serde(default)]
    pub(crate) edits: Vec<Op>,
    #[serde(default)]
    pub(crate) run: Commands,
    /// Whether the commands read the new object under its temporary name, as `{file}`.
    #[serde(default)]
    pub(crate) copies: bool,
    /// More files that they read, by name.
    #[serde(default)]
    pub(crate) files: BTreeMap<String, String>,
    /// Whether the commands take the object from the clusters.
    #[serde(default)]
    pub(crate) deletes: bool,
    /// Whether the object may be deleted by this commit, or deleted and created again.
    #[serde(default)]
    pub(crate) interrupts: bool,
    #[serde(default)]
    pub(crate) check: String,
    #[serde(default)]
    pub(crate) see: Commands,
    #[serde(default)]
    pub(crate) undo: String,
    #[serde(default)]
    pub(crate) back: Commands,
    #[serde(default)]
    pub(crate) when: Vec<Fact>,
}

/// The state that a commit stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum On {
    Base,
    Change,
}

/// Commands: the same for every controller, or for each its own.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Commands {
    All(Vec<String>),
    Each {
        #[serde(default)]
        flux: Vec<String>,
        #[serde(default)]
        argocd: Vec<String>,
        #[serde(default)]
        folder: Vec<String>,
    },
}

impl Default for Commands {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Commands {
    pub(crate) fn of(&self, controller: Controller) -> &[String] {
        match (self, controller) {
            (Self::All(all), _) => all,
            (Self::Each { flux, .. }, Controller::Flux) => flux,
            (Self::Each { argocd, .. }, Controller::ArgoCd) => argocd,
            (Self::Each { folder, .. }, Controller::None) => folder,
        }
    }
}

/// Every recipe. A test reads them all; one that cannot be read fits nothing.
#[must_use]
pub fn recipes() -> &'static [Recipe] {
    static READ: OnceLock<Vec<Recipe>> = OnceLock::new();
    READ.get_or_init(|| PAGES.iter().filter_map(|(id, page)| read(id, page).ok()).collect())
}

fn read(id: &'static str, page: &'static str) -> Result<Recipe, String> {
    let data = page.split_once("```yaml recipe\n").and_then(|(_, rest)| rest.split_once("\n```"));
    let (data, _) = data.ok_or("it has no block `yaml recipe`")?;
    let recipe: Recipe = serde_yaml::from_str(data).map_err(|e| e.to_string())?;
    Ok(Recipe { id, page, ..recipe })
}

/// The first recipe for a finding.
pub(crate) fn fitting(finding: &Finding, case: &Case<'_>) -> Option<&'static Recipe> {
    recipes().iter().find(|r| r.fits.iter().any(|f| f.holds(finding, case)))
}

impl Fit {
    fn holds(&self, finding: &Finding, case: &Case<'_>) -> bool {
        let field = finding.field.as_ref().map(ToString::to_string).unwrap_or_default();
        let below = |outer: &String| {
            field
                .strip_prefix(outer.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let by = match case.controller() {
            Controller::Flux => By::Flux,
            Controller::ArgoCd => By::Argocd,
            Controller::None => By::Folder,
        };
        let level = match finding.severity {
            Severity::Note => Level::Note,
            Severity::Warning => Level::Warning,
            Severity::Error => Level::Error,
        };
        self.rule == finding.rule
            && (self.severity.is_empty() || self.severity.contains(&level))
            && (self.kinds.is_empty() || self.kinds.iter().any(|k| *k == case.key.kind))
            && (self.fields.is_empty() || self.fields.iter().any(below))
            && (self.by.is_empty() || self.by.contains(&by))
            && self.when.iter().all(|fact| fact.holds(case))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_a_recipe_that_merges_once() {
        for (id, page) in PAGES {
            let recipe = read(id, page).unwrap_or_else(|why| panic!("{id}: {why}"));
            assert!(page.starts_with(&format!("# {id}\n")), "{id}: the title is its name");
            let commits: Vec<On> = recipe.steps.iter().filter_map(|s| s.on).collect();
            let merge = commits.iter().position(|on| *on == On::Change);
            let merge = merge.unwrap_or_else(|| panic!("{id}: the change is never merged"));
            assert!(commits[merge..].iter().all(|on| *on == On::Change), "{id}: back to the base");
            for step in &recipe.steps {
                assert!(!step.check.is_empty() && !step.undo.is_empty(), "{id}: {}", step.step);
            }
            let rules = recipe.fits.iter().map(|f| f.rule.as_str());
            rules.for_each(|r| assert!(gitops_rules::find(r).is_some(), "{id}: no rule {r}"));
        }
    }
}
