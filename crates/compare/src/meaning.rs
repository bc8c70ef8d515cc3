//! When two different values mean the same to who reads them.

use gitops_model::{FieldChange, FieldPath, Resource, Segment};
use gitops_schema::{Quantity, Type, decode, fill};
use gitops_yaml::{Limits, Node, parse};

/// Whether the difference is one of form only: null, absent and an empty list are one; so are equal
/// quantities.
pub(crate) fn same(ty: Option<&Type>, old: Option<&Node>, new: Option<&Node>) -> bool {
    match (old.filter(|n| !is_nothing(n)), new.filter(|n| !is_nothing(n))) {
        (None, None) => true,
        (Some(old), Some(new)) => old.same(new) || is_quantity(ty) && equal_quantities(old, new),
        _ => false,
    }
}

fn is_nothing(node: &Node) -> bool {
    node.is_null() || node.as_seq().is_some_and(<[_]>::is_empty)
}

fn is_quantity(ty: Option<&Type>) -> bool {
    matches!(ty, Some(Type::Quantity))
}

fn equal_quantities(old: &Node, new: &Node) -> bool {
    let read = |node: &Node| node.text().and_then(Quantity::parse);
    matches!((read(old), read(new)), (Some(a), Some(b)) if a == b)
}

/// Marks the files in a ConfigMap that read the same: only comments or the layout differ.
pub(crate) fn mark_files(new: &Resource, found: &mut [FieldChange]) {
    if !new.gvk.is("", "ConfigMap") {
        return;
    }
    for field in found.iter_mut().filter(|f| is_document(&f.path)) {
        field.same_meaning |= match (&field.before, &field.after) {
            (Some(old), Some(new)) => read_the_same(old, new),
            _ => false,
        };
    }
}

fn is_document(path: &FieldPath) -> bool {
    let endings = [".yaml", ".yml", ".json"];
    matches!(&path.0[..], [Segment::Key(data), Segment::Key(name)]
        if data == "data" && endings.iter().any(|e| name.ends_with(e)))
}

fn read_the_same(old: &Node, new: &Node) -> bool {
    let read = |node: &Node| {
        let parsed = parse(node.span().file, node.text()?, &Limits::default());
        parsed.errors.is_empty().then_some(parsed.documents)
    };
    let same =
        |a: &[Node], b: &[Node]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b));
    matches!((read(old), read(new)), (Some(a), Some(b)) if same(&a, &b))
}

/// Marks the fields that the API server defaults to one and the same value on both sides: one writes
/// what the other leaves out.
pub(crate) fn mark_defaults(old: &Resource, new: &Resource, found: &mut [FieldChange]) {
    let Some(known) = gitops_schema::kind(&new.gvk) else { return };
    // A position means another item on the other side.
    let by_position = |f: &FieldChange| matches!(f.path.0.last(), Some(Segment::Index(_)));
    let one_sided = |f: &FieldChange| {
        f.before.is_none() != f.after.is_none() && !f.same_meaning && !by_position(f)
    };
    if old.gvk != new.gvk || !found.iter().any(one_sided) {
        return;
    }
    let stored = |object: &Resource| {
        let mut body = decode(&object.body, known);
        fill(&mut body, known);
        body
    };
    let (old, new) = (stored(old), stored(new));
    for field in found.iter_mut().filter(|f| one_sided(f)) {
        let (before, after) = (field.path.find(&old), field.path.find(&new));
        field.same_meaning = matches!((before, after), (Some(a), Some(b)) if a.same(b));
    }
}
