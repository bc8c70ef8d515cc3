//! The matrix generator.

use gitops_template::{Value, merge};
use gitops_yaml::Node;

use super::Stop;
use super::generate::{Generator, Level};

impl Generator<'_> {
    /// Every pair of the sets of two generators; the second is filled with the parameters of the first.
    pub(super) fn matrix(&self, options: &Node, level: Level) -> Result<Vec<Value>, Stop> {
        let [first, second] = options.get("generators").map(Node::items).unwrap_or_default() else {
            return Err(Stop::wrong("a matrix has exactly two generators", options.span()));
        };
        let mut pairs = Vec::new();
        for a in self.child(first, None, level)? {
            for b in self.child(second, Some(&a), level)? {
                pairs.push(self.combined(&a, &b, options)?);
            }
        }
        Ok(pairs)
    }

    fn combined(&self, a: &Value, b: &Value, options: &Node) -> Result<Value, Stop> {
        let combined = Value::map([]);
        if self.engine.is_go() {
            // The first generator wins, with empty values, too.
            for from in [b, a] {
                merge(&combined, from, true)
                    .map_err(|()| Stop::wrong("the parameters nest too deep", options.span()))?;
            }
            return Ok(combined);
        }
        for (key, value) in [a, b].iter().flat_map(|set| set.entries().unwrap_or_default()) {
            let text = value.text().unwrap_or_default();
            match combined.get(&key) {
                Some(other) if other.as_str() != Some(&text) => {
                    let message =
                        format!("both generators of a matrix give `{key}`, with different values");
                    return Err(Stop::wrong(message, options.span()));
                }
                _ => combined.set(key, Value::string(text).written_as(&value)),
            }
        }
        Ok(combined)
    }
}
