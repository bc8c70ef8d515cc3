//! What an ApplicationSet makes: the ApplicationSet controller's generators, templates and checks.
//! Source: `applicationset/controllers/template` and `applicationset/generators`.

mod cluster;
mod engine;
mod generate;
mod git;
mod list;
mod matrix;
mod merge;
mod params;
mod patch;
mod render;
mod validate;

use std::sync::Arc;

use gitops_api::argocd::ApplicationSet;
use gitops_model::{Problem, ProblemKind, Resource, Tree};
use gitops_yaml::{Origin, Sources, Span};

use super::clusters::KnownCluster;
use crate::selector::Refused;
use engine::Engine;

/// The files of a repository, given its address, a revision, and where they are asked for.
pub(super) type Trees<'a> = &'a dyn Fn(&str, &str, Span) -> Result<Arc<dyn Tree>, Stop>;

/// What the generators of a set read.
pub(super) struct Inputs<'a> {
    /// The clusters that Argo CD knows, the local one included.
    pub(super) clusters: &'a [KnownCluster],
    /// The files that git generators name.
    pub(super) tree: Trees<'a>,
    /// Where texts are kept.
    pub(super) sources: &'a Sources,
}

/// Why a set makes nothing.
#[derive(Debug)]
pub(super) enum Stop {
    /// The set is wrong, and Argo CD would say so.
    Wrong(Box<Problem>),
    /// What it makes cannot be told from the repository.
    Unknown(String, Span),
}

impl Stop {
    pub(super) fn wrong(message: impl Into<String>, span: Span) -> Self {
        Self::Wrong(Box::new(Problem::new(ProblemKind::Discovery, message, Some(span))))
    }

    fn template(error: &gitops_template::Error, origin: &Origin) -> Self {
        use gitops_template::ErrorKind;
        if error.kind == ErrorKind::Undetermined {
            return Self::Unknown(error.message.clone(), origin.span);
        }
        let message = format!("this template fails: {}", error.message);
        let problem = Problem::new(ProblemKind::Substitution, message, Some(origin.span));
        Self::Wrong(Box::new(
            problem.help("Argo CD makes no Application of a set with a failing template"),
        ))
    }
}

impl From<Refused> for Stop {
    fn from(Refused(message, span): Refused) -> Self {
        Self::wrong(message, span)
    }
}

/// What a set makes.
pub(super) struct Made {
    /// The Applications, by name.
    pub(super) applications: Vec<Resource>,
    /// Why others were not made.
    pub(super) problems: Vec<Problem>,
}

/// Evaluates a set. Anything wrong in a generator or a template stops all of it; Applications that are not
/// valid are dropped one by one.
pub(super) fn evaluate(set: ApplicationSet<'_>, inputs: &Inputs<'_>) -> Result<Made, Stop> {
    let engine = Engine::of(set)?;
    let generator = generate::Generator { inputs, engine };
    let mut applications = Vec::new();
    for node in set.generators() {
        for made in generator.transform(node, set.template(), None, generate::Level::Top)? {
            for params in &made.params {
                applications.push(render::application(
                    set,
                    &generator.engine,
                    made.template.as_ref(),
                    params,
                )?);
            }
        }
    }
    Ok(validate::kept(set, applications, inputs.clusters))
}
