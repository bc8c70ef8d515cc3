//! Where transformers read and write: kustomize's default field specs, and what `configurations` and `crds`
//! add to them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gitops_model::Gvk;
use gitops_schema::field_specs::{self, FIELD_SPECS, FieldSpec as FieldSpecRow, NAME_REFERENCES};
use gitops_yaml::{Node, SmolStr};

use crate::decode::{Decode, Field, Reader, Text, record, text};
use crate::error::{Context as _, Error, Result};
use crate::id::Id;

record! {
    /// A path in objects of some kinds, as a configuration writes it.
    FieldSpec {
        group: Option<Text> = "group",
        version: Option<Text> = "version",
        kind: Option<Text> = "kind",
        path: Option<Text> = "path",
        create: bool = "create",
    }
}

record! {
    NameReferenceSpec {
        group: Option<Text> = "group",
        version: Option<Text> = "version",
        kind: Option<Text> = "kind",
        from: Vec<FieldSpec> = "fieldSpecs",
    }
}

/// A path in objects of some kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    /// The kinds; empty parts match any.
    pub(crate) gvk: Gvk,
    pub(crate) path: SmolStr,
    /// Whether the path is made where it is absent.
    pub(crate) create: bool,
}

/// Which fields hold the names of one kind of object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameReference {
    pub(crate) to: Gvk,
    pub(crate) from: Vec<Spec>,
}

/// The field specs of all transformers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    /// By the name of the transformer, `nameReference` aside.
    specs: BTreeMap<&'static str, Vec<Spec>>,
    pub(crate) name_references: Vec<NameReference>,
    name_fields: NameFields,
}

/// A field that holds a name, of the kind that is known, and what kind it names.
type NameField = (Gvk, Spec);

/// The fields of each kind that hold names, found once. A copy, which may be changed, starts without.
#[derive(Debug, Default)]
struct NameFields(Mutex<HashMap<Gvk, Arc<[NameField]>>>);

impl Clone for NameFields {
    fn clone(&self) -> Self {
        Self::default()
    }
}

const LISTS: [&str; 11] = [
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "templateLabels",
    "volumeClaimTemplateLabels",
    "commonAnnotations",
    "varReference",
    "images",
    "replicas",
];

/// The kinds that three optional parts select.
pub(crate) fn selected(group: &Option<Text>, version: &Option<Text>, kind: &Option<Text>) -> Gvk {
    Gvk { group: text(group).into(), version: text(version).into(), kind: text(kind).into() }
}

impl From<&FieldSpec> for Spec {
    fn from(spec: &FieldSpec) -> Self {
        let gvk = selected(&spec.group, &spec.version, &spec.kind);
        Self { gvk, path: text(&spec.path).into(), create: spec.create }
    }
}

impl From<&NameReferenceSpec> for NameReference {
    fn from(spec: &NameReferenceSpec) -> Self {
        let to = selected(&spec.group, &spec.version, &spec.kind);
        Self { to, from: spec.from.iter().map(Spec::from).collect() }
    }
}

