//! Arrows between crates point only downward: the table of ARCHITECTURE.md, asserted.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Each crate with its layer and what it may depend on beyond `yaml`, `model` and `schema`.
const LAYERS: &[(&str, u8, &[&str])] = &[
    ("yaml", 0, &[]),
    ("model", 1, &[]),
    ("template", 1, &[]),
    ("schema", 2, &[]),
    ("config", 2, &[]),
    ("api", 2, &[]),
    ("kustomize", 3, &[]),
    ("admission", 3, &[]),
    ("compare", 3, &[]),
    ("graph", 3, &["api"]),
    ("gate", 3, &["api", "config"]),
    ("report", 3, &[]),
    ("fleet", 4, &["api", "config", "kustomize", "template"]),
    ("rules", 4, &["api", "config", "admission", "compare", "graph"]),
    (
        "recovery",
        5,
        &[
            "api",
            "config",
            "kustomize",
            "template",
            "admission",
            "compare",
            "graph",
            "rules",
            "fleet",
        ],
    ),
];

/// Crates that only developers run.
const DEVELOPMENT: &[&str] = &["testkit", "xtask"];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let arguments = ["metadata", "--no-deps", "--format-version=1", "--offline"];
    let output = Command::new(env!("CARGO")).args(arguments).output().expect("cargo metadata runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let short = |name: &str| name.trim_start_matches("gitops-").to_owned();
    let packages = metadata["packages"].as_array().expect("packages");
    let normal = |package: &serde_json::Value| {
        let all = package["dependencies"].as_array().cloned().unwrap_or_default();
        all.iter()
            .filter(|d| d["kind"].is_null())
            .filter_map(|d| d["name"].as_str())
            .filter(|name| name.starts_with("gitops-"))
            .map(short)
            .collect()
    };
    packages.iter().map(|p| (short(p["name"].as_str().unwrap_or_default()), normal(p))).collect()
}

#[test]
fn arrows_point_downward() {
    let layers: BTreeMap<&str, (u8, &[&str])> =
        LAYERS.iter().map(|(name, layer, may)| (*name, (*layer, *may))).collect();
    let found = dependencies();
    assert!(found.len() > 5, "the workspace was not read: {found:?}");
    let mut wrong = Vec::new();
    for (name, used) in &found {
        if name == "lint" || DEVELOPMENT.contains(&name.as_str()) {
            continue;
        }
        let Some((layer, may)) = layers.get(name.as_str()) else {
            wrong.push(format!("{name} has no row in the table"));
            continue;
        };
        for other in used {
            let below = layers.get(other.as_str()).is_some_and(|(l, _)| l < layer);
            let everyone = match other.as_str() {
                "yaml" => true,
                "model" => *name != "template",
                "schema" => *layer >= 3,
                _ => may.contains(&other.as_str()),
            };
            if !(below && everyone) {
                wrong.push(format!("{name} may not depend on {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
