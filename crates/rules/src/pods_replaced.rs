//! `pods-replaced`: a change replaces the pods of a workload.

use gitops_graph::{Outage, Replacement, restart};
use gitops_model::{Action, Change};

use crate::{Check, Draft, Pair, difference, wording, workload};

rule!("pods-replaced", Note, Check::Change(check), "replaces the pods of a workload", Pedantic);

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    if change.action == Action::Recreated || workload::replicas(change.object()) == 0 {
        return;
    }
    let Some(restart) = restart(change) else { return };
    let Some(because) = restart.because.first() else { return };
    let how = match restart.replacement {
        Replacement::Held(why) => format!("are not replaced yet: {why}"),
        Replacement::NextRun => "are as before until the next run".to_owned(),
        Replacement::Rolling => "are replaced some at a time".to_owned(),
        Replacement::OneByOne => "are replaced one by one, the highest number first".to_owned(),
        Replacement::AllAtOnce => "are replaced all at once".to_owned(),
    };
    let outage = match restart.outage {
        Outage::None => String::new(),
        Outage::Possible(why) => format!("; it may be away for a moment, as {why}"),
        Outage::Certain(why) => format!("; it is away for a while, as {why}"),
    };
    let message = format!(
        "the pods of `{}` {how}, because of {}{outage}",
        change.key,
        wording::list(&restart.because),
    );
    let draft = Draft::new(message).on(change.object()).field(because.clone());
    let draft = restart.because.iter().fold(draft, |d, path| difference::blame(d, change, path));
    out.push(draft.help("see that this is a good time for it"));
}
