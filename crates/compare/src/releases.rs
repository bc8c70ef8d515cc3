//! Charts that move to another version or get other values.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{
    Action, Change, Chart, ClusterState, FieldChange, FieldPath, ObjectKey, Release, Segment,
    UnitId,
};
use gitops_schema::stored_key;
use gitops_yaml::{Node, Origin};

use crate::fields::values;

/// How far a version moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bump {
    /// Another first number.
    Major,
    /// Another second number.
    Minor,
    /// Any other part.
    Patch,
}

impl Bump {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Patch => "patch",
        }
    }

    /// How far one version or range is from another; `None` where they are the same, or no versions.
    ///
    /// ```
    /// use gitops_compare::Bump;
    /// assert_eq!(Bump::between("1.2.3", "2.0.0"), Some(Bump::Major));
    /// assert_eq!(Bump::between("~1.2", "1.3.x"), Some(Bump::Minor));
    /// assert_eq!(Bump::between("v1.2.3", "1.2.3"), None);
    /// ```
    #[must_use]
    pub fn between(old: &str, new: &str) -> Option<Self> {
        let (old, new) = (numbers(old), numbers(new));
        let major = [old.first()?, new.first()?];
        major.iter().all(|n| n.parse::<u64>().is_ok()).then_some(())?;
        if old == new {
            return None;
        }
        Some(match old.iter().zip(&new).position(|(a, b)| a != b) {
            Some(0) => Self::Major,
            Some(1) => Self::Minor,
            _ => Self::Patch,
        })
    }
}

/// The parts of a version, without what says that it is a range.
fn numbers(version: &str) -> Vec<&str> {
    let version = version.trim_start_matches(['v', 'V', '^', '~', '=', '>', '<', '!', ' ']);
    version.splitn(3, '.').collect()
}

/// Adds to the changes of objects what differs of the charts that they install: `chart`, and the values,
/// wherever they stand. What `unknown` units install is known on both sides or not at all.
pub(crate) fn add(
    before: &ClusterState,
    after: &ClusterState,
    unknown: &BTreeSet<&UnitId>,
    changes: &mut Vec<Change>,
) {
    let (old, new) = (by_object(before), by_object(after));
    let keys: BTreeSet<&ObjectKey> = old.keys().chain(new.keys()).collect();
    let is_applied = |state: &ClusterState, key: &ObjectKey| {
        state.objects().any(|(_, object)| stored_key(&object.key) == *key)
    };
    let mut more = Vec::new();
    for key in keys {
        let [old, new] = [&old, &new].map(|of| of.get(key).map(Vec::as_slice).unwrap_or_default());
        let is_one_sided = old.is_empty() || new.is_empty();
        let is_known = !old.iter().chain(new).any(|release| unknown.contains(&release.unit));
        // An object that comes or goes takes its charts with it.
        if is_one_sided && !(is_known && is_applied(before, key) == is_applied(after, key)) {
            continue;
        }
        for (old, new) in pairs(old, new) {
            let fields = differences(old, new);
            if fields.is_empty() {
                continue;
            }
            let known = changes.iter_mut().chain(&mut more).find(|c| stored_key(&c.key) == *key);
            match known {
                Some(change) => tell(change, fields),
                None => more.extend(of_values(old, new, fields)),
            }
        }
    }
    changes.extend(more);
    changes.sort_by_cached_key(|change| stored_key(&change.key));
}

/// A release of each side, or of one alone.
type Both<'r> = (Option<&'r Release>, Option<&'r Release>);

