//! `schemas/tables/types.yaml`, read once; a kind is resolved when it is first asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gitops_model::Gvk;
use gitops_yaml::SmolStr;

use super::notation::field;
use super::{Struct, Type};

/// The structures of one group and version by name; each maps its fields to their notation.
type Section = BTreeMap<SmolStr, BTreeMap<SmolStr, SmolStr>>;

fn sections() -> &'static BTreeMap<SmolStr, Section> {
    static SECTIONS: OnceLock<BTreeMap<SmolStr, Section>> = OnceLock::new();
    SECTIONS.get_or_init(|| serde_json::from_str(crate::tables::TYPES).unwrap_or_default())
}

/// The structure of a built-in kind. Where the version asked for is not known, that of the same
/// group's most stable version.
#[must_use]
pub fn kind(gvk: &Gvk) -> Option<&'static Struct> {
    static KINDS: OnceLock<Mutex<BTreeMap<Gvk, Option<&'static Struct>>>> = OnceLock::new();
    let kinds = KINDS.get_or_init(Mutex::default);
    let mut kinds = kinds.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kinds.get(gvk) {
        return *known;
    }
    let resolved = resolve_kind(gvk).map(|s| &*Box::leak(Box::new(s)));
    kinds.insert(gvk.clone(), resolved);
    resolved
}

fn resolve_kind(gvk: &Gvk) -> Option<Struct> {
    let group = if gvk.group.is_empty() { "core" } else { gvk.group.as_str() };
    let holds = |section: &Section| {
        section.get(&gvk.kind).is_some_and(|fields| fields.contains_key("metadata"))
    };
    let exact = SmolStr::from(format!("{group}/{}", gvk.version));
    let section = match sections().get(&exact).filter(|s| holds(s)) {
        Some(_) => exact,
        None => sections()
            .iter()
            .find(|(name, s)| name.rsplit_once('/').is_some_and(|(g, _)| g == group) && holds(s))
            .map(|(name, _)| name.clone())?,
    };
    match Resolver::default().named(&section, &gvk.kind) {
        Type::Struct(found) => Some(found.as_ref().clone()),
        _ => None,
    }
}

#[derive(Default)]
struct Resolver {
    done: BTreeMap<SmolStr, Arc<Struct>>,
    depth: usize,
}

impl Resolver {
    /// The structure of a name in a section, or of a qualified name.
    fn named(&mut self, section: &str, name: &str) -> Type {
        let (section, name) = match name.rfind('/').and_then(|slash| {
            let dot = slash + name[slash..].find('.')?;
            Some((&name[..dot], &name[dot + 1..]))
        }) {
            Some((other, bare)) => (other, bare),
            None => (section, name),
        };
        let id = SmolStr::from(format!("{section}.{name}"));
        if let Some(done) = self.done.get(&id) {
            return Type::Struct(done.clone());
        }
        let Some(fields) = sections().get(section).and_then(|s| s.get(name)) else {
            return Type::Any;
        };
        if self.depth > 64 {
            return Type::Any;
        }
        self.depth += 1;
        let atomic = fields.get("$").is_some_and(|rule| rule == "atomic");
        let fields = fields
            .iter()
            .filter(|(key, _)| *key != "$")
            .map(|(key, text)| (key.clone(), field(text, &mut |other| self.named(section, other))))
            .collect();
        self.depth -= 1;
        let made = Arc::new(Struct { name: id.clone(), fields, atomic, open: false });
        self.done.insert(id, made.clone());
        Type::Struct(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_structure_that_is_named_is_known() {
        let table: BTreeMap<SmolStr, Section> =
            serde_json::from_str(crate::tables::TYPES).expect("well formed");
        for (section, structures) in &table {
            for (name, fields) in structures {
                for (key, text) in fields.iter().filter(|(key, _)| *key != "$") {
                    field(text, &mut |other| {
                        let ty = Resolver::default().named(section, other);
                        assert!(matches!(ty, Type::Struct(_)), "{section}.{name}.{key}: {other}");
                        ty
                    });
                }
            }
        }
    }

    #[test]
    fn kinds_are_found_in_any_version() {
        assert!(kind(&Gvk::new("apps/v1", "Deployment")).is_some());
        assert!(kind(&Gvk::new("apps/v1beta2", "Deployment")).is_some());
        assert!(kind(&Gvk::new("v1", "PodTemplateSpec")).is_some_and(|s| s.fields.len() == 2));
        assert!(kind(&Gvk::new("example.com/v1", "Deployment")).is_none());
    }
}
