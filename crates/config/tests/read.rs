//! The whole file: what is right is read, what is wrong is said on its line.

use std::collections::BTreeSet;

use gitops_config::{Config, SCHEMA, read};
use gitops_model::{Problem, Severity};
use gitops_yaml::{ContentId, Node, Sources, Value};

const COMPLETE: &str = include_str!("../../../testdata/config/complete.yaml");
const MISTAKES: &str = include_str!("../../../testdata/config/mistakes.yaml");
const DOCS: &str = include_str!("../../../docs/configuration.md");

fn parsed(text: &str) -> (Config, Vec<Problem>, Sources) {
    let sources = Sources::default();
    let file = sources.load(".gitops-lint.yaml", ContentId::of(text.as_bytes()), text.as_bytes());
    let (config, problems) = read(&file);
    (config, problems, sources)
}

#[test]
fn the_complete_file_reads() {
    let (config, problems, _) = parsed(COMPLETE);
    assert_eq!(problems, []);
    let names = ["canary-eu", "prod-eu"];
    assert_eq!(config.check_waves(names), []);
    assert_eq!(
        names.map(|n| config.wave_of(n).unwrap().1.name.value.as_str()),
        ["canary", "production"]
    );
    assert_eq!(config.cluster("any", "clusters/prod-eu").unwrap().name.value, "prod-eu");
    assert_eq!(config.severity("floating-image", Severity::Error), None);
    assert_eq!(config.severity("no-health-check", Severity::Error), Some(Severity::Note));
    assert_eq!(config.severity("another", Severity::Error), Some(Severity::Error));
}

#[test]
fn every_mistake_is_said_on_its_line() {
    let (_, problems, sources) = parsed(MISTAKES);
    let mut said: Vec<(u32, String)> = problems
        .iter()
        .map(|p| {
            (
                sources.locate(p.span.unwrap()).line,
                format!("{} {}", p.message, p.help.as_deref().unwrap_or("")),
            )
        })
        .collect();
    for (number, line) in (1..).zip(MISTAKES.lines()) {
        for wanted in line.split("# error: ").skip(1) {
            let parts: Vec<&str> = wanted.split('"').skip(1).step_by(2).collect();
            let found = said
                .iter()
                .position(|(at, text)| *at == number && parts.iter().all(|p| text.contains(p)));
            let found = found.unwrap_or_else(|| panic!("line {number}: {wanted} not in {said:#?}"));
            said.remove(found);
        }
    }
    assert_eq!(said, [], "said and not expected");
}

#[test]
fn waves_must_have_clusters_and_clusters_one_wave() {
    let text = "apiVersion: gitops-lint.dev/v1\nwaves: [{name: a, clusters: [x, 'p*']}, {name: b, clusters: [pq]}]";
    let (config, problems, _) = parsed(text);
    assert_eq!(problems, []);
    let said: Vec<String> =
        config.check_waves(["pq", "z"]).into_iter().map(|p| p.message).collect();
    assert_eq!(
        said,
        [
            "wave `a` names `x`, and no cluster is called so",
            "cluster `pq` is in the waves `a` and `b`",
            "cluster `z` is in no wave"
        ]
    );
}

#[test]
fn what_is_narrower_than_readable_suppresses_nothing() {
    let text =
        "apiVersion: gitops-lint.dev/v1\nsuppressions: [{rule: a, reason: b, expires: soon}]";
    assert!(parsed(text).0.suppressions.is_empty());
}

/// Reader, schema, example and page know the same keys: the example has every key of the schema, the
/// schema every key of the example, the reader takes the example, and the page names each key.
#[test]
fn the_schema_and_the_page_are_complete() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let mut declared = BTreeSet::new();
    declare(&schema, "", &mut declared);
    let file =
        Sources::default().load("c", ContentId::of(COMPLETE.as_bytes()), COMPLETE.as_bytes());
    let mut used = BTreeSet::new();
    collect(&file.documents[0], "", &declared, &mut used);
    assert_eq!(used, declared);
    for path in &declared {
        let key = path.rsplit('.').next().unwrap().trim_end_matches("[]");
        assert!(
            DOCS.contains(&format!("`{key}`")),
            "docs/configuration.md does not name `{key}` ({path})"
        );
    }
}

/// Every key that the schema declares; keys that are names are `*`.
fn declare(schema: &serde_json::Value, path: &str, out: &mut BTreeSet<String>) {
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        out.insert(path.clone());
        declare(value, &path, out);
    }
    for any in schema["anyOf"].as_array().into_iter().flatten() {
        declare(any, path, out);
    }
    if schema["items"].is_object() {
        declare(&schema["items"], &format!("{path}[]"), out);
    }
    if schema["additionalProperties"].is_object() {
        declare(&schema["additionalProperties"], &format!("{path}.*"), out);
    }
}

/// Every key that the file has, as the schema spells it.
fn collect(node: &Node, path: &str, declared: &BTreeSet<String>, out: &mut BTreeSet<String>) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(items) => {
            items.iter().for_each(|n| collect(n, &format!("{path}[]"), declared, out))
        }
        Value::Map(entries) => {
            for entry in entries.iter() {
                let known = format!("{path}.{}", entry.key);
                let any = format!("{path}.*");
                if declared.contains(&known) {
                    out.insert(known.clone());
                    collect(&entry.value, &known, declared, out);
                } else if declared.iter().any(|d| d.starts_with(&format!("{any}."))) {
                    collect(&entry.value, &any, declared, out);
                } else {
                    // A map of names to plain values ends here; anything else is an undeclared key.
                    let names = [
                        "labels",
                        "annotations",
                        "variables",
                        "matchLabels",
                        "repoMap",
                        "exposure",
                        "rules",
                    ];
                    assert!(
                        names.iter().any(|n| path.ends_with(n)),
                        "{known} is not in the schema"
                    );
                }
            }
        }
    }
}
