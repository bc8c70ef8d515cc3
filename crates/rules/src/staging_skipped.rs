//! `staging-skipped`: production holds what staging never held.

use std::collections::BTreeSet;

use gitops_model::{Environment, Revision, Source};

use crate::{Check, Draft, Fleet, State};

rule!(
    "staging-skipped",
    Error,
    Check::Merged(check),
    "gives production a revision that no cluster of staging holds or has held"
);

fn check(fleet: &Fleet<'_>, out: &mut Vec<Draft>) {
    let of = |environment| {
        let wanted = move |s: &&&State<'_>| s.cluster.cluster.environment == environment;
        fleet.states.iter().filter(wanted)
    };
    let tried: BTreeSet<&Revision> =
        of(Environment::Staging).flat_map(|s| held(s)).map(|(_, revision)| revision).collect();
    if tried.is_empty() {
        return;
    }
    for state in of(Environment::Production) {
        for (source, revision) in held(state) {
            if tried.iter().any(|newer| (fleet.holds)(revision, newer)) {
                continue;
            }
            let message = format!(
                "`{}` follows {} `{}`, a revision that no cluster of staging holds or has held: it is \
                 tried in production first",
                state.name(),
                source.tracks.kind(),
                source.tracks.reference(),
            );
            let object = state.of_kind("source.toolkit.fluxcd.io", &source.object.kind).find(|o| {
                o.key.namespace == source.object.namespace && o.key.name == source.object.name
            });
            let draft = Draft::new(message)
                .clusters([state.name()])
                .help("let staging take that revision, wait until it has soaked, then promote it");
            let draft = object.into_iter().fold(draft, |draft, object| {
                let writers = object.at(&["spec", "ref"]).into_iter().flat_map(|r| r.entries());
                writers.fold(draft.on(object), |draft, writer| draft.at(&writer.value))
            });
            out.push(draft.at_span(source.declared));
        }
    }
}

/// The sources of this repository that a cluster follows, and what each holds.
fn held<'a>(state: &'a State<'a>) -> impl Iterator<Item = (&'a Source, &'a Revision)> {
    let here = state.cluster.sources.iter().filter(|source| source.here);
    here.filter_map(|source| Some((source, source.revision.as_ref()?)))
}
