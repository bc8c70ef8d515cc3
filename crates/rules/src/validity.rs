//! What is wrong with objects by the schemas of their kinds; several rules tell it.

mod invalid;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gitops_graph::PodTemplate;
use gitops_model::{ApplyMode, Controller, FieldPath, Gvk, Resource, Unchecked, Unit};
use gitops_schema::{
    Definition, Fault, Struct, Violation, delivery_kind, misnamed, removed_api, served, violations,
};
use gitops_yaml::Node;

pub(crate) use invalid::Invalid;

use crate::{Pair, State, write};

/// What is known of a kind.
enum Schema<'a> {
    Typed(&'static Struct),
    Custom(Definition<'a>),
    /// Nothing but that it is an object, and maybe that it makes pods.
    Unknown,
}

impl Pair<'_> {
    /// What is wrong with its objects by their schemas, as far as the change brings it; worked out
    /// when it is first asked for.
    pub(crate) fn invalid(&self) -> &[Invalid] {
        self.after.invalid.get_or_init(|| find(self))
    }
}

/// What is wrong after the change: of one state alone, with every object; of two, with those that
/// differ, or whose definition does, and then what was not wrong before.
fn find(pair: &Pair<'_>) -> Vec<Invalid> {
    let after = Definitions::of(&pair.after);
    let Some(before) = &pair.before else {
        return pair.after.objects().flat_map(|(unit, o)| after.judge(pair, unit, o)).collect();
    };
    let known = Definitions::of(before);
    let changed: BTreeSet<_> = pair.changes.iter().map(|change| &change.key).collect();
    let redefined: BTreeSet<(&str, &str)> = pair
        .changes
        .iter()
        .filter_map(|change| change.new.as_deref().or(change.old.as_deref()))
        .filter_map(defined)
        .collect();
    let concerns = |object: &Resource| {
        let kind = (object.gvk.group.as_str(), object.gvk.kind.as_str());
        changed.contains(&object.key) || redefined.contains(&kind)
    };
    let mut found = Vec::new();
    for (unit, object) in pair.after.objects().filter(|(_, object)| concerns(object)) {
        let mut invalid = after.judge(pair, unit, object);
        if let Some((unit, old)) = before.object(&object.key).filter(|_| !invalid.is_empty()) {
            let old = known.judge(pair, unit, old);
            let same = |a: &Invalid, b: &Invalid| {
                (&a.violation.path, &a.violation.fault) == (&b.violation.path, &b.violation.fault)
                    && a.strict == b.strict
            };
            invalid.retain(|new| !old.iter().any(|old| same(new, old)));
        }
        found.extend(invalid);
    }
    found
}

/// The group and kind that a CustomResourceDefinition defines.
fn defined(object: &Resource) -> Option<(&str, &str)> {
    let text = |keys: &[&str]| object.at(keys).and_then(Node::text);
    let is_definition = object.gvk.is("apiextensions.k8s.io", "CustomResourceDefinition");
    is_definition.then(|| Some((text(&["spec", "group"])?, text(&["spec", "names", "kind"])?)))?
}

/// The schemas that one state of a cluster knows.
pub(crate) struct Definitions<'s, 'a> {
    state: &'s State<'a>,
    custom: BTreeMap<(&'a str, &'a str), &'a Resource>,
}

impl<'s, 'a> Definitions<'s, 'a> {
    pub(crate) fn of(state: &'s State<'a>) -> Self {
        let definitions = state.of_kind("apiextensions.k8s.io", "CustomResourceDefinition");
        let custom = definitions.filter_map(|object| Some((defined(object)?, &**object)));
        Self { state, custom: custom.collect() }
    }

    fn schema(&self, gvk: &Gvk) -> Schema<'a> {
        let custom = self.custom.get(&(gvk.group.as_str(), gvk.kind.as_str()));
        match custom.and_then(|definition| Definition::of(definition, gvk)) {
            Some(definition) => Schema::Custom(definition),
            None => served(gvk, self.state.version)
                .or_else(|| delivery_kind(gvk))
                .map_or(Schema::Unknown, Schema::Typed),
        }
    }

    fn judge(&self, pair: &Pair<'a>, unit: &'a Unit, object: &'a Arc<Resource>) -> Vec<Invalid> {
        let strict = pair.mode_of(unit) == ApplyMode::ServerSide
            || write::has_sync_option(object, "ServerSideApply=true");
        let mut found = self.violations(object);
        // What nobody is known to apply may be a template for something that is not known either.
        found.retain(|v| unit.controller == Controller::Flux || !holds_placeholder(v));
        if unit.controller == Controller::None {
            found.retain(|v| !is_part(v));
        }
        let invalid = |violation| {
            let (id, object) = (unit.id.clone(), object.clone());
            Invalid { unit: id, controller: unit.controller, object, violation, strict }
        };
        found.into_iter().map(invalid).collect()
    }

    fn violations(&self, object: &Resource) -> Vec<Violation> {
        let top = FieldPath::default();
        let metadata = || part(object.at(&["metadata"]), &top.key("metadata"), &["metadata"]);
        let mut found = match self.schema(&object.gvk) {
            Schema::Typed(known) => violations(&object.body, known, &top),
            Schema::Custom(definition) => {
                let mut found = definition.violations(&object.body);
                // The API server asks the rules of what fits the schema; fields without one are dropped before.
                if found.iter().all(|v| matches!(v.fault, Fault::Unknown { .. })) {
                    found.extend(definition.rules_broken(&object.body));
                }
                found.extend(metadata());
                found
            }
            Schema::Unknown => {
                let mut found = metadata();
                if let Some(template) = PodTemplate::of(object) {
                    found.extend(part(Some(template.node), &template.path, &[]));
                }
                // A server of its own may serve the kind, and take other names.
                return found;
            }
        };
        found.extend(misnamed(object));
        found
    }
}

