//! `--deployed CLUSTER[/SOURCE]=REV`: what a cluster runs, where its reference does not say it.

use gitops_model::{ClusterState, SourceRef};

use crate::exit::Stop;

/// What one source of a cluster holds, or all of them.
pub(super) struct Override {
    cluster: String,
    pub(super) source: Option<String>,
    pub(super) revision: String,
}

impl Override {
    pub(super) fn read(text: &str) -> Result<Self, Stop> {
        let (what, revision) = text.split_once('=').ok_or_else(|| {
            Stop::new(format!("`--deployed {text}` is not of the form `CLUSTER[/SOURCE]=REV`"))
        })?;
        let (cluster, source) = match what.split_once('/') {
            Some((cluster, source)) => (cluster, Some(source.to_owned())),
            None => (what, None),
        };
        Ok(Self { cluster: cluster.to_owned(), source, revision: revision.to_owned() })
    }

    pub(super) fn fits(&self, cluster: &str, source: &SourceRef) -> bool {
        self.cluster == cluster && self.source.as_ref().is_none_or(|name| *name == source.name)
    }

    /// Refuses a cluster or a source that is not there, and says which are.
    pub(super) fn check(&self, fleet: &[ClusterState]) -> Result<(), Stop> {
        let Some(state) = fleet.iter().find(|c| c.cluster.name == self.cluster) else {
            let known = fleet.iter().map(|c| c.cluster.name.as_str());
            return Err(self.refused(&format!("there is no cluster `{}`", self.cluster), known));
        };
        let known = || state.sources.iter().map(|s| s.object.name.as_str());
        match &self.source {
            Some(name) if known().all(|k| k != name) => {
                let why = format!("cluster `{}` has no source `{name}`", self.cluster);
                Err(self.refused(&why, known()))
            }
            _ => Ok(()),
        }
    }

    fn refused<'a>(&self, why: &str, known: impl Iterator<Item = &'a str>) -> Stop {
        let source = self.source.as_ref().map(|s| format!("/{s}")).unwrap_or_default();
        let known: Vec<&str> = known.collect();
        let (cluster, revision) = (&self.cluster, &self.revision);
        Stop::new(format!(
            "`--deployed {cluster}{source}={revision}`: {why}; known are `{}`",
            known.join("`, `")
        ))
    }
}
