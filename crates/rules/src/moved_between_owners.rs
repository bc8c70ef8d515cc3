//! `moved-between-owners`: objects go from one Kustomization or Application to another.

use std::collections::BTreeMap;

use gitops_model::{Action, Change, Controller, Severity, Unit, UnitId};

use crate::keeping::kept;
use crate::{Check, Draft, Pair, wording};

rule!(
    "moved-between-owners",
    Warning,
    Check::Pair(check),
    "moves objects to another owner while the old one may still prune them"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let mut moves: BTreeMap<(&UnitId, &UnitId), Vec<&Change>> = BTreeMap::new();
    for change in pair.changes.iter().filter(|c| c.action == Action::Moved) {
        if let (Some(from), Some(to)) = (&change.old_unit, &change.new_unit) {
            moves.entry((from, to)).or_default().push(change);
        }
    }
    for ((from, to), changes) in moves {
        let before = pair.before.as_ref().and_then(|b| b.cluster.unit(from));
        let Some(owner) = before.filter(|u| u.controller != Controller::None) else { continue };
        let at_risk: Vec<_> = changes
            .iter()
            .filter_map(|c| c.old.as_ref())
            .filter(|object| kept(pair, object, owner).is_none())
            .collect();
        let (Some(first), Some(after)) = (at_risk.first(), pair.after.cluster.unit(to)) else {
            continue;
        };
        let renamed = pair.after.cluster.unit(from).is_none();
        let message = format!(
            "{} from `{from}` to `{to}`{}: {}; {}",
            if renamed { "everything moves" } else { "objects move" },
            if renamed { ", which is the same folder under another name" } else { "" },
            wording::list(at_risk.iter().map(|o| &o.key)),
            race(owner),
        );
        let mut draft = Draft::new(message)
            .on(after.object.as_ref().unwrap_or(first))
            .severity(severity(owner))
            .help(help(owner, renamed));
        let moved = changes.iter().filter_map(|c| c.new.as_ref());
        for object in after.object.iter().chain(moved) {
            draft = object.at(&["metadata", "name"]).into_iter().fold(draft, Draft::at);
        }
        for object in at_risk.iter().take(5) {
            let name = object.at(&["metadata", "name"]);
            draft = draft.related(name.map(|n| n.span()), format!("`{}` moves", object.key));
        }
        out.push(draft);
    }
}

fn race(owner: &Unit) -> &'static str {
    match owner.controller {
        Controller::ArgoCd => {
            "if the old one prunes before the new one takes them over, they \
         are deleted and created again"
        }
        _ => {
            "if the old one reconciles first it deletes them, and the new one then creates \
         them again"
        }
    }
}

fn severity(owner: &Unit) -> Severity {
    match owner.controller {
        Controller::ArgoCd => Severity::Note,
        _ => Severity::Warning,
    }
}

fn help(owner: &Unit, renamed: bool) -> &'static str {
    match (owner.controller, renamed) {
        (Controller::ArgoCd, _) => "sync the new one first, then the old one",
        (_, true) => {
            "first commit `prune: false` (or `deletionPolicy: Orphan`) on the old Kustomization \
             and wait until that is live, then rename"
        }
        (_, false) => {
            "first commit `kustomize.toolkit.fluxcd.io/prune: disabled` on the objects and wait \
             until that is live, then move them, then take the mark away"
        }
    }
}