/// The rules of definitions that cannot be evaluated: of one state alone of any object, of two of those that differ.
#[must_use]
pub fn unevaluated(pairs: &[Pair<'_>]) -> Vec<Unchecked> {
    let mut rules: BTreeMap<(&Gvk, &str), (usize, &Invalid)> = BTreeMap::new();
    for invalid in pairs.iter().flat_map(Pair::invalid) {
        if let Fault::RuleUnknown { why } = &invalid.violation.fault {
            rules.entry((&invalid.object.gvk, why)).or_insert((0, invalid)).0 += 1;
        }
    }
    let unchecked = |((gvk, why), (count, first)): ((&Gvk, &str), (usize, &Invalid))| {
        let what = format!("a rule of {} in {}", gvk.kind, gvk.api_version());
        let times =
            if count > 1 { format!("; it is asked of {count} values") } else { String::new() };
        Unchecked::new(what, why.to_owned() + &times, Some(first.violation.value.span()))
    };
    rules.into_iter().map(unchecked).collect()
}

/// The kinds whose objects are held against no schema, each once.
#[must_use]
pub fn unvalidated(pairs: &[Pair<'_>]) -> Vec<Unchecked> {
    let mut kinds: BTreeMap<&Gvk, &Resource> = BTreeMap::new();
    for pair in pairs {
        let known = Definitions::of(&pair.after);
        for (_, object) in pair.after.objects() {
            if !kinds.contains_key(&object.gvk)
                && removed_api(&object.gvk).is_none()
                && matches!(known.schema(&object.gvk), Schema::Unknown)
            {
                kinds.insert(&object.gvk, object);
            }
        }
    }
    let why = "its definition is not applied to the cluster by this repository, so its fields and values are held \
               against no schema";
    let unchecked = |(gvk, object): (&Gvk, &Resource)| {
        let what = format!("{} in {}", gvk.kind, gvk.api_version());
        Unchecked::new(what, why, Some(object.body.span()))
    };
    kinds.into_iter().map(unchecked).collect()
}

/// What is wrong with a part of an object that is part of a pod template.
fn part(node: Option<&Node>, path: &FieldPath, keys: &[&str]) -> Vec<Violation> {
    let template = gitops_schema::kind(&Gvk::new("v1", "PodTemplateSpec"));
    let known = keys.iter().try_fold(template, |known, key| Some(known?.structure(key)));
    match (node, known.flatten()) {
        (Some(node), Some(known)) => violations(node, known, path),
        _ => Vec::new(),
    }
}

/// Whether an object that nobody is known to apply looks like a patch: it has nothing but a name.
fn is_part(violation: &Violation) -> bool {
    violation.fault == Fault::Missing && violation.path == FieldPath::keys(&["spec"])
}

/// Whether what is wrong may be that another tool has not filled in yet.
fn holds_placeholder(violation: &Violation) -> bool {
    let mut found = is_placeholder(&violation.value);
    if matches!(violation.fault, Fault::RuleBroken { .. }) {
        violation.value.walk(&mut |below| found = found || is_placeholder(below));
    }
    found
}

/// Whether a text waits for another tool to fill it in.
fn is_placeholder(node: &Node) -> bool {
    let marks = ["${", "{{", "$("];
    node.text().is_some_and(|text| {
        let within = |open, close| text.starts_with(open) && text.ends_with(close);
        marks.iter().any(|mark| text.contains(mark)) || within('<', '>') || within('_', '_')
    })
}

/// The fault as far as a rule tells it.
pub(crate) fn told<'p, T>(
    pair: &'p Pair<'_>,
    tell: impl Fn(&Fault) -> Option<T>,
) -> impl Iterator<Item = (&'p Invalid, T)> {
    pair.invalid()
        .iter()
        .filter_map(move |invalid| Some((invalid, tell(&invalid.violation.fault)?)))
}
