//! Custom resources: the transition rules of their CustomResourceDefinitions.

use gitops_model::{ApplyMode, FieldPath, Resource, Segment};
use gitops_schema::{
    Answer, Definition, Fault, Pairing, Rule, Type, Violation, identity, is_ruleless, pairing,
    rules,
};
use gitops_yaml::Node;

use crate::manifest::is_malformed;
use crate::write::{Sides, written};
use crate::{Refusal, Update, Verdict};

const SOURCE: &str =
    "staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go";

/// What the API server says to an update of a custom resource.
pub(crate) fn judge(update: &Update<'_>) -> Verdict {
    let definitions = update.neighbours.of_kind("apiextensions.k8s.io", "CustomResourceDefinition");
    let gvk = &update.new.gvk;
    let Some(definition) = definitions.into_iter().find_map(|crd| Definition::of(crd, gvk)) else {
        return if is_ruleless(gvk) { Verdict::Accepted } else { Verdict::Undefined };
    };
    if !definition.has_transition_rules() {
        return Verdict::Accepted;
    }
    let Some((live, stored)) = sides(update, definition) else { return Verdict::Accepted };
    let mut walk = Walk { update, refused: Vec::new(), unknown: Vec::new() };
    walk.place(&live, &stored, definition.schema(), &FieldPath::default());
    match (walk.refused.is_empty(), walk.unknown.into_iter().next()) {
        (false, _) => Verdict::Rejected(walk.refused),
        (true, Some(why)) => Verdict::Unknown(why),
        (true, None) => Verdict::Accepted,
    }
}

/// The live object and the one that would be stored; `None` where the new one is invalid in itself.
fn sides(update: &Update<'_>, definition: Definition<'_>) -> Option<(Node, Node)> {
    let shape = definition.shape();
    let strict = update.mode == ApplyMode::ServerSide;
    let unknown = |v: &Violation| matches!(v.fault, Fault::Unknown { .. });
    let refused = definition.violations(&update.new.body);
    if strict && (refused.iter().any(unknown) || is_malformed(update, &shape)) {
        return None;
    }
    let manifest = |object: &Resource| {
        let mut body = object.body.clone();
        if definition.has_status_apart() {
            body.remove("status");
        }
        body
    };
    let (old, new) = (manifest(update.old), manifest(update.new));
    let live = definition.stored(&old);
    let sides = Sides { live: &live, old: Some(&old), new: &new };
    let stored = definition.stored(&written(sides, &shape, update.mode));
    let holds = |v: &Violation| !matches!(v.fault, Fault::RuleBroken { .. });
    let valid = definition.violations(&stored).iter().all(unknown)
        && definition.rules_broken(&stored).iter().all(holds);
    valid.then_some((live, stored))
}

/// Evaluates rules from the top down. Only values that were there before are looked at: a rule is
/// never evaluated where there is no old value, or, if it is optional, it says on a create what it
/// says on the update.
struct Walk<'a> {
    update: &'a Update<'a>,
    refused: Vec<Refusal>,
    unknown: Vec<String>,
}

impl Walk<'_> {
    fn place(&mut self, old: &Node, new: &Node, schema: &Node, path: &FieldPath) {
        for rule in rules(schema).filter(Rule::is_transition) {
            match rule.evaluate(new, old, schema) {
                Answer::Holds => {}
                Answer::Broken(message) => self.refuse(&rule, message, path),
                // Rules about changes hold where nothing changes.
                Answer::Unknown(_) if new.same(old) => {}
                Answer::Unknown(why) => self.unknown.push(why),
            }
        }
        self.fields(old, new, schema, path);
        self.items(old, new, schema, path);
    }

    fn refuse(&mut self, rule: &Rule<'_>, message: String, path: &FieldPath) {
        let below = rule.field_path.unwrap_or_default().trim_start_matches('.');
        let path = below
            .split('.')
            .filter(|key| !key.is_empty())
            .fold(path.clone(), |path, key| path.key(key));
        self.refused.push(Refusal {
            message,
            source: SOURCE,
            certain: true,
            before: path.find(&self.update.old.body).cloned(),
            after: path.find(&self.update.new.body).cloned(),
            path,
        });
    }

    fn fields(&mut self, old: &Node, new: &Node, schema: &Node, path: &FieldPath) {
        let all = schema.get("additionalProperties").filter(|values| values.as_map().is_some());
        for entry in new.entries() {
            let own = schema.get("properties").and_then(|fields| fields.get(&entry.key));
            if let (Some(schema), Some(old)) = (own.or(all), old.get(&entry.key)) {
                self.place(old, &entry.value, schema, &path.with(Segment::Key(entry.key.clone())));
            }
        }
    }

    /// Items of lists without keys are never paired.
    fn items(&mut self, old: &Node, new: &Node, schema: &Node, path: &FieldPath) {
        let pairing = pairing(schema);
        let (Pairing::Keys(keys), Some(inner)) = (&pairing, schema.get("items")) else { return };
        for item in new.items() {
            let id = identity(item, &pairing, &Type::Any);
            let paired = old.items().iter().find(|old| identity(old, &pairing, &Type::Any) == id);
            if let Some(old) = paired {
                let step = keys.iter().cloned().zip(id).collect();
                self.place(old, item, inner, &path.with(Segment::Item(step)));
            }
        }
    }
}
