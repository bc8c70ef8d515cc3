//! Clusters: where they are, what they follow, and how much changes.

use gitops_model::{ClusterReport, Deployed, Effect, KubernetesVersion};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClusterJson<'a> {
    name: &'a str,
    environment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wave: Option<&'a str>,
    kubernetes_version: String,
    reached: bool,
    sources: Vec<SourceJson<'a>>,
    changes: CountsJson,
}

impl<'a> ClusterJson<'a> {
    pub(super) fn of(report: &'a ClusterReport) -> Self {
        let cluster = &report.cluster;
        Self {
            name: &cluster.name,
            environment: cluster.environment.as_str(),
            wave: report.wave.as_deref(),
            kubernetes_version: cluster.version.unwrap_or(KubernetesVersion::NEWEST).to_string(),
            reached: cluster.reached,
            sources: report
                .sources
                .iter()
                .map(|s| SourceJson {
                    object: s.source.object.to_string(),
                    tracks: TracksJson {
                        kind: s.source.tracks.kind(),
                        reference: s.source.tracks.reference(),
                    },
                    deployed: DeployedJson {
                        revision: s.source.revision.as_ref().map(|r| r.0.as_str()),
                        by: match s.source.deployed {
                            Deployed::Option => "option",
                            Deployed::Evidence => "evidence",
                            Deployed::Reference => "ref",
                            Deployed::Assumed => "assumed",
                        },
                    },
                    effect: s.effect.map_or("none", Effect::as_str),
                })
                .collect(),
            changes: CountsJson {
                added: report.changes.added,
                removed: report.changes.removed,
                modified: report.changes.modified,
                moved: report.changes.moved,
                recreated: report.changes.recreated,
            },
        }
    }
}

#[derive(Serialize)]
struct SourceJson<'a> {
    object: String,
    tracks: TracksJson<'a>,
    deployed: DeployedJson<'a>,
    effect: &'static str,
}

#[derive(Serialize)]
struct TracksJson<'a> {
    kind: &'static str,
    #[serde(rename = "ref")]
    reference: &'a str,
}

#[derive(Serialize)]
struct DeployedJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<&'a str>,
    by: &'static str,
}

#[derive(Serialize)]
struct CountsJson {
    added: usize,
    removed: usize,
    modified: usize,
    moved: usize,
    recreated: usize,
}
