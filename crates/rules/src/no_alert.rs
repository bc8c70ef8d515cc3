//! `no-alert`: nobody is told when a cluster stops taking changes.

use gitops_model::Controller;

use crate::{Check, Draft, State};

rule!(
    "no-alert",
    Note,
    Check::State(check),
    "takes its changes through Flux, and has no Alert that tells of a failure",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let mut flux = state.cluster.units.iter().filter(|u| u.controller == Controller::Flux);
    let Some(declared) = flux.find_map(|u| u.declared) else { return };
    let mut alerts =
        state.objects().filter(|(_, o)| o.gvk.is("notification.toolkit.fluxcd.io", "Alert"));
    if alerts.next().is_none() {
        let message = format!(
            "nothing tells anyone when `{}` stops taking changes: it has no Alert",
            state.name()
        );
        out.push(Draft::new(message).at_span(declared).help(
            "add a Provider and an Alert on `Kustomization/*` and `HelmRelease/*` \
                 with `eventSeverity: error`",
        ));
    }
}
