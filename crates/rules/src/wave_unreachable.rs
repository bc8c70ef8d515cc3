//! `wave-unreachable`: the waves and the clusters do not fit together.

use crate::{Check, Draft, Fleet};

rule!(
    "wave-unreachable",
    Error,
    Check::Fleet(check),
    "is a cluster in no wave or in two, or a wave without clusters"
);

fn check(fleet: &Fleet<'_>, out: &mut Vec<Draft>) {
    let names = fleet.states.iter().map(|s| s.name());
    for problem in fleet.config.check_waves(names) {
        out.push(Draft::of(&problem));
    }
}