/// As many releases as before are those before, in their order; else they are paired by the chart's name.
fn pairs<'r>(old: &[&'r Release], new: &[&'r Release]) -> Vec<Both<'r>> {
    if old.len() == new.len() {
        return old.iter().copied().map(Some).zip(new.iter().copied().map(Some)).collect();
    }
    let mut rest = old.to_vec();
    let mut pairs: Vec<Both<'r>> = Vec::new();
    for release in new {
        let same = rest.iter().position(|old| old.chart.name == release.chart.name);
        pairs.push((same.map(|at| rest.remove(at)), Some(release)));
    }
    pairs.extend(rest.into_iter().map(|old| (Some(old), None)));
    pairs
}

/// The releases of a cluster by the object that asks for them.
fn by_object(state: &ClusterState) -> BTreeMap<ObjectKey, Vec<&Release>> {
    let mut releases: BTreeMap<ObjectKey, Vec<&Release>> = BTreeMap::new();
    for release in &state.releases {
        releases.entry(stored_key(&release.object.key)).or_default().push(release);
    }
    releases
}

/// A change of what an object installs although the object itself is the same.
fn of_values(
    old: Option<&Release>,
    new: Option<&Release>,
    fields: Vec<FieldChange>,
) -> Option<Change> {
    let [old, new] = [old.or(new)?, new.or(old)?];
    Some(Change {
        key: new.object.key.clone(),
        action: Action::Modified,
        old: Some(old.object.clone()),
        new: Some(new.object.clone()),
        old_unit: Some(old.unit.clone()),
        new_unit: Some(new.unit.clone()),
        fields,
    })
}

/// The chart first; values that the object's own fields tell already are not told twice.
fn tell(change: &mut Change, fields: Vec<FieldChange>) {
    let own = std::mem::take(&mut change.fields);
    let told = |field: &FieldChange| {
        own.iter().any(|o| o.written == field.written && o.path.0.ends_with(&field.path.0))
    };
    let (chart, values): (Vec<_>, Vec<_>) =
        fields.into_iter().filter(|f| !told(f)).partition(|f| f.path == chart_path());
    change.fields = chart;
    change.fields.extend(own);
    change.fields.extend(values);
}

fn chart_path() -> FieldPath {
    FieldPath::keys(&["chart"])
}

fn differences(old: Option<&Release>, new: Option<&Release>) -> Vec<FieldChange> {
    let chart = chart(old.map(|r| &r.chart), new.map(|r| &r.chart));
    let mut found: Vec<FieldChange> = chart.into_iter().collect();
    if let (Some(old), Some(new)) = (old, new) {
        let base = FieldPath(vec![Segment::Key("values".into())]);
        found.extend(values(&new.object, base, &old.values, &new.values));
    }
    found
}

/// `chart: web 1.2.3 -> web 2.0.0 (major)`, `chart: web 1.2.3 -> web 1.2.3 (other files)`.
fn chart(old: Option<&Chart>, new: Option<&Chart>) -> Option<FieldChange> {
    let is_same = |old: &Chart, new: &Chart| {
        (&old.name, &old.version, &old.source) == (&new.name, &new.version, &new.source)
    };
    let both = old.zip(new);
    let same = both.is_some_and(|(old, new)| is_same(old, new));
    if same && both.is_some_and(|(old, new)| old.content == new.content) {
        return None;
    }
    let moved = both.is_none_or(|(old, new)| old.source != new.source);
    let said = |chart: &Chart| {
        let mut text = format!("{} {}", chart.name, chart.version).trim_end().to_owned();
        if moved && !chart.source.is_empty() {
            text.push_str(&format!(" of {}", chart.source));
        }
        text
    };
    let (before, mut after) = (old.map(said), new.map(said));
    if let (Some((old, new)), Some(after)) = (both, &mut after) {
        let bump = Bump::between(&old.version, &new.version).filter(|_| old.name == new.name);
        if let Some(bump) = bump {
            after.push_str(&format!(" ({})", bump.as_str()));
        }
        if same {
            after.push_str(" (other files)");
        }
    }
    let node =
        |text: Option<String>, of: Option<&Chart>| Some(Node::string(text?, Origin::new(of?.span)));
    Some(FieldChange {
        path: chart_path(),
        before: node(before, old),
        after: node(after, new),
        written: new.or(old)?.span,
        same_meaning: false,
    })
}
