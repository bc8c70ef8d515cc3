//! From a set of parameters to an Application.

use gitops_api::argocd::ApplicationSet;
use gitops_model::Resource;
use gitops_template::Value;
use gitops_yaml::{Entry, Node, Origin, Span};

use super::Stop;
use super::engine::Engine;
use super::patch;

const FINALIZER: &str = "resources-finalizer.argocd.argoproj.io";

/// Fills a template and lays the set's patch over it.
pub(super) fn application(
    set: ApplicationSet<'_>,
    engine: &Engine,
    template: Option<&Node>,
    params: &Value,
) -> Result<Resource, Stop> {
    let set_span = set.object().body.span();
    let Some(template) = template else {
        return Err(Stop::wrong("an ApplicationSet needs a `template`", set_span));
    };
    // Without parameters the template is taken as it stands, and gets no finalizer.
    let mut filled = template.clone();
    if !params.is_empty() {
        filled = engine.fill_all(template, params)?;
        add_finalizer(&mut filled, set);
    }
    let mut body = Node::map(Vec::new(), template.origin.clone());
    let span = template.span();
    for (key, text) in [("apiVersion", "argoproj.io/v1alpha1"), ("kind", "Application")] {
        body.set(Entry::new(key, span, Node::string(text, template.origin.clone())));
    }
    for key in ["metadata", "spec"] {
        let empty = || Entry::new(key, span, Node::map(Vec::new(), template.origin.clone()));
        body.set(filled.entry(key).cloned().unwrap_or_else(empty));
    }
    if let Some(text) = set.template_patch() {
        patch::apply(&mut body, text, engine, params)?;
    }
    let namespace = set.object().key.namespace.clone();
    place(&mut body, namespace.as_str(), set_span);
    if body.at(&["metadata", "name"]).and_then(Node::text).is_none() {
        set_text(&mut body, "name", "", span);
    }
    Resource::new(body).ok_or_else(|| Stop::wrong("the template makes no object", span))
}

/// Puts the Application into the namespace of its set, whatever the template says.
fn place(body: &mut Node, namespace: &str, span: Span) {
    if namespace.is_empty() {
        if let Some(metadata) = body.get_mut("metadata") {
            metadata.remove("namespace");
        }
    } else {
        set_text(body, "namespace", namespace, span);
    }
}

fn set_text(body: &mut Node, key: &str, text: &str, span: Span) {
    if let Some(metadata) = body.get_mut("metadata") {
        metadata.set(Entry::new(key, span, Node::string(text, Origin::new(span))));
    }
}

/// The finalizer that deletes what the Application deployed, unless the set says otherwise.
fn add_finalizer(filled: &mut Node, set: ApplicationSet<'_>) {
    let has_some = filled.at(&["metadata", "finalizers"]).is_some_and(|f| !f.items().is_empty());
    if set.preserves_resources() || has_some {
        return;
    }
    let origin = filled.origin.clone();
    if let Some(metadata) = filled.get_mut("metadata") {
        let list = Node::seq(vec![Node::string(FINALIZER, origin.clone())], origin.clone());
        metadata.set(Entry::new("finalizers", origin.span, list));
    }
}
