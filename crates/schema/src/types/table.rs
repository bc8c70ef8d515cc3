//! The structures of built-in kinds, in the newest release and in older ones. The table is read once; a
//! kind is resolved when it is first asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gitops_model::{Gvk, KubernetesVersion};
use gitops_yaml::SmolStr;

use super::notation::field;
use super::older::older;
use super::structure::{Struct, Type};

/// A structure: its fields, each with its notation.
type Fields = BTreeMap<&'static str, &'static str>;

/// Every structure by group and version, then by name.
type Sections = BTreeMap<&'static str, BTreeMap<&'static str, Fields>>;

fn sections() -> &'static Sections {
    static SECTIONS: OnceLock<Sections> = OnceLock::new();
    SECTIONS.get_or_init(|| serde_json::from_str(crate::tables::TYPES).unwrap_or_default())
}

/// The structures of Flux and Argo CD. Their patterns have backslashes, so texts are not borrowed.
fn delivery() -> &'static Sections {
    type Owned<T> = BTreeMap<String, T>;
    static OWNED: OnceLock<Owned<Owned<Owned<String>>>> = OnceLock::new();
    static SECTIONS: OnceLock<Sections> = OnceLock::new();
    let owned = OWNED
        .get_or_init(|| serde_json::from_str(crate::tables::TYPES_DELIVERY).unwrap_or_default());
    SECTIONS.get_or_init(|| by_text(owned, |all| by_text(all, |of| by_text(of, String::as_str))))
}

/// A map whose keys are borrowed from another.
fn by_text<'m, T, U>(
    map: &'m BTreeMap<String, T>,
    value: impl Fn(&'m T) -> U,
) -> BTreeMap<&'m str, U> {
    map.iter().map(|(key, inner)| (key.as_str(), value(inner))).collect()
}

/// What is asked of the fields of structures beyond their types, to be read behind their notation.
fn forms() -> &'static Sections {
    static SECTIONS: OnceLock<Sections> = OnceLock::new();
    SECTIONS.get_or_init(|| serde_json::from_str(crate::tables::FORMS).unwrap_or_default())
}

/// The form of the names of a kind.
pub(crate) fn name_form(gvk: &Gvk) -> &'static str {
    let own = forms().get(section_of(gvk).as_str()).and_then(|kinds| kinds.get(gvk.kind.as_str()));
    own.and_then(|fields| fields.get("$name")).copied().unwrap_or("dns-subdomain")
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

/// The structure of a kind of Flux or Argo CD in this version, as the releases that are known define it.
#[must_use]
pub fn delivery_kind(gvk: &Gvk) -> Option<&'static Struct> {
    let section = section_of(gvk);
    let known = delivery().contains_key(section.as_str());
    known.then(|| resolved(&section, &gvk.kind, KubernetesVersion::NEWEST.minor))?
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
        let is_custom = delivery().get(section).is_some_and(|known| known.contains_key(name));
        let atomic = fields.get("$").is_some_and(|rule| *rule == "atomic");
        let fields = fields
            .iter()
            .filter(|(key, _)| **key != "$")
            .map(|(key, text)| {
                let form = forms().get(section).and_then(|s| s.get(name)?.get(key));
                let text = form.map_or((*text).into(), |form| Cow::from(format!("{text} {form}")));
                let mut field = field(&text, &mut |other| self.named(section, other));
                // Custom resources are not decoded into Go's types, where nothing and empty are the same.
                field.pointer |= is_custom;
                (SmolStr::new(key), field)
            })
            .collect();
        self.depth -= 1;
        let made = Arc::new(Struct { name: id.clone(), fields, atomic, open: false });
        self.done.insert(id, made.clone());
        Type::Struct(made)
    }

    /// The notation of a structure's fields in this release.
    fn fields(&self, section: &str, name: &str) -> Option<Fields> {
        let tables = [sections(), delivery()];
        let mut fields =
            tables.into_iter().find_map(|table| table.get(section)?.get(name)).cloned();
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
            for (section, structures) in sections().iter().chain(delivery()) {
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
    fn every_form_is_that_of_a_field() {
        for (section, structures) in forms() {
            for (name, fields) in structures {
                let known = sections().get(section).and_then(|s| s.get(name));
                let known = known.unwrap_or_else(|| panic!("no structure {section}.{name}"));
                for (key, text) in fields {
                    assert!(*key == "$name" || known.contains_key(key), "{section}.{name}.{key}");
                    let words = if *key == "$name" { format!("is {text}") } else { (*text).into() };
                    let read = field(&format!("any {words}"), &mut |_| Type::Any);
                    assert!(read.limits.is_some(), "{section}.{name}.{key}: {text}");
                }
            }
        }
    }

    #[test]
    fn kinds_of_flux_and_argo_cd_are_known() {
        let kinds = delivery().iter().flat_map(|(section, structures)| {
            let kinds = structures.iter().filter(|(_, fields)| fields.contains_key("metadata"));
            kinds.map(|(name, _)| Gvk::new(section, name)).collect::<Vec<_>>()
        });
        let known: Vec<Gvk> = kinds.filter(|gvk| delivery_kind(gvk).is_some()).collect();
        for (group, kinds) in [
            ("argoproj.io/v1alpha1", "AppProject Application ApplicationSet"),
            ("fluxcd.controlplane.io/v1", "FluxInstance ResourceSet ResourceSetInputProvider"),
            ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
            ("image.toolkit.fluxcd.io/v1", "ImagePolicy ImageRepository ImageUpdateAutomation"),
            ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
            ("notification.toolkit.fluxcd.io/v1", "Receiver"),
            ("notification.toolkit.fluxcd.io/v1beta3", "Alert Provider"),
            ("source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator"),
            (
                "source.toolkit.fluxcd.io/v1",
                "Bucket ExternalArtifact GitRepository HelmChart HelmRepository OCIRepository",
            ),
        ] {
            for kind in kinds.split(' ') {
                assert!(known.contains(&Gvk::new(group, kind)), "{group} {kind}");
            }
        }
        assert!(delivery_kind(&Gvk::new("apps/v1", "Deployment")).is_none());
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
