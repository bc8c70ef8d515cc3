//! `ref-not-allowed`: a cluster follows what its environment must not follow.

use gitops_config::EnvironmentConfig;
use gitops_model::{Source, Tracks};
use gitops_yaml::Node;

use crate::{Check, Draft, Fleet};

rule!(
    "ref-not-allowed",
    Error,
    Check::Fleet(check),
    "makes a cluster follow a reference that its environment must not follow"
);

fn check(fleet: &Fleet<'_>, out: &mut Vec<Draft>) {
    for state in &fleet.states {
        let environment = state.cluster.cluster.environment.as_str();
        let Some(allowed) = fleet.config.environments.get(environment) else { continue };
        for source in state.cluster.sources.iter().filter(|s| s.here) {
            let Some(why) = refusal(&source.tracks, allowed) else { continue };
            let message = format!(
                "`{}` is in `{environment}` and follows {} `{}`, but {why}",
                state.name(),
                source.tracks.kind(),
                source.tracks.reference(),
            );
            let object = state
                .of_kind("source.toolkit.fluxcd.io", &source.object.kind)
                .find(|o| is(o, source));
            let reference = object.and_then(|o| o.at(&["spec", "ref"]));
            let mut draft = Draft::new(message).clusters([state.name()]).help(
                "follow what the environment allows, or change `environments` in the configuration",
            );
            if let Some(object) = object {
                draft = draft.on(object);
            }
            for writer in reference.map_or(&[][..], Node::entries) {
                draft = draft.at(&writer.value);
            }
            out.push(draft.at_span(source.declared));
        }
    }
}

fn is(object: &gitops_model::Resource, source: &Source) -> bool {
    object.key.namespace == source.object.namespace && object.key.name == source.object.name
}

fn refusal(tracks: &Tracks, allowed: &EnvironmentConfig) -> Option<String> {
    match (tracks, &allowed.branch, &allowed.tag) {
        (Tracks::Branch(branch), Some(pattern), _) if pattern.matches(branch) => None,
        (Tracks::Branch(_), Some(pattern), _) => {
            Some(format!("only branches like `{pattern}` are allowed there"))
        }
        (Tracks::Tag(tag), _, Some(pattern)) if pattern.matches(tag) => None,
        (Tracks::Tag(_) | Tracks::Branch(_), _, Some(pattern)) => {
            Some(format!("only tags like `{pattern}` are allowed there"))
        }
        (Tracks::Semver(_), _, Some(pattern)) => {
            Some(format!("a range of versions cannot be held to tags like `{pattern}`"))
        }
        (Tracks::Tag(_) | Tracks::Semver(_), Some(pattern), None) => {
            Some(format!("only branches like `{pattern}` are allowed there"))
        }
        _ => None,
    }
}
