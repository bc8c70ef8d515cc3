//! The objects of a ResourceSet: templates with `<<` and `>>`, rendered once for each input
//! (controlplaneio-fluxcd/flux-operator, internal/builder/resourceset.go).

use std::collections::BTreeSet;
use std::sync::Arc;

use gitops_api::flux::ResourceSet;
use gitops_model::{Problem, ProblemKind, Resource};
use gitops_template::{Library, MissingKey, Options, Template, Value};
use gitops_yaml::{Exposure, Limits, Node, Origin, Span, parse, print};

use super::inputs::{Input, inputs};
use super::overlay::{Rewriter, TEXT, adopt, overlay, touches};
use super::variables::Objects;

/// The annotation that leaves an object out.
const RECONCILE: &str = "fluxcd.controlplane.io/reconcile";

/// The step in a value's history.
const STEP: &str = "inputs";

/// What a ResourceSet makes.
pub(crate) enum Made {
    /// These objects.
    Objects(Vec<Arc<Resource>>),
    /// Something that is not known here.
    Unknown(String),
}

/// Renders a ResourceSet. `objects` are the cluster's own, providers of inputs among them.
pub(crate) fn expand(set: ResourceSet, objects: &Objects) -> Result<Made, Problem> {
    let inputs = match inputs(set, objects) {
        Ok(inputs) => inputs,
        Err(why) => return Ok(Made::Unknown(why)),
    };
    let inputs: Vec<Option<&Input>> = match &inputs {
        None => vec![None],
        Some(inputs) => inputs.iter().map(Some).collect(),
    };
    let (mut objects, mut seen) = (Vec::new(), BTreeSet::new());
    for (resources, text) in set.templates() {
        for template in resources {
            for input in &inputs {
                add(Run::new(set, *input).object(template)?, &mut objects, &mut seen);
            }
        }
        for (text, input) in text.iter().flat_map(|t| inputs.iter().map(move |i| (t, i))) {
            for object in Run::new(set, *input).stream(text)? {
                add(Some(object), &mut objects, &mut seen);
            }
        }
    }
    Ok(Made::Objects(objects))
}

/// Adds an object that is not left out and not yet there.
fn add(
    object: Option<Resource>,
    objects: &mut Vec<Arc<Resource>>,
    seen: &mut BTreeSet<gitops_model::ObjectKey>,
) {
    let Some(object) = object.filter(|o| o.annotation(RECONCILE) != Some("disabled")) else {
        return;
    };
    if seen.insert(object.key.clone()) {
        objects.push(Arc::new(object));
    }
}

/// The templates with one input.
struct Run<'s> {
    set: ResourceSet<'s>,
    input: Option<&'s Input>,
    data: Value,
}

impl<'s> Run<'s> {
    fn new(set: ResourceSet<'s>, input: Option<&'s Input>) -> Self {
        let inputs = input.map_or_else(|| Value::map([]), |input| input.values.clone());
        Self { set, input, data: Value::map([("inputs".into(), inputs)]) }
    }

    fn render(&self, text: &str, at: Span) -> Result<String, Problem> {
        let options = Options { missing: MissingKey::Error, ..Options::default() };
        Template::parse(&go_template(text), &Library::APPLICATION_SET, at)
            .and_then(|t| t.render(&self.data, &options))
            .map(|rendered| rendered.text)
            .map_err(|e| self.problem(&e.to_string(), at))
    }

    fn problem(&self, why: &str, at: Span) -> Problem {
        let message = format!("{} cannot be rendered: {why}", self.set.object().key);
        Problem::new(ProblemKind::Render, message, Some(at))
    }

    /// One object of `resources`.
    fn object(&self, template: &Node) -> Result<Option<Resource>, Problem> {
        if !touches(self, template) {
            return Ok(Resource::new(template.clone()));
        }
        let text = self.render(&print(template, &TEXT), template.span())?;
        let parsed = parse(template.span().file, &text, &Limits::default());
        match (parsed.documents.first(), parsed.errors.first()) {
            (Some(new), None) => Ok(Resource::new(overlay(self, template, new))),
            (_, error) => {
                let why = error.map_or("nothing is left", |e| &e.message);
                Err(self.problem(why, template.span()))
            }
        }
    }

    /// The objects of `resourcesTemplate`.
    fn stream(&self, template: &Node) -> Result<Vec<Resource>, Problem> {
        let text = self.render(template.text().unwrap_or_default(), template.span())?;
        let parsed = parse(template.span().file, &text, &Limits::default());
        if let Some(error) = parsed.errors.first() {
            return Err(self.problem(&error.message, template.span()));
        }
        let origin = self.origin(template);
        let new = parsed.documents.iter().map(|d| adopt(self, d, &origin, Exposure::Open));
        Ok(new.filter_map(Resource::new).collect())
    }
}

