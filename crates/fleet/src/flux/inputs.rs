//! The inputs of a ResourceSet: its own, and those of providers whose inputs are written in the repository
//! (controlplaneio-fluxcd/flux-operator, internal/inputs).

use std::collections::BTreeMap;
use std::sync::Arc;

use gitops_api::flux::{InputProvider, ResourceSet};
use gitops_model::Resource;
use gitops_template::Value;
use gitops_yaml::{Entry, Node, SmolStr};

use super::variables::Objects;
use crate::selector::{Refused, Selector};

/// How many combinations the operator makes at most.
const MAX_PERMUTATIONS: usize = 10_000;

/// One set of inputs.
pub(super) struct Input {
    /// What templates read as `inputs`.
    pub(super) values: Value,
    /// The same as it is written.
    pub(super) written: Node,
}

/// What an object provides.
struct Provided {
    /// The key of its inputs where those of several are combined.
    key: SmolStr,
    inputs: Vec<Input>,
}

/// The sets of inputs in the operator's order; why not, where they are known on the cluster alone. None at all
/// where the set names neither inputs nor providers.
pub(super) fn inputs(set: ResourceSet, objects: &Objects) -> Result<Option<Vec<Input>>, String> {
    let providers = providers(set, objects)?;
    if set.inputs().is_empty() && set.inputs_from().is_empty() {
        return Ok(None);
    }
    let own = set.inputs().iter().map(|node| Input::of(node, set.object())).collect();
    let mut provided = vec![Provided { key: key(&set.object().key.name), inputs: own }];
    for provider in providers.into_values() {
        provided.push(of_provider(set, &provider)?);
    }
    match set.strategy() {
        "Flatten" => Ok(Some(provided.into_iter().flat_map(|p| p.inputs).collect())),
        "Permute" => permuted(set, provided).map(Some),
        other => Err(format!("the input strategy `{other}` is not known")),
    }
}

impl Input {
    fn of(node: &Node, provider: &Resource) -> Self {
        let values = Value::from_node(node);
        let text = |text: &str| Value::string(text);
        let named = Value::map([
            ("apiVersion".into(), text(&provider.gvk.api_version())),
            ("kind".into(), text(&provider.gvk.kind)),
            ("name".into(), text(&provider.key.name)),
            ("namespace".into(), text(&provider.key.namespace)),
        ]);
        values.set("provider", named);
        Self { values, written: node.clone() }
    }
}

/// The providers that a set names or selects, by name.
fn providers(
    set: ResourceSet,
    objects: &Objects,
) -> Result<BTreeMap<SmolStr, Arc<Resource>>, String> {
    let namespace = &set.object().key.namespace;
    let is_near =
        |o: &&Arc<Resource>| InputProvider::of(o).is_some() && o.key.namespace == *namespace;
    let all: Vec<&Arc<Resource>> = objects.values().filter(is_near).collect();
    let mut found = BTreeMap::new();
    for reference in set.inputs_from() {
        let name = reference.get("name").and_then(Node::text).filter(|n| !n.is_empty());
        let chosen: Vec<&Arc<Resource>> = match name {
            Some(name) => all.iter().copied().filter(|o| o.key.name == name).collect(),
            None => {
                let selector = reference.get("selector").map(Selector::of_labels).transpose();
                let selector = selector.map_err(|Refused(why, _)| why)?.unwrap_or_default();
                let fits =
                    |o: &&Arc<Resource>| selector.matches(&|key| o.label(key).map(SmolStr::new));
                all.iter().copied().filter(fits).collect()
            }
        };
        if let Some(name) = name.filter(|_| chosen.is_empty()) {
            return Err(format!("the provider `{name}` of its inputs is not in the repository"));
        }
        found.extend(chosen.into_iter().map(|o| (o.key.name.clone(), o.clone())));
    }
    Ok(found)
}

/// What a provider gives; only a static one is known here, all but the `id` that its UID makes.
fn of_provider(set: ResourceSet, object: &Arc<Resource>) -> Result<Provided, String> {
    let name = &object.key.name;
    let provider = InputProvider::of(object).filter(|p| p.kind() == "Static");
    let Some(provider) = provider else {
        return Err(format!("its inputs come from the provider `{name}`, which asks a service"));
    };
    if set.strategy() == "Flatten" && set.reads("id") {
        return Err(format!("the `id` of the provider `{name}` is known on the cluster alone"));
    }
    let inputs = vec![Input::of(&provider.defaults(), object)];
    Ok(Provided { key: key(name), inputs })
}

/// Each input of each provider with each of the others', below their providers' names.
fn permuted(set: ResourceSet, mut provided: Vec<Provided>) -> Result<Vec<Input>, String> {
    if !set.includes_empty_providers() {
        provided.retain(|p| !p.inputs.is_empty());
    }
    let count = provided.iter().try_fold(1usize, |n, p| n.checked_mul(p.inputs.len()));
    if count.is_none_or(|n| n > MAX_PERMUTATIONS) {
        return Err(format!("its inputs make more than {MAX_PERMUTATIONS} combinations"));
    }
    let start = if provided.is_empty() { Vec::new() } else { vec![Vec::new()] };
    let chosen = provided.iter().fold(start, |chosen: Vec<Vec<usize>>, p| {
        let with = |before: &Vec<usize>| {
            let before = before.clone();
            (0..p.inputs.len()).map(move |i| [before.as_slice(), &[i]].concat())
        };
        chosen.iter().flat_map(with).collect()
    });
    Ok(chosen.iter().map(|indices| permutation(set, &provided, indices)).collect())
}

fn permutation(set: ResourceSet, provided: &[Provided], indices: &[usize]) -> Input {
    let mut written = Node::map(Vec::new(), set.object().body.origin.clone());
    let values = Value::map([]);
    let mut id = Vec::new();
    for (provided, index) in provided.iter().zip(indices) {
        let Some(input) = provided.inputs.get(*index) else { continue };
        let (key, node) = (provided.key.clone(), input.written.clone());
        written.set(Entry::new(key.clone(), node.span(), node));
        values.set(key.clone(), input.values.clone());
        id.push(format!("{key}={index}"));
    }
    values.set("id", Value::string(adler32(&id.join("/")).to_string()));
    Input { values, written }
}

/// A name as a key of templates: lower case, words joined by `_`.
fn key(name: &str) -> SmolStr {
    let separates =
        |c: char| c.is_whitespace() || c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c);
    let words = name.split(separates);
    let plain = |word: &str| {
        let lower = word.to_lowercase();
        lower.chars().filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit()).collect::<String>()
    };
    let words: Vec<String> = words.map(plain).filter(|w| !w.is_empty()).collect();
    words.join("_").into()
}

/// The checksum of RFC 1950.
fn adler32(text: &str) -> u32 {
    let (a, b) = text.bytes().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_checksums_are_the_operators() {
        assert_eq!(key("Tenants.EU--west"), "tenants_eu_west");
        assert_eq!(adler32("Wikipedia"), 0x11E6_0398);
    }
}
