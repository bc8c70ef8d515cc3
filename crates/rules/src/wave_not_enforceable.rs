//! `wave-not-enforceable`: clusters of different waves follow the same reference.

use std::collections::BTreeMap;

use gitops_model::{Source, Tracks};

use crate::{Check, Draft, Fleet, State};

rule!(
    "wave-not-enforceable",
    Error,
    Check::Fleet(check),
    "is a wave whose clusters take a change together with an earlier wave"
);

fn check(fleet: &Fleet<'_>, out: &mut Vec<Draft>) {
    let mut first: BTreeMap<&Tracks, (usize, &str, &State<'_>)> = BTreeMap::new();
    let mut told: Vec<(usize, &Tracks)> = Vec::new();
    let mut waved: Vec<_> = fleet
        .states
        .iter()
        .filter_map(|s| fleet.config.wave_of(s.name()).map(|(place, wave)| (place, wave, *s)))
        .collect();
    waved.sort_by_key(|(place, _, state)| (*place, state.name()));
    for (place, wave, state) in waved {
        for source in state.cluster.sources.iter().filter(|s| moves_on_its_own(s)) {
            let (earlier, other, with) =
                *first.entry(&source.tracks).or_insert((place, &wave.name.value, state));
            if earlier == place || told.contains(&(place, &source.tracks)) {
                continue;
            }
            told.push((place, &source.tracks));
            let message = format!(
                "wave `{}` cannot come after wave `{other}`: `{}` and `{}` both follow {} `{}`, \
                 so one merge reaches both at once",
                wave.name.value,
                state.name(),
                with.name(),
                source.tracks.kind(),
                source.tracks.reference(),
            );
            let shared = fleet
                .states
                .iter()
                .filter(|s| s.cluster.sources.iter().any(|o| o.here && o.tracks == source.tracks));
            out.push(
                Draft::new(message)
                    .at_span(wave.name.span)
                    .related(source.declared, "what the later wave follows")
                    .clusters(shared.map(|s| s.name()))
                    .help(
                        "let each wave follow a branch or tag of its own that is moved when \
                     the wave before has soaked",
                    ),
            );
        }
    }
}

/// Whether the source brings a change as soon as what it follows moves. A commit does not move.
fn moves_on_its_own(source: &Source) -> bool {
    source.here && !matches!(source.tracks, Tracks::Commit(_) | Tracks::External(_))
}
