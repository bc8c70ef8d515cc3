//! `Application`.

use gitops_model::{ApplyMode, Resource};
use gitops_yaml::{Node, Span};

use super::names::GROUP;
use super::source::Source;
use crate::fields::{field, items, spec, text};

/// What to deploy, and where to.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a>(&'a Resource);

/// Where an Application deploys to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Destination<'a> {
    /// The address of the cluster.
    pub server: Option<&'a str>,
    /// The name of the cluster, instead of its address.
    pub name: Option<&'a str>,
    /// The namespace of objects that name none.
    pub namespace: Option<&'a str>,
}

/// How an Application is synchronised without being asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Automated {
    /// Whether objects that are no longer rendered are deleted.
    pub prune: bool,
    /// Whether changes in the cluster are undone.
    pub self_heal: bool,
}

impl<'a> Application<'a> {
    /// Views an object as an Application, if it is one.
    #[must_use]
    pub fn of(object: &'a Resource) -> Option<Self> {
        object.gvk.is(GROUP, "Application").then_some(Self(object))
    }

    /// The object itself.
    #[must_use]
    pub fn object(&self) -> &'a Resource {
        self.0
    }

    /// Its sources: `sources`, beside which `source` does not count.
    #[must_use]
    pub fn sources(&self) -> Vec<Source<'a>> {
        let many = items(self.0, &["sources"]);
        if many.is_empty() {
            spec(self.0, &["source"]).map(Source::of).into_iter().collect()
        } else {
            many.iter().map(Source::of).collect()
        }
    }

    /// Whether the sources are written as a list.
    #[must_use]
    pub fn has_many_sources(&self) -> bool {
        !items(self.0, &["sources"]).is_empty()
    }

    /// Where it deploys to.
    #[must_use]
    pub fn destination(&self) -> Destination<'a> {
        let field = |key| text(self.0, &["destination", key]);
        Destination { server: field("server"), name: field("name"), namespace: field("namespace") }
    }

    /// Where `destination.namespace` is written.
    #[must_use]
    pub fn namespace_span(&self) -> Option<Span> {
        spec(self.0, &["destination", "namespace"]).map(Node::span)
    }

    /// Its project.
    #[must_use]
    pub fn project(&self) -> &'a str {
        text(self.0, &["project"]).unwrap_or("default")
    }

    /// How it is synchronised by itself; `None` where somebody must ask for it.
    #[must_use]
    pub fn automated(&self) -> Option<Automated> {
        let automated = spec(self.0, &["syncPolicy", "automated"])?;
        let flag = |key| automated.get(key).and_then(Node::as_bool);
        (flag("enabled") != Some(false)).then(|| Automated {
            prune: flag("prune").unwrap_or(false),
            self_heal: flag("selfHeal").unwrap_or(false),
        })
    }

    /// Whether it is switched off: automatic synchronisation is disabled by name, or nothing is reconciled.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        let enabled = spec(self.0, &["syncPolicy", "automated", "enabled"]).and_then(Node::as_bool);
        enabled == Some(false)
            || self.0.annotation("argocd.argoproj.io/skip-reconcile") == Some("true")
    }

    /// The value of a sync option, `Prune=false` for instance; the last one counts.
    #[must_use]
    pub fn sync_option(&self, name: &str) -> Option<&'a str> {
        let options = items(self.0, &["syncPolicy", "syncOptions"]).iter().filter_map(Node::text);
        options.filter_map(|o| o.trim().strip_prefix(name)?.strip_prefix('=')).next_back()
    }

    /// How it writes objects.
    #[must_use]
    pub fn apply_mode(&self) -> ApplyMode {
        match (self.sync_option("Replace"), self.sync_option("ServerSideApply")) {
            (Some("true"), _) => ApplyMode::Replace,
            (_, Some("true")) => ApplyMode::ServerSide,
            _ => ApplyMode::ClientSide,
        }
    }

    /// Whether objects that are refused are deleted and created again. Server-side apply never does that.
    #[must_use]
    pub fn forces(&self) -> bool {
        self.sync_option("Force") == Some("true") && self.apply_mode() != ApplyMode::ServerSide
    }

    /// The wave in which its parent writes it.
    #[must_use]
    pub fn wave(&self) -> i64 {
        let wave = self.0.annotation("argocd.argoproj.io/sync-wave");
        wave.and_then(|w| w.trim().parse().ok()).unwrap_or(0)
    }

    /// The source that the hydrator writes to: its branch is what is deployed.
    #[must_use]
    pub fn hydrated(&self) -> Option<(&'a str, &'a str)> {
        let hydrator = spec(self.0, &["sourceHydrator", "syncSource"])?;
        Some((field(hydrator, "targetBranch")?, field(hydrator, "path").unwrap_or_default()))
    }
}
