//! The variables of `postBuild`: from ConfigMaps and Secrets in the order listed, then those written inline.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use gitops_api::flux::{Kustomization, VariableSource};
use gitops_model::{ObjectKey, Problem, ProblemKind, Resource, Unchecked};
use gitops_yaml::{Entry, Exposure, Node, SmolStr, Span};

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Variable {
    /// Its value without line breaks; `None` where it is set but not known here.
    pub value: Option<SmolStr>,
    /// Whether the value may be shown.
    pub exposure: Exposure,
    /// The line that defines it.
    pub span: Span,
}

/// The variables of one Kustomization.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Variables {
    map: BTreeMap<SmolStr, Variable>,
    /// Whether some source of variables is not known, so that any name may be set.
    pub incomplete: bool,
    /// Whether expressions are substituted although nothing is set.
    pub always: bool,
}

/// ConfigMaps and Secrets of a cluster.
pub(crate) type Objects = BTreeMap<ObjectKey, Arc<Resource>>;

impl Variables {
    /// Collects the variables of a Kustomization. `configured` are those of the configuration, which stand
    /// in where a source is not in the repository.
    pub(crate) fn of(
        owner: Kustomization,
        objects: &Objects,
        configured: impl IntoIterator<Item = (SmolStr, Variable)>,
        gaps: &mut Vec<Unchecked>,
    ) -> Self {
        let mut variables = Self { always: owner.substitutes_always(), ..Self::default() };
        for source in owner.variable_sources() {
            let key = ObjectKey::new("", &source.kind, &owner.namespace(), &source.name);
            match objects.get(&key) {
                Some(object) => variables.add_object(object),
                None if source.optional => {}
                None => {
                    variables.incomplete = true;
                    gaps.push(missing(&key, &source));
                }
            }
        }
        if variables.incomplete {
            for (name, variable) in configured {
                variables.map.entry(name).or_insert(variable);
            }
        }
        for entry in owner.variables() {
            variables.add(entry, Exposure::Open);
        }
        variables
    }

    /// Whether anything is substituted at all.
    pub(crate) fn apply(&self) -> bool {
        self.always || self.incomplete || !self.map.is_empty()
    }

    /// The variable of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Variable> {
        self.map.get(name)
    }

    /// A name that the controller refuses, and with it the whole build.
    pub(crate) fn invalid_name(&self) -> Option<(&str, Span)> {
        let valid = |name: &str| {
            name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
                && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
        };
        self.map.iter().find(|(name, _)| !valid(name)).map(|(name, v)| (name.as_str(), v.span))
    }

    fn add_object(&mut self, object: &Resource) {
        let encrypted = object.at(&["sops"]).is_some();
        let secret = object.gvk.kind == "Secret";
        let exposure = if secret { Exposure::Secret } else { Exposure::Open };
        for entry in object.at(&["data"]).map(Node::entries).unwrap_or_default() {
            if encrypted {
                self.hide(entry, exposure);
            } else if secret {
                self.add_encoded(entry);
            } else {
                self.add(entry, exposure);
            }
        }
        if secret {
            for entry in object.at(&["stringData"]).map(Node::entries).unwrap_or_default() {
                if encrypted { self.hide(entry, exposure) } else { self.add(entry, exposure) }
            }
        }
    }

    fn add(&mut self, entry: &Entry, exposure: Exposure) {
        let Some(scalar) = entry.value.as_scalar() else { return };
        if scalar.exposure == Exposure::Unknown || scalar.text.starts_with("ENC[") {
            return self.hide(entry, exposure);
        }
        let value = Some(one_line(&scalar.text));
        let exposure = exposure.max(scalar.exposure);
        self.map.insert(entry.key.clone(), Variable { value, exposure, span: entry.value.span() });
    }

    fn add_encoded(&mut self, entry: &Entry) {
        let text = entry.value.text().unwrap_or_default().replace(['\n', ' '], "");
        let bytes = base64::engine::general_purpose::STANDARD.decode(text);
        let value = bytes.ok().map(|b| one_line(&String::from_utf8_lossy(&b)));
        let variable = Variable { value, exposure: Exposure::Secret, span: entry.value.span() };
        self.map.insert(entry.key.clone(), variable);
    }

    fn hide(&mut self, entry: &Entry, exposure: Exposure) {
        let exposure = exposure.max(Exposure::Unknown);
        let variable = Variable { value: None, exposure, span: entry.value.span() };
        self.map.insert(entry.key.clone(), variable);
    }
}

fn one_line(text: &str) -> SmolStr {
    text.replace('\n', "").into()
}

fn missing(key: &ObjectKey, source: &VariableSource) -> Unchecked {
    let why = "the object is not in the repository; give its values under `clusters` in the configuration";
    Unchecked::new(format!("variables of {key}"), why, Some(source.span))
}

/// What is wrong with a variable's name.
pub(crate) fn refused_name(name: &str, span: Span) -> Problem {
    let message =
        format!("`{name}` is no name of a variable, so nothing of the Kustomization is built");
    Problem::new(ProblemKind::Substitution, message, Some(span))
        .help("use letters, digits and `_`, and begin with no digit")
}
