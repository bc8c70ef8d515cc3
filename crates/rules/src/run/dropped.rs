//! Which entry of a kustomization dropped what is no longer built.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Finding, Label, ObjectKey, Role};
use gitops_yaml::{Node, Span};

use super::{Facts, Pair};

/// The lists of a kustomization that name files and folders.
const LISTS: [&str; 3] = ["resources", "components", "bases"];

/// Blames the entry that was taken out where the file of an object that goes is as it was.
pub(crate) fn blame(findings: &mut [Finding], facts: &Facts<'_>) {
    let mut kustomizations = None;
    for finding in findings.iter_mut() {
        let Some(span) = finding.primary().filter(|span| !(facts.touched)(*span)) else { continue };
        let goes = finding.object.as_ref().is_some_and(|(_, key)| goes(key, finding, facts));
        if !goes {
            continue;
        }
        let path = facts.sources.locate(span).path;
        let known = kustomizations.get_or_insert_with(|| Kustomizations::of(facts));
        if let Some(entry) = known.dropped(&path) {
            for label in finding.labels.iter_mut().filter(|l| l.role == Role::Primary) {
                label.role = Role::Related;
                label.message = "what is no longer built".to_owned();
            }
            let blamed = Label { role: Role::Primary, span: entry, message: String::new() };
            finding.labels.insert(0, blamed);
        }
    }
}

/// Whether the object is on the finding's clusters before the change and on none of them after.
fn goes(key: &ObjectKey, finding: &Finding, facts: &Facts<'_>) -> bool {
    let was = |p: &Pair<'_>| p.before.as_ref().is_some_and(|b| b.object(key).is_some());
    let here =
        |p: &&Pair<'_>| p.effect == finding.effect && finding.clusters.contains(p.after.name());
    let pairs = || facts.pairs.iter().filter(here);
    pairs().any(was) && pairs().all(|p| p.after.object(key).is_none())
}

/// What the kustomizations of all states name.
struct Kustomizations {
    /// The entries that stand in one state only, and the path that each names.
    touched: Vec<(String, Span)>,
    /// The paths that the kustomization of a folder names.
    named: BTreeMap<String, BTreeSet<String>>,
}

impl Kustomizations {
    fn of(facts: &Facts<'_>) -> Self {
        let mut spans: BTreeMap<(String, String), Vec<Span>> = BTreeMap::new();
        for file in facts.sources.parsed() {
            let (folder, name) =
                file.source.path.rsplit_once('/').unwrap_or(("", &file.source.path));
            if !matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization") {
                continue;
            }
            let body = file.documents.first();
            let lists = LISTS.iter().filter_map(|list| body?.get(list));
            for (item, text) in lists.flat_map(Node::items).filter_map(|i| Some((i, i.text()?))) {
                if let Some(target) = joined(folder, text) {
                    spans.entry((folder.to_owned(), target)).or_default().push(item.span());
                }
            }
        }
        let mut all = Self { touched: Vec::new(), named: BTreeMap::new() };
        for ((folder, target), spans) in spans {
            if let [span] = spans[..]
                && (facts.touched)(span)
            {
                all.touched.push((target.clone(), span));
            }
            all.named.entry(folder).or_default().insert(target);
        }
        all
    }

    /// The nearest entry that led to a file and was taken out.
    fn dropped(&self, path: &str) -> Option<Span> {
        let leads = |target: &&(String, Span)| self.leads_to(&target.0, path, &mut BTreeSet::new());
        self.touched.iter().filter(leads).max_by_key(|(target, _)| target.len()).map(|(_, s)| *s)
    }

    fn leads_to<'a>(&'a self, target: &'a str, path: &str, seen: &mut BTreeSet<&'a str>) -> bool {
        let below = |t: &str| path == t || path.strip_prefix(t).is_some_and(|r| r.starts_with('/'));
        if below(target) {
            return true;
        }
        let next = self.named.get(target).filter(|_| seen.insert(target));
        next.is_some_and(|all| all.iter().any(|t| self.leads_to(t, path, seen)))
    }
}

/// The path that a folder's kustomization means by an entry; `None` for what is outside or remote.
fn joined(folder: &str, entry: &str) -> Option<String> {
    gitops_model::clean_path(&format!("{folder}/{entry}"))
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn entries_are_relative_to_their_folder() {
        assert_eq!(joined("apps/web", "../../base/./db.yaml").as_deref(), Some("base/db.yaml"));
        assert_eq!(joined("", "../else").as_deref(), None);
    }
}
