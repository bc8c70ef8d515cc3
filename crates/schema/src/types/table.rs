//! The structures of built-in kinds, in the newest release and in older ones. The table is read once; a
//! kind is resolved when it is first asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gitops_model::{Gvk, KubernetesVersion};
use gitops_yaml::SmolStr;

use super::notation::field;
use super::older::older;
use super::{Struct, Type};

/// A structure: its fields, each with its notation.
type Fields = BTreeMap<&'static str, &'static str>;

/// Every structure by group and version, then by name.
type Sections = BTreeMap<&'static str, BTreeMap<&'static str, Fields>>;

fn sections() -> &'static Sections {
    static SECTIONS: OnceLock<Sections> = OnceLock::new();
    SECTIONS.get_or_init(|| serde_json::from_str(crate::tables::TYPES).unwrap_or_default())
}

/// The structure of a built-in kind. Where the version asked for is not known, that of the same
/// group's most stable version.
#[must_use]
pub fn kind(gvk: &Gvk) -> Option<&'static Struct> {
    resolved(section(gvk)?, &gvk.kind, KubernetesVersion::NEWEST.minor)
}

/// Whether an alpha version of a kind is not known, and no stable one that could stand for it: what another
/// alpha version says may be something else.
#[must_use]
pub fn is_other_alpha(gvk: &Gvk) -> bool {
    section(gvk).is_some_and(|known| known.contains("alpha") && known != section_of(gvk))
}

/// The section that describes a kind: that of its version, else of the most stable one of its group.
fn section(gvk: &Gvk) -> Option<&'static str> {
    let exact = section_of(gvk);
    let holds = |name: &&str| {
        let structure = sections().get(*name).and_then(|s| s.get(gvk.kind.as_str()));
        // Every object has metadata.
        structure.is_some_and(|fields| fields.contains_key("metadata"))
    };
    let group = exact.rsplit_once('/').map(|(group, _)| group);
    let same_group = |name: &&str| name.rsplit_once('/').map(|(group, _)| group) == group;
    let order = |name: &&str| (*name != exact, name.contains("alpha"), name.contains("beta"));
    sections().keys().copied().filter(same_group).filter(holds).min_by_key(order)
}

/// The structure of a built-in kind as a release serves it: `None` where it does not serve this version
/// of the kind. Of releases older than the oldest that is known, what the oldest serves.
#[must_use]
pub fn served(gvk: &Gvk, release: KubernetesVersion) -> Option<&'static Struct> {
    resolved(&section_of(gvk), &gvk.kind, release.minor.min(KubernetesVersion::NEWEST.minor))
}

fn section_of(gvk: &Gvk) -> String {
    let group = if gvk.group.is_empty() { "core" } else { gvk.group.as_str() };
    format!("{group}/{}", gvk.version)
}

fn resolved(section: &str, name: &str, minor: u32) -> Option<&'static Struct> {
    type Known = BTreeMap<(SmolStr, SmolStr, u32), Option<&'static Struct>>;
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry((section.into(), name.into(), minor)).or_insert_with(|| {
        let mut resolver = Resolver { done: BTreeMap::new(), depth: 0, minor };
        match resolver.named(section, name) {
            Type::Struct(found) if found.fields.contains_key("metadata") => {
                Some(&*Box::leak(Box::new(found.as_ref().clone())))
            }
            _ => None,
        }
    })
}

struct Resolver {
    done: BTreeMap<SmolStr, Arc<Struct>>,
    depth: usize,
    minor: u32,
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
        let Some(fields) = self.fields(section, name).filter(|_| self.depth <= 64) else {
            return Type::Any;
        };
        self.depth += 1;
        let atomic = fields.get("$").is_some_and(|rule| *rule == "atomic");
        let fields = fields
            .iter()
            .filter(|(key, _)| **key != "$")
            .map(|(key, text)| {
                (SmolStr::new(key), field(text, &mut |other| self.named(section, other)))
            })
            .collect();
        self.depth -= 1;
        let made = Arc::new(Struct { name: id.clone(), fields, atomic, open: false });
        self.done.insert(id, made.clone());
        Type::Struct(made)
    }

    /// The notation of a structure's fields in this release.
    fn fields(&self, section: &str, name: &str) -> Option<Fields> {
        let mut fields = sections().get(section).and_then(|s| s.get(name)).cloned();
        for (_, release) in older().range(self.minor..).rev() {
            release.apply(section, name, &mut fields);
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_structure_that_is_named_is_known() {
        for minor in 33..=KubernetesVersion::NEWEST.minor {
            for (section, structures) in sections() {
                for name in structures.keys() {
                    let mut resolver = Resolver { done: BTreeMap::new(), depth: 0, minor };
                    for (key, text) in resolver.fields(section, name).into_iter().flatten() {
                        if key == "$" {
                            continue;
                        }
                        field(text, &mut |other| {
                            let ty = resolver.named(section, other);
                            assert!(
                                matches!(ty, Type::Struct(_)),
                                "{section}.{name}.{key}: {other} in 1.{minor}"
                            );
                            ty
                        });
                    }
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

    #[test]
    fn a_release_serves_what_it_has() {
        let policy = Gvk::new("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy");
        let at = |minor| served(&policy, KubernetesVersion { major: 1, minor });
        assert!(at(36).is_some() && at(37).is_some() && at(35).is_none());
        let pod = |minor| {
            let release = KubernetesVersion { major: 1, minor };
            let known = served(&Gvk::new("v1", "Pod"), release).expect("pods are served");
            let Type::Struct(spec) = &known.fields["spec"].ty else { panic!("a structure") };
            spec.fields.contains_key("hostnameOverride")
        };
        assert!(pod(36) && pod(34) && !pod(33));
        assert!(
            served(&Gvk::new("apps/v1beta2", "Deployment"), KubernetesVersion::NEWEST).is_none()
        );
    }
}
