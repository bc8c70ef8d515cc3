//! The notation of `schemas/tables/types.yaml`: `?[Volume] by name merge name retain`; that of
//! `types-delivery.yaml` and `forms.yaml` too: `string from 1 to 63 is dns-label`.

use std::sync::Arc;

use gitops_yaml::SmolStr;

use super::structure::{Field, Limits, List, Map, Pairing, Type};
use crate::format::Format;

/// Reads a field; `named` finds a structure.
pub(super) fn field(text: &str, named: &mut dyn FnMut(&str) -> Type) -> Field {
    let (pointer, text) = text.strip_prefix('?').map_or((false, text), |rest| (true, rest));
    let (text, pattern) =
        text.split_once(" matches ").map_or((text, None), |(text, r)| (text, Some(r.into())));
    let mut words = text.split(' ');
    let ty = words.next().unwrap_or_default();
    let rules = Rules::read(words);
    let (retain_keys, required) = (rules.retain, rules.required);
    let limits = Limits { pattern, ..rules.limits.clone() };
    let limits = (!limits.is_empty()).then(|| Arc::new(limits));
    Field { ty: resolve(ty, rules, named), pointer, retain_keys, required, limits, default: None }
}

#[derive(Default)]
struct Rules {
    atomic: bool,
    set: bool,
    keys: Option<String>,
    patch: Option<Option<String>>,
    retain: bool,
    required: bool,
    limits: Limits,
}

/// The words that say something of a field.
const WORDS: [&str; 8] = ["retain", "by", "required", "from", "to", "is", "keys", "unique"];

impl Rules {
    fn read<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut rules = Self::default();
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            match word {
                "atomic" => rules.atomic = true,
                "set" => rules.set = true,
                "retain" => rules.retain = true,
                "required" => rules.required = true,
                "from" => rules.limits.least = words.next().and_then(|n| n.parse().ok()),
                "to" => rules.limits.most = words.next().and_then(|n| n.parse().ok()),
                "is" => rules.limits.form = words.next().and_then(Format::of_text),
                "keys" => rules.limits.keys = words.next().and_then(Format::of_text),
                "values" => rules.limits.values = words.next().and_then(Format::of_text),
                "unique" => rules.limits.unique = words.next().map(Into::into),
                "by" => rules.keys = words.next().map(str::to_owned),
                "merge" => {
                    let key = words.next_if(|w| !WORDS.contains(w));
                    rules.patch = Some(key.map(str::to_owned));
                }
                _ => {}
            }
        }
        rules
    }

    fn pairing(&self) -> Pairing {
        match &self.keys {
            Some(keys) => Pairing::Keys(keys.split(',').map(Into::into).collect()),
            None if self.set => Pairing::Set,
            None => Pairing::Atomic,
        }
    }

    fn patch(&self) -> Pairing {
        match &self.patch {
            Some(Some(key)) => Pairing::Keys(vec![key.as_str().into()]),
            Some(None) => Pairing::Set,
            None => Pairing::Atomic,
        }
    }
}

fn resolve(text: &str, rules: Rules, named: &mut dyn FnMut(&str) -> Type) -> Type {
    if let Some(item) = inner(text, '[', ']') {
        let (pairing, patch) = (rules.pairing(), rules.patch());
        return Type::List(Arc::new(List { item: plain(item, named), pairing, patch }));
    }
    if let Some(value) = inner(text, '{', '}') {
        return Type::Map(Arc::new(Map { value: plain(value, named), atomic: rules.atomic }));
    }
    if let Some(values) = text.strip_prefix('=') {
        return Type::Enum(values.split('|').map(SmolStr::new).collect());
    }
    match text {
        "any" => Type::Any,
        "string" => Type::String,
        "bool" => Type::Bool,
        "int" => Type::Int,
        "long" => Type::Long,
        "float" => Type::Float,
        "bytes" => Type::Bytes,
        "duration" => Type::Duration,
        "time" => Type::Time,
        "quantity" => Type::Quantity,
        "int-or-string" => Type::IntOrString,
        name => named(name),
    }
}

fn plain(text: &str, named: &mut dyn FnMut(&str) -> Type) -> Type {
    resolve(text, Rules::default(), named)
}

fn inner(text: &str, open: char, close: char) -> Option<&str> {
    text.strip_prefix(open)?.strip_suffix(close)
}