impl Rewriter for Run<'_> {
    fn touches(&self, text: &str) -> bool {
        text.contains("<<")
    }

    fn key(&self, key: &str) -> Option<String> {
        if !self.touches(key) {
            return Some(key.to_owned());
        }
        self.render(key, self.set.object().body.span()).ok()
    }

    fn shown(&self, text: &str) -> (String, bool) {
        (text.to_owned(), true)
    }

    /// The input's own line where one input is named, else the line of the inputs.
    fn origin(&self, old: &Node) -> Origin {
        let Some(input) = self.input else { return old.origin.clone() };
        let text = old.text().unwrap_or_default();
        let names = text
            .split("inputs.")
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next());
        let written = &input.written;
        let value = names.filter_map(|name| written.get(name)).next();
        old.origin.overridden(STEP, value.unwrap_or(written).span())
    }

    fn exposure(&self, old: &Node) -> Exposure {
        old.as_scalar().map_or(Exposure::Open, |s| s.exposure)
    }
}

/// The template with Go's own brackets: `<<` and `>>` become `{{` and `}}`, brackets that were text stay
/// text, and the function `inputs` becomes the field of that name.
fn go_template(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<<") {
        out.push_str(&before.replace("{{", r#"{{"{{"}}"#));
        let end = action_end(after);
        out.push_str("{{");
        out.push_str(&with_inputs(&after[..end]));
        out.push_str("}}");
        rest = after[end..].strip_prefix(">>").unwrap_or_default();
    }
    out + &rest.replace("{{", r#"{{"{{"}}"#)
}

/// Where an action ends: at the first `>>` outside of quotes.
fn action_end(text: &str) -> usize {
    let (mut quote, mut escaped) = (None, false);
    for (i, c) in text.char_indices() {
        match quote {
            Some(q) if c == q && !escaped => quote = None,
            Some('"') => escaped = c == '\\' && !escaped,
            Some(_) => {}
            None if matches!(c, '"' | '`') => (quote, escaped) = (Some(c), false),
            None if text[i..].starts_with(">>") => return i,
            None => {}
        }
    }
    text.len()
}

fn with_inputs(action: &str) -> String {
    let mut out = String::with_capacity(action.len() + 2);
    let mut last = ' ';
    let mut rest = action;
    while let Some(c) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '"');
        let behind = rest.strip_prefix("inputs").filter(|_| !is_word(last));
        match behind.filter(|b| !b.starts_with(|c: char| c.is_alphanumeric() || c == '_')) {
            Some(behind) => {
                out.push_str("$.inputs");
                (last, rest) = ('s', behind);
            }
            None => {
                out.push(c);
                (last, rest) = (c, &rest[c.len_utf8()..]);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use gitops_yaml::{ContentId, Sources};

    use super::*;

    #[test]
    fn brackets_are_exchanged_outside_of_quotes() {
        let cases = [
            ("a << inputs.x >> b", "a {{ $.inputs.x }} b"),
            ("{{ x }} <<- `>>` >>", r#"{{"{{"}} x }} {{- `>>` }}"#),
            ("<< range $i := inputs.list >>", "{{ range $i := $.inputs.list }}"),
            ("<< with inputs >>", "{{ with $.inputs }}"),
            ("<< .inputs my_inputs >>", "{{ .inputs my_inputs }}"),
        ];
        for (text, want) in cases {
            assert_eq!(go_template(text), want);
        }
    }

    #[test]
    fn each_input_makes_the_objects_once() {
        let text = "apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: apps, namespace: flux-system}
spec:
  inputs:
    - tenant: a
      replicas: 2
    - tenant: b
      replicas: 3
  resources:
    - apiVersion: v1
      kind: ConfigMap
      metadata: {name: '<< inputs.tenant >>-config', namespace: x}
      data: {replicas: << inputs.replicas | quote >>}
    - apiVersion: v1
      kind: Namespace
      metadata: {name: x}
";
        let sources = Sources::default();
        let file = sources.load("rs.yaml", ContentId::of(text.as_bytes()), text.as_bytes());
        let object = Resource::new(file.documents[0].clone()).unwrap();
        let Ok(Made::Objects(objects)) = expand(ResourceSet::of(&object).unwrap(), &Objects::new())
        else {
            panic!("not rendered")
        };
        let names: Vec<_> = objects.iter().map(|o| o.key.name.as_str()).collect();
        assert_eq!(names, ["a-config", "b-config", "x"]);
        let replicas = objects[1].at(&["data", "replicas"]).unwrap();
        assert_eq!(replicas.as_str(), Some("3"));
        assert_eq!(sources.locate(replicas.span()).line, 9);
    }
}
