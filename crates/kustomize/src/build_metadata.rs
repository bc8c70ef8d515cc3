//! `buildMetadata`: annotations that say where an object and its changes come from.

use gitops_yaml::{SmolStr, Span};

use crate::annotations::{ORIGIN, TRANSFORMATIONS};
use crate::object::Object;
use crate::remote::RepoSpec;
use crate::resources::Resources;
use gitops_model::clean_path;

/// Where a step stands: a path from the root, or in a remote repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) repo: Option<String>,
    pub(crate) reference: Option<String>,
}

/// Who configured a step.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConfiguredBy {
    pub(crate) api_version: SmolStr,
    pub(crate) kind: SmolStr,
    pub(crate) name: SmolStr,
    pub(crate) namespace: SmolStr,
}

impl Place {
    /// The place that a path named here leads to.
    pub(crate) fn join(&self, path: &str) -> Self {
        if let Some(spec) = RepoSpec::parse(path) {
            return Self {
                path: spec.directory,
                repo: Some(spec.repository),
                reference: spec.reference,
            };
        }
        Self { path: joined(&self.path, path), ..self.clone() }
    }

    /// The origin of an object that a file holds.
    pub(crate) fn of_file(&self) -> String {
        self.fields("path", None)
    }

    /// The origin of what a step of the file here makes or changes.
    pub(crate) fn of_step(&self, by: &ConfiguredBy) -> String {
        self.fields("configuredIn", Some(by))
    }

    fn fields(&self, path_field: &str, by: Option<&ConfiguredBy>) -> String {
        let mut out = String::new();
        let mut field = |name: &str, value: &str| {
            if !value.is_empty() {
                out.push_str(&format!("{name}: {}\n", quoted(value)));
            }
        };
        if by.is_none() {
            field(path_field, &self.path);
        }
        field("repo", self.repo.as_deref().unwrap_or_default());
        field("ref", self.reference.as_deref().unwrap_or_default());
        let Some(by) = by else { return out };
        field(path_field, &self.path);
        out.push_str("configuredBy:\n");
        let parts = [
            ("apiVersion", &by.api_version),
            ("kind", &by.kind),
            ("name", &by.name),
            ("namespace", &by.namespace),
        ];
        for (name, value) in parts.into_iter().filter(|(_, v)| !v.is_empty()) {
            out.push_str(&format!("  {name}: {}\n", quoted(value)));
        }
        out
    }
}

/// A path from another one; it may lead above the root.
fn joined(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    clean_path(&joined).map_or(joined.clone(), |_| joined)
}

fn quoted(value: &str) -> String {
    let is_text = |dialect| gitops_yaml::resolve(value, dialect) == gitops_yaml::ScalarKind::Str;
    let plain = is_text(gitops_yaml::Dialect::Kustomize) && is_text(gitops_yaml::Dialect::Kubectl);
    if plain { value.to_owned() } else { format!("{value:?}") }
}

/// Notes on every object that a step has changed what it was.
pub(crate) fn note_step(resources: &mut Resources, step: &str, span: Span) {
    for object in &mut resources.0 {
        object.rewrite_annotations();
        if object.annotation(ORIGIN).is_none() {
            object.set_annotation(ORIGIN, step, span);
        } else {
            add_transformation(object, step, span);
        }
    }
}

fn add_transformation(object: &mut Object, step: &str, span: Span) {
    let mut all = object.annotation(TRANSFORMATIONS).unwrap_or_default().to_owned();
    for (i, line) in step.lines().enumerate() {
        all.push_str(if i == 0 { "- " } else { "  " });
        all.push_str(line);
        all.push('\n');
    }
    object.set_annotation(TRANSFORMATIONS, &all, span);
}
