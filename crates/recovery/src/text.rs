//! The words of a recipe with the names of a repository in them.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::{Controller, ObjectKey, Resource, Unit};
use gitops_yaml::Node;

use crate::case::Case;
use crate::claims::{Claim, claims, replicas};
use crate::op::{copied, copy_name, new_name};
use crate::way::Group;

/// What stands for `{word}`.
type Words = BTreeMap<&'static str, String>;

/// A sentence about all objects of a group.
pub(crate) fn sentence(template: &str, group: &Group<'_>) -> String {
    let mut words = group.cases.first().map(words).unwrap_or_default();
    words.insert("objects", listed(&group.objects(), &ToString::to_string));
    let copies: BTreeSet<ObjectKey> = group.cases.iter().filter_map(copy).collect();
    words.insert("copies", listed(&copies.iter().collect(), &ToString::to_string));
    filled(template, &words)
}

/// Commands for every object of a group, equal ones once. Where one is not for all clusters, it says for which.
pub(crate) fn commands(templates: &[String], group: &Group<'_>) -> Vec<String> {
    let mut all: Vec<(String, BTreeSet<&str>)> = Vec::new();
    for template in templates {
        for case in &group.cases {
            let mut words = words(case);
            words.insert("file", file(case, group));
            for command in repeated(template, case, &words) {
                let at = all.iter().position(|(known, _)| *known == command);
                let at = at.unwrap_or_else(|| {
                    all.push((command, BTreeSet::new()));
                    all.len() - 1
                });
                all[at].1.insert(case.pair.after.name());
            }
        }
    }
    let clusters: BTreeSet<&str> = group.cases.iter().map(|c| c.pair.after.name()).collect();
    let said = |(command, on): (String, BTreeSet<&str>)| match on.len() < clusters.len() {
        true => format!("{command} # on {}", on.into_iter().collect::<Vec<_>>().join(", ")),
        false => command,
    };
    all.into_iter().map(said).collect()
}

/// Commands for an object, and for each of its claims, pods or users where they name one.
pub(crate) fn of_case(templates: &[String], case: &Case<'_>) -> Vec<String> {
    let words = words(case);
    templates.iter().flat_map(|template| repeated(template, case, &words)).collect()
}

/// A command, once for each claim, pod or user where it names one.
fn repeated(template: &str, case: &Case<'_>, common: &Words) -> Vec<String> {
    let row = |row: Words| {
        let mut words = common.clone();
        words.extend(row);
        command(template, &words)
    };
    rows(template, case).into_iter().map(row).collect()
}

/// The words that a template is repeated for; one empty row where it names none of them.
fn rows(template: &str, case: &Case<'_>) -> Vec<Words> {
    let one = |word, text| Words::from([(word, text)]);
    if template.contains("{claim}") {
        let row = |c: Claim| {
            Words::from([("claim", c.name), ("size", c.size), ("new-claim", c.successor)])
        };
        claims(case).into_iter().map(row).collect()
    } else if template.contains("{new-claim}") {
        claims(case).into_iter().map(|c| one("new-claim", c.successor)).collect()
    } else if template.contains("{pod}") {
        let name = &case.key.name;
        (0..replicas(case)).map(|n| one("pod", format!("{name}-{n}"))).collect()
    } else if template.contains("{user}") {
        case.users().into_iter().map(|user| one("user", user)).collect()
    } else {
        vec![Words::new()]
    }
}

/// The files of a step, for every object of a group.
pub(crate) fn files(
    templates: &BTreeMap<String, String>,
    group: &Group<'_>,
) -> BTreeMap<String, String> {
    let of = |case| {
        let words = words(case);
        templates.iter().map(move |(name, text)| (command(name, &words), command(text, &words)))
    };
    group.cases.iter().flat_map(of).collect()
}

/// The object that a copy is.
pub(crate) fn copy(case: &Case<'_>) -> Option<ObjectKey> {
    let name = copy_name(case.object()?);
    Some(ObjectKey { name: name.into(), ..case.key.clone() })
}

/// The file that a copy is applied from: one for all clusters where it is the same on all.
pub(crate) fn file(case: &Case<'_>, group: &Group<'_>) -> String {
    let name = case.object().map(|object| copy_name(object)).unwrap_or_default();
    let file = format!("{}-{name}.yaml", resource(case.key));
    let text = |case: &Case<'_>| case.object().map(|object| copied(object));
    let (own, mut same) = (text(case), group.cases.iter().filter(|c| c.key == case.key));
    match same.all(|other| text(other) == own) {
        true => file,
        false => format!("{}-{file}", case.pair.after.name().replace('/', "-")),
    }
}

