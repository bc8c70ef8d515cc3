//! `not-a-string`: a number or boolean stands where Kubernetes wants a string.

use gitops_graph::PodTemplate;
use gitops_model::{FieldPath, Resource};
use gitops_yaml::{Node, ScalarKind};

use crate::{Check, Draft, State};

rule!(
    "not-a-string",
    Error,
    Check::State(check),
    "is a number or boolean where only a string is taken"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for (_, object) in state.objects() {
        for keys in [&["metadata", "labels"][..], &["metadata", "annotations"]] {
            out.extend(entries(object, keys));
        }
        match (&*object.gvk.group, &*object.gvk.kind) {
            ("", "ConfigMap") => out.extend(entries(object, &["data"])),
            ("", "Secret") => out.extend(entries(object, &["stringData"])),
            _ => environment(object, out),
        }
    }
}

fn entries(object: &Resource, keys: &[&str]) -> impl Iterator<Item = Draft> {
    let path = FieldPath::keys(keys);
    let entries = object.at(keys).map_or(&[][..], Node::entries).iter();
    entries.filter_map(move |e| draft(object, &path.key(&e.key), &e.value))
}

fn environment(object: &Resource, out: &mut Vec<Draft>) {
    let Some(template) = PodTemplate::of(object) else { return };
    for label in template.node.at(&["metadata", "labels"]).map_or(&[][..], Node::entries) {
        out.extend(draft(
            object,
            &template.path.key("metadata").key("labels").key(&label.key),
            &label.value,
        ));
    }
    for container in template.containers() {
        for variable in container.get("env").map_or(&[][..], Node::items) {
            let Some(value) = variable.get("value") else { continue };
            let name = variable.get("name").and_then(Node::text).unwrap_or_default();
            out.extend(draft(object, &template.path.key("env").key(name), value));
        }
    }
}

fn draft(object: &Resource, path: &FieldPath, value: &Node) -> Option<Draft> {
    let scalar = value.as_scalar()?;
    let kind = match scalar.kind {
        ScalarKind::Bool => "a boolean",
        ScalarKind::Int | ScalarKind::Float => "a number",
        ScalarKind::Null | ScalarKind::Str | ScalarKind::Timestamp => return None,
    };
    let message = format!(
        "`{path}` of `{}` is {kind}, and only a string is taken there: the API server refuses \
         the object",
        object.key
    );
    let help = "write it in quotes; where it comes from a variable, the quotes are lost before \
     the value is put in, so write `${quote}${name}${quote}` with a variable `quote` that holds \
     one";
    Some(Draft::new(message).on(object).field(path.clone()).at(value).help(help))
}
