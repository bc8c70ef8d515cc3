//! `suspended`: what is written down is switched off.

use gitops_model::FieldPath;

use crate::{Check, Draft, State};

rule!(
    "suspended",
    Note,
    Check::State(check),
    "is suspended, so edits of it reach no cluster",
    Pedantic
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    let suspended = state.objects().map(|(_, o)| o).filter_map(|object| {
        let flux = object.gvk.group.ends_with(".toolkit.fluxcd.io");
        let node = object.at(&["spec", "suspend"]).filter(|_| flux)?;
        (node.as_bool() == Some(true)).then_some((object, node))
    });
    for (object, node) in suspended {
        let message = format!(
            "`{}` is suspended: what is changed of it reaches the cluster only when someone \
             resumes it",
            object.key
        );
        out.push(
            Draft::new(message)
                .on(object)
                .field(FieldPath::keys(&["spec", "suspend"]))
                .at(node)
                .help("resume it, or take it out of the repository"),
        );
    }
}