impl Config {
    /// kustomize's defaults.
    pub(crate) fn defaults() -> &'static Arc<Self> {
        static DEFAULTS: OnceLock<Arc<Config>> = OnceLock::new();
        DEFAULTS.get_or_init(|| {
            let specs = FIELD_SPECS.iter().map(|(name, specs)| (*name, known_specs(specs)));
            let references = NAME_REFERENCES.iter();
            let references = references
                .map(|(to, from)| NameReference { to: known_gvk(to), from: known_specs(from) });
            let (specs, name_references) = (specs.collect(), references.collect());
            Arc::new(Self { specs, name_references, ..Self::default() })
        })
    }

    pub(crate) fn specs(&self, transformer: &str) -> &[Spec] {
        self.specs.get(transformer).map(Vec::as_slice).unwrap_or_default()
    }

    /// The fields of a kind that hold names, with the kinds that they name.
    pub(crate) fn name_fields(&self, kind: &Gvk) -> Arc<[NameField]> {
        let mut known = self.name_fields.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fields) = known.get(kind) {
            return fields.clone();
        }
        let references = self.name_references.iter();
        let fields = references.flat_map(|r| r.from.iter().map(move |spec| (&r.to, spec)));
        let of_kind = fields.filter(|(_, spec)| Id::selects(&spec.gvk, kind));
        let any = |spec: &Spec| Spec { gvk: Gvk::default(), ..spec.clone() };
        let of_kind = of_kind.map(|(to, spec)| (to.clone(), any(spec))).collect();
        known.entry(kind.clone()).or_insert(of_kind).clone()
    }

    /// Adds one spec, as a merge would.
    pub(crate) fn add(&mut self, transformer: &'static str, spec: Spec) -> Result<()> {
        merge_one(self.specs.entry(transformer).or_default(), spec)
    }

    pub(crate) fn add_name_reference(&mut self, to: Gvk, from: Vec<Spec>) -> Result<()> {
        match self.name_references.iter_mut().find(|r| r.to == to) {
            Some(known) => merge_all(&mut known.from, &from),
            None => {
                self.name_references.push(NameReference { to, from });
                Ok(())
            }
        }
    }

    /// Reads the file of a `configurations` entry.
    pub(crate) fn read(node: &Node) -> Result<Self> {
        let field = Field::new("configurations", Reader::Configuration);
        let mut config = Self::default();
        for entry in node.entries() {
            let is = |name: &str| entry.key.eq_ignore_ascii_case(name);
            if let Some(list) = LISTS.into_iter().find(|name| is(name)) {
                let specs: Vec<FieldSpec> = Decode::decode(&entry.value, field.named(list))?;
                config.specs.insert(list, specs.iter().map(Spec::from).collect());
            } else if is("nameReference") {
                let references: Vec<NameReferenceSpec> = Decode::decode(&entry.value, field)?;
                config.name_references.extend(references.iter().map(NameReference::from));
            } else {
                let message = format!("json: unknown field {:?}", entry.key.as_str());
                return Err(Error::at(message, entry.key_span));
            }
        }
        config.sort();
        Ok(config)
    }

    /// This configuration with another on top.
    pub(crate) fn merged(self: &Arc<Self>, other: &Arc<Self>) -> Result<Arc<Self>> {
        let defaults = Self::defaults();
        if Arc::ptr_eq(self, other) || other.is_empty() {
            return Ok(self.clone());
        }
        // Merging with nothing is no empty step: of two specs the more general one may go.
        if self.is_empty() && Arc::ptr_eq(other, defaults) {
            return Ok(other.clone());
        }
        let mut merged = (**self).clone();
        for (name, specs) in &other.specs {
            let into = merged.specs.entry(name).or_default();
            merge_all(into, specs).context(format!("failed to merge {name} fieldSpec"))?;
        }
        for reference in &other.name_references {
            merged.add_name_reference(reference.to.clone(), reference.from.clone())?;
        }
        merged.sort();
        Ok(Arc::new(merged))
    }

    fn is_empty(&self) -> bool {
        self.specs.is_empty() && self.name_references.is_empty()
    }

    fn sort(&mut self) {
        self.specs
            .values_mut()
            .for_each(|specs| specs.sort_by_cached_key(|s| crate::rank::rank(&s.gvk)));
        self.name_references.sort_by_cached_key(|r| crate::rank::rank(&r.to));
    }
}

/// Adds specs that are not yet there.
pub(crate) fn merge_all(into: &mut Vec<Spec>, from: &[Spec]) -> Result<()> {
    from.iter().try_for_each(|spec| merge_one(into, spec.clone()))
}

fn merge_one(into: &mut Vec<Spec>, spec: Spec) -> Result<()> {
    let known = into.iter().find(|s| s.path == spec.path && Id::selects(&spec.gvk, &s.gvk));
    match known {
        Some(known) if known.create != spec.create => {
            let message = format!("conflicting fieldspecs for `{}`", spec.path);
            Err(Error::new(message, None))
        }
        Some(_) => Ok(()),
        None => {
            into.push(spec);
            Ok(())
        }
    }
}

/// A gvk of the defaults.
fn known_gvk(gvk: &field_specs::Gvk) -> Gvk {
    let part = SmolStr::new_static;
    Gvk { group: part(gvk.group), version: part(gvk.version), kind: part(gvk.kind) }
}

fn known_specs(specs: &[FieldSpecRow]) -> Vec<Spec> {
    let known = |spec: &FieldSpecRow| Spec {
        gvk: known_gvk(&spec.gvk),
        path: SmolStr::new_static(spec.path),
        create: spec.create,
    };
    specs.iter().map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn pods_are_found_where_each_kind_keeps_them() {
        let config = Config::defaults();
        let reference = config.name_references.iter().find(|r| r.to.kind == "ConfigMap").unwrap();
        let path = |kind: &str| {
            let spec = reference.from.iter().find(|s| s.gvk.kind == kind).unwrap();
            spec.path.to_string()
        };
        assert_eq!(path("Pod"), "spec/volumes/configMap/name");
        assert_eq!(path("CronJob"), "spec/jobTemplate/spec/template/spec/volumes/configMap/name");
    }

    #[test]
    fn the_defaults_are_sorted() {
        let mut sorted = Config::clone(Config::defaults());
        sorted.sort();
        assert_eq!(sorted.specs, Config::defaults().specs);
        assert_eq!(sorted.name_references, Config::defaults().name_references);
    }
}
