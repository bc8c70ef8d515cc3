//! `scaled-to-zero`: a workload is left without pods.

use gitops_model::Change;

use crate::difference::Difference;
use crate::{Check, Draft, Pair, workload};

rule!("scaled-to-zero", Warning, Check::Change(check), "scales a workload that ran to zero");

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let object = change.object();
    let Some(found) = Difference::at(change, &["spec", "replicas"]) else { return };
    if workload::runs_on(object) && found.texts().1 == "0" {
        let message = format!(
            "`{}` is scaled to zero: all its pods stop, and nothing starts \
         them again until this is changed back",
            object.key
        );
        out.push(
            found.draft(message).help("if it is to go for good, remove it and what points to it"),
        );
    }
}
