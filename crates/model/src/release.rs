//! Charts that controllers install. Their content is not rendered; which chart it is, and the values that
//! it is given, are known all the same.

use std::sync::Arc;

use gitops_yaml::{ContentId, Node, SmolStr, Span};

use crate::{Resource, UnitId};

/// One chart with its values, as a HelmRelease or an Argo CD Application installs it.
#[derive(Debug, Clone)]
pub struct Release {
    /// The object that asks for it.
    pub object: Arc<Resource>,
    /// What applies that object; of an Application, the Application itself.
    pub unit: UnitId,
    /// Which chart.
    pub chart: Chart,
    /// All values that the chart is given: a map, each value with the line that wrote it. Its own defaults
    /// are not among them. What is not known stands under the name of the object that holds it.
    pub values: Node,
}

/// Which chart, in which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Its name, or its folder in a repository.
    pub name: SmolStr,
    /// The version or range of versions; empty where the newest is taken.
    pub version: SmolStr,
    /// Where it comes from: the object that declares the registry or repository, or its address.
    pub source: SmolStr,
    /// Hash of its files, where it stands in a repository at hand.
    pub content: Option<ContentId>,
    /// The line that asks for the version, else for the chart.
    pub span: Span,
}
