//! Changes as they are reported: one for all clusters on which it is the same.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{
    Action, Apply, Change, ChangeReport, Effect, FieldChange, FieldReport, Finding, Gvk, ObjectKey,
};
use gitops_report::values::shown;
use gitops_yaml::{Node, SmolStr, Sources, Span};

use super::Step;

/// All changes, by object, then by what happens to it and when.
pub(super) fn reports(
    steps: &[Step],
    findings: &[Finding],
    sources: &Sources,
) -> Vec<ChangeReport> {
    let recreated = Recreated::of(findings);
    let mut groups: BTreeMap<Group, Vec<SmolStr>> = BTreeMap::new();
    for step in steps {
        let cluster = &step.after.cluster.name;
        for change in &step.changes {
            let effect = step.effect.unwrap_or(Effect::Now);
            let action = recreated.action(change, cluster, effect);
            let gvk = change.object().gvk.clone();
            let fields = change.fields.iter().map(|f| Field::of(f, sources)).collect();
            let waits = step.waits.contains(&change.key);
            let group = Group { key: change.key.clone(), gvk, action, effect, waits, fields };
            groups.entry(group).or_default().push(cluster.clone());
        }
    }
    groups.into_iter().map(|(group, clusters)| group.report(clusters)).collect()
}

/// The objects that are deleted and created again, as the findings say.
pub(super) struct Recreated<'f>(BTreeSet<(&'f ObjectKey, &'f SmolStr, Option<Effect>)>);

impl<'f> Recreated<'f> {
    pub(super) fn of(findings: &'f [Finding]) -> Self {
        let again = |f: &&Finding| matches!(f.apply, Some(Apply::Recreated | Apply::DataLoss));
        let keys = findings.iter().filter(again).flat_map(|f| f.objects().map(move |key| (f, key)));
        Self(keys.flat_map(|(f, key)| f.clusters.iter().map(move |c| (key, c, f.effect))).collect())
    }

    /// What happens to an object, now that it is known what becomes of the write.
    pub(super) fn action(&self, change: &Change, cluster: &SmolStr, effect: Effect) -> Action {
        let again = self.0.contains(&(&change.key, cluster, Some(effect)));
        if again && change.action == Action::Modified { Action::Recreated } else { change.action }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    key: ObjectKey,
    gvk: Gvk,
    action: Action,
    effect: Effect,
    waits: bool,
    fields: Vec<Field>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Field {
    path: String,
    before: Option<String>,
    after: Option<String>,
    /// The path of the file that wrote it: files are numbered as threads come to read them.
    file: SmolStr,
    written: Span,
}

impl Field {
    fn of(field: &FieldChange, sources: &Sources) -> Self {
        let text = |node: &Option<Node>| node.as_ref().map(shown);
        Self {
            path: field.path.to_string(),
            before: text(&field.before),
            after: text(&field.after),
            file: sources.file(field.written.file).path.clone(),
            written: field.written,
        }
    }
}

impl Group {
    fn report(self, clusters: Vec<SmolStr>) -> ChangeReport {
        let field = |f: Field| FieldReport {
            path: f.path,
            before: f.before,
            after: f.after,
            written: f.written,
        };
        ChangeReport {
            gvk: self.gvk,
            key: self.key,
            action: self.action,
            effect: self.effect,
            clusters,
            fields: self.fields.into_iter().map(field).collect(),
            waits: self.waits,
        }
    }
}

#[cfg(test)]
mod tests {
    use gitops_model::FieldPath;

    use super::*;

    #[test]
    fn equal_changes_are_sorted_by_path_and_not_by_which_file_was_read_first() {
        let sources = Sources::default();
        let fields = ["b.yaml", "a.yaml"].map(|path| {
            let written = Span::new(sources.add(path, b""), 0, 0);
            let (path, before, after) = (FieldPath::keys(&["data"]), None, None);
            Field::of(&FieldChange { path, before, after, written, same_meaning: false }, &sources)
        });
        assert!(fields[1] < fields[0]);
    }
}