fn words(case: &Case<'_>) -> Words {
    let key = case.key;
    let mut words = Words::from([
        ("kind", key.kind.to_string()),
        ("name", key.name.to_string()),
        ("object", format!("`{key}`")),
        ("namespace", key.namespace.to_string()),
        ("resource", resource(key)),
        ("n", flag("-n", &key.namespace)),
        ("cluster", case.pair.after.name().to_owned()),
    ]);
    if let Some(object) = case.object() {
        words.insert("copy", copy_name(object));
        words.insert("new-name", new_name(case.old.map(|(_, old)| &**old), object));
        words.insert("stored", stored(object));
        words.insert("old-labels", labels(object, case.old.map(|(_, o)| &**o)));
    }
    let released = case.old.map(|(unit, _)| unit);
    if let Some(unit) = case.unit() {
        owner(&mut words, unit);
    }
    if let Some(old) = released {
        words.insert("old-owner", old.id.to_string());
        words.insert("old-owner-name", old.id.name.to_string());
        words.insert("old-owner-namespace", old.id.namespace.to_string());
    }
    let successor = case.successor().map(|o| &o.key).unwrap_or(key);
    words.insert("new-namespace", successor.namespace.to_string());
    words
}

fn owner(words: &mut Words, unit: &Unit) {
    let (name, namespace) = (&unit.id.name, &unit.id.namespace);
    words.insert("owner", unit.id.to_string());
    words.insert("owner-name", name.to_string());
    words.insert("owner-namespace", namespace.to_string());
    let app = if namespace == "argocd" || namespace.is_empty() {
        name.to_string()
    } else {
        format!("{namespace}/{name}")
    };
    words.insert("app", app);
    if let Some(source) = &unit.source {
        words.insert("source-name", source.name.to_string());
        words.insert("source-namespace", source.namespace.to_string());
    }
    words.insert("policy", sync_policy(unit));
}

/// The version that a definition stores its objects in.
fn stored(definition: &Resource) -> String {
    let versions = definition.at(&["spec", "versions"]).map_or(&[][..], Node::items);
    let stored = versions.iter().find(|v| v.get("storage").and_then(Node::as_bool) == Some(true));
    stored.and_then(|v| v.get("name")).and_then(Node::text).unwrap_or_default().to_owned()
}

/// How an Application syncs, as `argocd app set` says it.
fn sync_policy(unit: &Unit) -> String {
    let object = unit.object.as_deref().filter(|_| unit.controller == Controller::ArgoCd);
    let automated = object.and_then(|o| o.at(&["spec", "syncPolicy", "automated"]));
    let Some(automated) = automated else { return "--sync-policy none".to_owned() };
    let is = |key| automated.get(key).and_then(Node::as_bool) == Some(true);
    let mut flags = "--sync-policy automated".to_owned();
    for (key, flag) in [("prune", " --auto-prune"), ("selfHeal", " --self-heal")] {
        flags += if is(key) { flag } else { "" };
    }
    flags
}

/// ` -n shop`, or nothing.
fn flag(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" {name} {value}") }
}

/// As kubectl names the kind: `deployment`, `certificate.cert-manager.io`.
fn resource(key: &ObjectKey) -> String {
    let kind = key.kind.to_lowercase();
    let known = ["", "apps", "batch", "autoscaling", "policy"].contains(&key.group.as_str())
        || key.group.ends_with(".k8s.io");
    if known { kind } else { format!("{kind}.{}", key.group) }
}

/// The labels that the old pods have: `a=b,c=d`.
fn labels(new: &Resource, old: Option<&Resource>) -> String {
    let object = old.unwrap_or(new);
    let labels = object.at(&["spec", "selector", "matchLabels"]).map_or(&[][..], Node::entries);
    let pair = |e: &gitops_yaml::Entry| format!("{}={}", e.key, e.value.text().unwrap_or_default());
    labels.iter().map(pair).collect::<Vec<_>>().join(",")
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and 3 more ``.
fn listed<T>(items: &BTreeSet<&T>, say: &dyn Fn(&T) -> String) -> String {
    let items: Vec<String> = items.iter().map(|i| format!("`{}`", say(i))).collect();
    match &items[..] {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [head @ .., last] if items.len() <= 3 => format!("{} and {last}", head.join(", ")),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

/// The same for a command. A word that a shell could take for more than text becomes a blank to fill in.
fn command(template: &str, words: &Words) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ./:=,_-".contains(c);
    let safe = |(word, value): (&&'static str, &String)| {
        let value = if value.chars().all(plain) { value.clone() } else { word.to_uppercase() };
        (*word, value)
    };
    filled(template, &words.iter().map(safe).collect())
}

/// Puts words in; what is no known word stays, such as the braces of JSON.
fn filled(template: &str, words: &Words) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out += before;
        let word = after.split_once('}').and_then(|(word, tail)| Some((words.get(word)?, tail)));
        match word {
            Some((word, tail)) => {
                out += word;
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_put_in_and_json_stays() {
        let words = Words::from([("name", "web".to_owned())]);
        let text = "patch {name} -p '{\"a\":{\"b\":1}}' {other}";
        let hostile = Words::from([("name", "a;b".to_owned())]);
        assert_eq!(command("get {name}", &hostile), "get NAME");
        assert_eq!(filled(text, &words), "patch web -p '{\"a\":{\"b\":1}}' {other}");
    }
}
