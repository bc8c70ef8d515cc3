//! Charts that move to another version or get other values.

use std::collections::BTreeMap;

use gitops_model::{
    Action, Change, Chart, ClusterState, FieldChange, FieldPath, ObjectKey, Release, Segment,
};
use gitops_schema::stored_key;
use gitops_yaml::{Node, Origin, Span};

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
/// wherever they stand.
pub(crate) fn add(before: &ClusterState, after: &ClusterState, changes: &mut Vec<Change>) {
    let mut old = by_object(before);
    let mut more = Vec::new();
    for (key, new) in by_object(after) {
        let Some(old) = old.remove(&key).filter(|old| old.len() == new.len()) else { continue };
        let pairs = old.into_iter().zip(new);
        for (old, new) in pairs {
            let fields = differences(old, new);
            if fields.is_empty() {
                continue;
            }
            let known = changes.iter_mut().chain(&mut more).find(|c| stored_key(&c.key) == key);
            match known {
                Some(change) => tell(change, fields),
                None => more.push(of_values(old, new, fields)),
            }
        }
    }
    changes.extend(more);
    changes.sort_by_cached_key(|change| stored_key(&change.key));
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
fn of_values(old: &Release, new: &Release, fields: Vec<FieldChange>) -> Change {
    Change {
        key: new.object.key.clone(),
        action: Action::Modified,
        old: Some(old.object.clone()),
        new: Some(new.object.clone()),
        old_unit: Some(old.unit.clone()),
        new_unit: Some(new.unit.clone()),
        fields,
    }
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

fn differences(old: &Release, new: &Release) -> Vec<FieldChange> {
    let mut found: Vec<FieldChange> = chart(&old.chart, &new.chart).into_iter().collect();
    let base = FieldPath(vec![Segment::Key("values".into())]);
    found.extend(values(&new.object, base, &old.values, &new.values));
    found
}

/// `chart: web 1.2.3 -> web 2.0.0 (major)`, `chart: web 1.2.3 -> web 1.2.3 (other files)`.
fn chart(old: &Chart, new: &Chart) -> Option<FieldChange> {
    let same = (&old.name, &old.version, &old.source) == (&new.name, &new.version, &new.source);
    if same && old.content == new.content {
        return None;
    }
    let moved = old.source != new.source;
    let said = |chart: &Chart| {
        let mut text = format!("{} {}", chart.name, chart.version).trim_end().to_owned();
        if moved {
            text.push_str(&format!(" of {}", chart.source));
        }
        text
    };
    let (before, mut after) = (said(old), said(new));
    if let Some(bump) = Bump::between(&old.version, &new.version).filter(|_| old.name == new.name) {
        after.push_str(&format!(" ({})", bump.as_str()));
    }
    if same {
        after.push_str(" (other files)");
    }
    let node = |text: String, span: Span| Some(Node::string(text, Origin::new(span)));
    Some(FieldChange {
        path: chart_path(),
        before: node(before, old.span),
        after: node(after, new.span),
        written: new.span,
        same_meaning: false,
    })
}
