//! `missing-reference`: an object names another one, a key or a port that is not there.

use std::collections::{BTreeMap, BTreeSet};

use gitops_graph::{Consequence, Dangling, Missing, Relation};
use gitops_model::{Confidence, Severity};

use crate::{Check, Draft, Pair, State, wording};

rule!(
    "missing-reference",
    Error,
    Check::Pair(check),
    "names an object, a key or a port that is not there"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    let after = pair.after.graph();
    let broken: BTreeSet<String> = match &pair.before {
        Some(before) => after.newly_dangling(before.graph()).iter().map(identity).collect(),
        None => BTreeSet::new(),
    };
    let old: BTreeSet<String> = pair
        .before
        .iter()
        .flat_map(|before| before.graph().dangling().iter().map(identity).collect::<Vec<_>>())
        .collect();
    // Where one object names another in several places, that is told once.
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for dangling in after.dangling() {
        let id = identity(&dangling);
        let breaks = broken.contains(&id) && !may_be_hidden(pair, &dangling);
        // What waits for what is not there has a rule of its own.
        if old.contains(&id) || dangling.link.edge.relation == Relation::WaitsFor {
            continue;
        }
        let near = pair.after.is_whole().then(|| near(&pair.after, &dangling)).flatten();
        if breaks || near.is_some() || dangling.missing != Missing::Object {
            let link = dangling.link;
            let ends = format!("{} {} {:?} {breaks}", link.from.key, link.to.key, dangling.missing);
            match told.get(&ends).and_then(|at| out.get_mut(*at)) {
                Some(first) => *first = first.clone().related(dangling.span, "and here"),
                None => {
                    if let Some(draft) = draft(&dangling, breaks, near) {
                        told.insert(ends, out.len());
                        out.push(draft);
                    }
                }
            }
        }
    }
}

fn identity(dangling: &Dangling<'_>) -> String {
    let link = dangling.link;
    format!("{} {} {} {:?}", link.from.key, dangling.path, link.to.key, dangling.missing)
}

/// Whether the object may still come from something that could not be rendered. Objects of kinds without a
/// namespace may be written with one.
fn may_be_hidden(pair: &Pair<'_>, dangling: &Dangling<'_>) -> bool {
    let wanted = &dangling.link.to.key;
    let is_it = |key: &gitops_model::ObjectKey| {
        (&key.group, &key.kind, &key.name) == (&wanted.group, &wanted.kind, &wanted.name)
            && (wanted.namespace.is_empty() || key.namespace == wanted.namespace)
    };
    let mut before = pair.before.iter().flat_map(State::objects);
    before.any(|(unit, object)| is_it(&object.key) && pair.is_broken(&unit.id))
}

/// An object that is there and may be the one that is meant.
fn near(state: &State<'_>, dangling: &Dangling<'_>) -> Option<String> {
    let wanted = &dangling.link.to.key;
    let alike = |key: &gitops_model::ObjectKey| {
        (&key.group, &key.kind, &key.namespace) == (&wanted.group, &wanted.kind, &wanted.namespace)
            && wording::is_near(&key.name, &wanted.name)
    };
    let object = dangling.missing == Missing::Object;
    let found = state.objects().map(|(_, o)| &o.key).find(|key| object && alike(key));
    found.map(|key| key.name.to_string())
}

fn draft(dangling: &Dangling<'_>, breaks: bool, near: Option<String>) -> Option<Draft> {
    let (link, edge) = (dangling.link, dangling.link.edge);
    let what = match &dangling.missing {
        Missing::Object => format!("`{}`", link.to.key),
        Missing::Key(key) => format!("the key `{key}` of `{}`", link.to.key),
        Missing::Port(port) => format!("the port `{port}` of `{}`", link.to.key),
    };
    let when = if breaks { "goes with this change" } else { "is not there" };
    let mut message = format!("`{}` needs {what}, which {when}", link.from.key);
    if edge.removed != Consequence::Nothing {
        message += &format!(": it {}", edge.removed.as_str());
    }
    let help = match near {
        Some(name) => format!("did you mean `{name}`?"),
        None if breaks => {
            "keep it until nothing names it any more, or change who names it too".to_owned()
        }
        None => "correct the name, or add what is named".to_owned(),
    };
    // Many a Namespace is made elsewhere, so that a near one is here says little.
    let guessed = !breaks && link.to.key.kind == "Namespace";
    let severity = match edge.removed {
        Consequence::Nothing | Consequence::Reloads => Severity::Note,
        _ if guessed => Severity::Warning,
        Consequence::Silent | Consequence::Stale => Severity::Warning,
        _ => Severity::Error,
    };
    let certain = breaks || dangling.missing != Missing::Object;
    Some(
        Draft::new(message)
            .on(link.from.object()?)
            .field(dangling.path.clone())
            .at_span(dangling.span)
            .severity(severity)
            .confidence(if certain { Confidence::Certain } else { Confidence::Likely })
            .help(help),
    )
}
