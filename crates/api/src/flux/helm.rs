//! `HelmRelease` of helm-controller.

use std::fmt;

use gitops_model::{Resource, SourceRef};
use gitops_yaml::{Node, SmolStr, Span};

use super::groups::HELM_GROUP;
use super::kustomization::{Dependency, dependencies};
use crate::fields::{field, flag, items, namespace, source_ref, spec, text};

/// A HelmRelease.
#[derive(Debug, Clone, Copy)]
pub struct HelmRelease<'a>(&'a Resource);

/// The chart of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The chart's name or folder; absent where `chartRef` names the whole source.
    pub name: Option<SmolStr>,
    /// The version or range asked for.
    pub version: Option<SmolStr>,
    /// Where it comes from.
    pub source: SourceRef,
    /// The line that asks for the version, else for the chart.
    pub span: Span,
}

/// A ConfigMap or Secret that holds values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuesSource {
    /// `ConfigMap` or `Secret`.
    pub kind: SmolStr,
    /// Its name, in the release's namespace.
    pub name: SmolStr,
    /// The key that holds the values.
    pub key: SmolStr,
    /// Where in the values the content goes; absent where it is a whole values file.
    pub target_path: Option<SmolStr>,
    /// Whether it may be missing.
    pub optional: bool,
    /// Whether the content is taken as it is, whatever it looks like.
    pub literal: bool,
}

/// `ConfigMap web-values`, as people say it.
impl fmt::Display for ValuesSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

impl<'a> HelmRelease<'a> {
    /// The object as a HelmRelease, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        object.gvk.is(HELM_GROUP, "HelmRelease").then_some(Self(object))
    }

    /// The object.
    #[must_use]
    pub fn object(self) -> &'a Resource {
        self.0
    }

    /// Its chart.
    #[must_use]
    pub fn chart(self) -> Option<Chart> {
        if let Some(reference) = spec(self.0, &["chartRef"]) {
            let source = source_ref(self.0, reference)?;
            return Some(Chart { name: None, version: None, source, span: reference.span() });
        }
        let chart = spec(self.0, &["chart", "spec"])?;
        Some(Chart {
            name: field(chart, "chart").map(Into::into),
            version: field(chart, "version").map(Into::into),
            source: source_ref(self.0, chart.get("sourceRef")?)?,
            span: chart.get("version").or(chart.get("chart")).unwrap_or(chart).span(),
        })
    }

    /// The files of the chart's source that stand in for its own values, and whether one may be missing.
    #[must_use]
    pub fn values_files(self) -> (&'a [Node], bool) {
        let files = items(self.0, &["chart", "spec", "valuesFiles"]);
        (files, flag(self.0, &["chart", "spec", "ignoreMissingValuesFiles"]))
    }

    /// The inline values.
    #[must_use]
    pub fn values(self) -> Option<&'a Node> {
        spec(self.0, &["values"])
    }

    /// The objects that hold further values, in order.
    #[must_use]
    pub fn values_sources(self) -> Vec<ValuesSource> {
        let flag = |n: &Node, key: &str| n.get(key).and_then(Node::as_bool).unwrap_or_default();
        let read = |n: &Node| {
            Some(ValuesSource {
                kind: field(n, "kind")?.into(),
                name: field(n, "name")?.into(),
                key: field(n, "valuesKey").unwrap_or("values.yaml").into(),
                target_path: field(n, "targetPath").map(Into::into),
                optional: flag(n, "optional"),
                literal: flag(n, "literal"),
            })
        };
        items(self.0, &["valuesFrom"]).iter().filter_map(read).collect()
    }

    /// The namespace that the release is installed to.
    #[must_use]
    pub fn target_namespace(self) -> SmolStr {
        text(self.0, &["targetNamespace"]).map_or_else(|| namespace(self.0), Into::into)
    }

    /// The release's name in Helm: `releaseName`, else `[targetNamespace-]name`.
    #[must_use]
    pub fn release_name(self) -> SmolStr {
        if let Some(name) = text(self.0, &["releaseName"]) {
            return name.into();
        }
        match text(self.0, &["targetNamespace"]) {
            Some(target) => format!("{target}-{}", self.0.key.name).into(),
            None => self.0.key.name.clone(),
        }
    }

    /// Whether it is switched off.
    #[must_use]
    pub fn suspended(self) -> bool {
        flag(self.0, &["suspend"])
    }

    /// The releases that must be ready before it.
    #[must_use]
    pub fn depends_on(self) -> Vec<Dependency> {
        dependencies(self.0)
    }
}
