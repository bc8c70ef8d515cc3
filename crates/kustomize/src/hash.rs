//! The suffix that generated names get: a hash of what was generated.

use gitops_yaml::{Node, Value};
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::fields::{Tag, written};
use crate::id::Kinds;
use crate::json::{encode, quote};
use crate::object::Object;
use crate::resources::Resources;

/// Appends the hash to every name that wants one.
pub(crate) fn append(resources: &mut Resources, kinds: &Kinds) -> Result<()> {
    for object in resources.0.iter_mut().filter(|o| o.history.needs_hash) {
        let hash = shortened(&Sha256::digest(content(object).as_bytes()));
        object.push_previous(kinds);
        let name = object.name();
        object.stable_name = Some(name.clone());
        if let Some(node) = object.body.at_mut(&["metadata", "name"]) {
            let new = format!("{name}-{hash}");
            let mut renamed = written(node, new, Tag::Implied, "generators", node.span())?;
            renamed.origin = node.origin.clone();
            *node = renamed;
        }
    }
    Ok(())
}

/// The first ten hexadecimal digits, with letters for those that could spell something.
fn shortened(digest: &[u8]) -> String {
    let digits = digest.iter().flat_map(|b| [b >> 4, b & 15]).take(10);
    digits.map(|d| char::from(b"gh2k456789mbcdtf"[usize::from(d)])).collect()
}

/// What is hashed. The name is there, but kustomize looks for it under a key that does not exist.
fn content(object: &Object) -> String {
    let body = &object.body;
    match object.gvk().kind.as_str() {
        "ConfigMap" => {
            let mut fields = vec![];
            fields.extend(map_field("binaryData", body));
            fields.push(field("data", body.get("data")));
            fields.push(text_field("kind", "ConfigMap"));
            fields.push(text_field("name", ""));
            format!("{{{}}}", fields.join(","))
        }
        "Secret" => {
            let mut fields = vec![field("data", body.get("data"))];
            fields.push(text_field("kind", "Secret"));
            fields.push(text_field("name", ""));
            fields.extend(map_field("stringData", body));
            fields.push(field("type", body.get("type")));
            format!("{{{}}}", fields.join(","))
        }
        // kustomize hashes its parser's own tree here, which nothing else has.
        _ => {
            let mut out = String::new();
            encode(body, &mut out);
            out
        }
    }
}

fn text_field(name: &str, text: &str) -> String {
    let mut out = format!("\"{name}\":");
    quote(text, &mut out);
    out
}

/// A field as it is hashed: scalars as strings, and what is absent as an empty one.
fn field(name: &str, node: Option<&Node>) -> String {
    match node.map(|n| (&n.value, n)) {
        None => text_field(name, ""),
        Some((Value::Scalar(s), _)) => text_field(name, &s.text),
        Some((_, node)) => {
            let mut out = format!("\"{name}\":");
            encode(node, &mut out);
            out
        }
    }
}

fn map_field(name: &str, body: &Node) -> Option<String> {
    body.get(name).filter(|n| n.as_map().is_some()).map(|n| field(name, Some(n)))
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn digits_that_could_spell_become_letters() {
        assert_eq!(shortened(&[0x01, 0x3a, 0xe2, 0x45, 0xff]), "ghkmt245ff");
    }
}
