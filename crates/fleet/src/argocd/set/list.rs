//! The list generator.

use gitops_template::Value;
use gitops_yaml::{Exposure, Limits, Node, parse};

use super::Stop;
use super::generate::Generator;

impl Generator<'_> {
    /// One set for each element, and for each of `elementsYaml`.
    pub(super) fn list(&self, options: &Node) -> Result<Vec<Value>, Stop> {
        let elements = options.get("elements").map(Node::items).unwrap_or_default();
        let mut sets = Vec::new();
        for element in elements {
            if element.as_map().is_none() && !element.is_null() {
                return Err(Stop::wrong("an element of a list generator is a map", element.span()));
            }
            sets.push(if self.engine.is_go() { map(element) } else { strings(element)? });
        }
        let text = options.get("elementsYaml").filter(|t| t.text().is_some_and(|t| !t.is_empty()));
        if let Some(text) = text {
            sets.extend(elements_yaml(text)?);
        }
        Ok(sets)
    }
}

fn map(element: &Node) -> Value {
    if element.is_null() { Value::map([]) } else { Value::from_node(element) }
}

/// An element for fasttemplate: strings alone, and those of `values` under `values.KEY`.
fn strings(element: &Node) -> Result<Value, Stop> {
    let params = Value::map([]);
    let string = |node: &Node| {
        let value = Value::from_node(node);
        if value.as_str().is_some() {
            return Ok(value);
        }
        let message = "without `goTemplate` the values of a list element are strings";
        Err(Stop::wrong(message, node.span()))
    };
    for entry in element.entries() {
        if entry.key != "values" {
            params.set(entry.key.clone(), string(&entry.value)?);
            continue;
        }
        if entry.value.as_map().is_none() {
            return Err(Stop::wrong("`values` of a list element is a map", entry.value.span()));
        }
        for value in entry.value.entries() {
            params.set(format!("values.{}", value.key), string(&value.value)?);
        }
    }
    Ok(params)
}

/// The maps of a text that holds a list of them.
fn elements_yaml(node: &Node) -> Result<Vec<Value>, Stop> {
    let parsed = parse(node.span().file, node.text().unwrap_or_default(), &Limits::default());
    let broken = parsed.errors.iter().find(|e| e.kind.is_fatal());
    if let Some(error) = broken {
        let message = format!("`elementsYaml` is no YAML: {}", error.message);
        return Err(Stop::wrong(message, node.span()));
    }
    let list = parsed.documents.first();
    let is_list = list.is_none_or(|l| l.is_null() || l.as_seq().is_some());
    let items = list.map(Node::items).unwrap_or_default();
    if !is_list || items.iter().any(|i| i.as_map().is_none() && !i.is_null()) {
        return Err(Stop::wrong("`elementsYaml` holds a list of maps", node.span()));
    }
    let exposure = node.as_scalar().map_or(Exposure::Open, |s| s.exposure);
    Ok(items
        .iter()
        .map(|item| map(&super::patch::written_at(item, &node.origin, exposure)))
        .collect())
}
