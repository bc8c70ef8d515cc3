//! `job-will-change`: the next version of a Job is refused.

use gitops_graph::PodTemplate;
use gitops_model::Apply;

use crate::{Check, Draft, State, write};

rule!(
    "job-will-change",
    Note,
    Check::State(check),
    "is a Job whose next image is refused, as its template cannot change"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for (unit, job) in state.objects().filter(|(_, o)| o.gvk.is("batch", "Job")) {
        let cleans_up = job.at(&["spec", "ttlSecondsAfterFinished"]).is_some();
        let recreated = write::fate(job, Some(unit)) != Apply::Rejected;
        if cleans_up || recreated || write::is_hook(job, Some(unit)) || write::is_left_alone(job) {
            continue;
        }
        let Some(template) = PodTemplate::of(job) else { continue };
        let images = template.containers().filter_map(|c| c.get("image"));
        let mut tagged = images.filter_map(|i| Some((i, tag(i.text()?)?)));
        let Some((image, tag)) = tagged.find(|(_, tag)| !names(&job.key.name, tag)) else {
            continue;
        };
        out.push(
            Draft::new(format!(
                "the template of `{}` cannot change: an update of `{tag}` will be refused while \
                 the Job exists",
                job.key
            ))
            .on(job)
            .at(image)
            .unless_applied_otherwise()
            .help(
                "put the version in the Job's name, set `ttlSecondsAfterFinished`, or mark it \
             to be recreated (Flux `kustomize.toolkit.fluxcd.io/force: enabled`, an Argo CD hook)",
            ),
        );
    }
}

fn tag(image: &str) -> Option<&str> {
    let name = image.rsplit('/').next()?;
    name.split('@').next()?.split_once(':').map(|(_, tag)| tag).filter(|tag| *tag != "latest")
}

/// Whether a Job's name holds the version, as names can: dots become dashes.
fn names(name: &str, tag: &str) -> bool {
    let plain =
        |text: &str| text.trim_start_matches('v').replace(['.', '_', '+'], "-").to_lowercase();
    plain(name).contains(&plain(tag))
}
