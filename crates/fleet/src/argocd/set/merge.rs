//! The merge generator.

use gitops_template::{Value, merge};
use gitops_yaml::Node;

use super::Stop;
use super::generate::{Generator, Level};

impl Generator<'_> {
    /// The sets of the first generator, each overridden by those of the others that have the same keys.
    pub(super) fn merge(&self, options: &Node, level: Level) -> Result<Vec<Value>, Stop> {
        let list = |field| options.get(field).map(Node::items).unwrap_or_default();
        let (keys, generators) = (list("mergeKeys"), list("generators"));
        let keys: Vec<&str> = keys.iter().filter_map(Node::text).collect();
        if generators.len() < 2 || keys.is_empty() {
            let message = "a merge has at least two generators and one key in `mergeKeys`";
            return Err(Stop::wrong(message, options.span()));
        }
        let mut all = Vec::new();
        for node in generators {
            let sets = self.child(node, None, level)?;
            let keyed: Vec<(Vec<Value>, Value)> =
                sets.into_iter().map(|s| (key_of(&s, &keys), s)).collect();
            let twice = |(i, (key, _)): (usize, &(Vec<Value>, Value))| {
                keyed.iter().skip(i + 1).any(|(other, _)| same(key, other))
            };
            if keyed.iter().enumerate().any(twice) {
                let message =
                    format!("two sets of parameters have the same `{}`", keys.join("`, `"));
                return Err(Stop::wrong(message, node.span()));
            }
            all.push(keyed);
        }
        let mut all = all.into_iter();
        let base = all.next().unwrap_or_default();
        for (key, over) in all.flatten() {
            let Some((_, into)) = base.iter().find(|(k, _)| same(k, &key)) else { continue };
            if self.engine.is_go() {
                merge(into, &over, true)
                    .map_err(|()| Stop::wrong("the parameters nest too deep", options.span()))?;
            } else {
                over.entries().unwrap_or_default().into_iter().for_each(|(k, v)| into.set(k, v));
            }
        }
        Ok(base.into_iter().map(|(_, set)| set).collect())
    }
}

fn key_of(set: &Value, keys: &[&str]) -> Vec<Value> {
    keys.iter().map(|key| set.get(key).unwrap_or_else(Value::absent)).collect()
}

fn same(a: &[Value], b: &[Value]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.equals(b))
}
