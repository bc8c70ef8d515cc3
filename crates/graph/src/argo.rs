//! What Argo CD's Applications use without naming it: Secrets of clusters and repositories, by address,
//! and the settings of Argo CD itself.

use gitops_model::{ClusterState, FieldPath, ObjectKey, Resource};
use gitops_yaml::Node;

use crate::{Consequence, Edge, Relation};

const SECRET_TYPE: &str = "argocd.argoproj.io/secret-type";

/// The settings that hold for every Application of a hub.
const SETTINGS: [(&str, Relation); 3] = [
    ("argocd-cm", Relation::Reads),
    ("argocd-cmd-params-cm", Relation::Reads),
    ("argocd-rbac-cm", Relation::Grants),
];

/// The edges from Applications to Secrets and settings of their hub that are rendered.
pub(crate) fn uses(state: &ClusterState) -> Vec<(ObjectKey, ObjectKey, Edge)> {
    let hub: Vec<&Resource> =
        state.objects().map(|(_, o)| &**o).filter(|o| is_secret(o) || is_setting(o)).collect();
    let mut found = Vec::new();
    for (_, application) in state.objects() {
        if hub.is_empty() || !application.gvk.is("argoproj.io", "Application") {
            continue;
        }
        for object in &hub {
            let edge = if is_setting(object) {
                setting(application, object)
            } else {
                secret(application, object)
            };
            found.extend(edge.map(|edge| (application.key.clone(), object.key.clone(), edge)));
        }
    }
    found
}

fn is_secret(object: &Resource) -> bool {
    object.gvk.is("", "Secret") && object.label(SECRET_TYPE).is_some()
}

fn is_setting(object: &Resource) -> bool {
    object.gvk.is("", "ConfigMap") && SETTINGS.iter().any(|(name, _)| *name == object.key.name)
}

/// Settings change what every Application renders to, may do and counts as healthy.
fn setting(application: &Resource, settings: &Resource) -> Option<Edge> {
    let (_, relation) = SETTINGS.iter().find(|(name, _)| *name == settings.key.name)?;
    let here = application.key.namespace == settings.key.namespace;
    let edge =
        Edge { changed: Consequence::Reloads, ..Edge::implied(*relation, Consequence::Silent) };
    here.then_some(edge)
}

/// The Secret of the cluster that an Application writes to, or of a repository that it reads.
fn secret(application: &Resource, secret: &Resource) -> Option<Edge> {
    let written = |key: &str| {
        secret
            .at(&["stringData", key])
            .and_then(Node::text)
            .map(str::to_owned)
            .or_else(|| decoded(secret.at(&["data", key])?.text()?))
    };
    let (path, node) = match secret.label(SECRET_TYPE)? {
        "cluster" => ["name", "server"].into_iter().find_map(|key| {
            let node = application.at(&["spec", "destination", key])?;
            let same = same_address(node.text()?, &written(key)?);
            same.then(|| (FieldPath::keys(&["spec", "destination", key]), node))
        })?,
        kind => repositories(application).into_iter().find(|(_, node)| {
            let url = written("url").unwrap_or_default();
            let asked = node.text().unwrap_or_default();
            let below = kind == "repo-creds" && !url.is_empty() && asked.starts_with(&url);
            below || same_address(asked, &url)
        })?,
    };
    let edge = Edge::implied(Relation::Uses, Consequence::BreaksNow);
    Some(Edge { path, span: Some(node.span()), ..edge })
}

fn repositories(application: &Resource) -> Vec<(FieldPath, &Node)> {
    let one = application.at(&["spec", "source", "repoURL"]);
    let one = one.map(|node| (FieldPath::keys(&["spec", "source", "repoURL"]), node));
    let many = application.at(&["spec", "sources"]).map(Node::items).unwrap_or_default();
    let many = many.iter().filter_map(|source| source.get("repoURL"));
    one.into_iter().chain(many.map(|node| (FieldPath::keys(&["spec", "sources"]), node))).collect()
}

fn same_address(a: &str, b: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        text.strip_suffix(".git").map(str::to_owned).unwrap_or(text)
    };
    !a.is_empty() && bare(a) == bare(b)
}

/// The text that `data` of a Secret holds.
fn decoded(text: &str) -> Option<String> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?;
    String::from_utf8(bytes).ok()
}
