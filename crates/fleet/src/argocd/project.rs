//! What a project allows its Applications. Source: `app_project_types.go`.

use gitops_api::argocd::{AppProject, Application};
use gitops_model::{Problem, ProblemKind};
use gitops_yaml::Node;

use super::patterns::gobwas;

/// What an Application asks for and its project does not allow.
pub(super) fn denied(application: Application<'_>, project: AppProject<'_>) -> Vec<Problem> {
    let name = &project.object().key.name;
    let at = project.object().body.span();
    let deny = |what: String, node: &Node| {
        let message = format!(
            "the project `{name}` does not allow {what}, so Argo CD does not synchronise it"
        );
        Problem::new(ProblemKind::Discovery, message, Some(node.span())).related(at, "the project")
    };
    let repositories: Vec<&str> = project.source_repos().collect();
    let mut problems: Vec<Problem> = application
        .sources()
        .iter()
        .filter(|s| !allowed(&repositories, s.repo_url()))
        .map(|s| deny(format!("the source `{}`", s.repo_url()), s.node()))
        .collect();
    let destination = application.destination();
    let field =
        |node: &Node, key: &str, value: Option<&str>| match node.get(key).and_then(Node::text) {
            Some(pattern) => value.is_some_and(|v| matches(pattern, v)),
            None => false,
        };
    // A destination that names its cluster otherwise than the project does cannot be told apart here.
    let fits = |node: &Node| {
        let namespace =
            destination.namespace.is_none() || field(node, "namespace", destination.namespace);
        let by_server = field(node, "server", destination.server);
        let by_name = field(node, "name", destination.name);
        let elsewise = destination.server.is_some() && node.get("server").is_none()
            || destination.name.is_some() && node.get("name").is_none();
        namespace && (by_server || by_name || elsewise)
    };
    let node = application.object().at(&["spec", "destination"]);
    if let Some(node) = node.filter(|_| !project.destinations().iter().any(fits)) {
        problems.push(deny("the destination".to_owned(), node));
    }
    problems
}

/// Whether a pattern allows a value and none denies it.
fn allowed(patterns: &[&str], value: &str) -> bool {
    let value = value.trim_end_matches(".git");
    let (denied, allowed): (Vec<&str>, Vec<&str>) =
        patterns.iter().partition(|p| p.starts_with('!'));
    allowed.iter().any(|p| matches(p.trim_end_matches(".git"), value))
        && !denied.iter().any(|p| matches(p[1..].trim_end_matches(".git"), value))
}

fn matches(pattern: &str, value: &str) -> bool {
    pattern == "*" || pattern == value || gobwas(pattern).is_some_and(|p| p.is_match(value))
}
