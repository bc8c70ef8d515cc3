//! A plan, and what a revert would not restore.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::*;
use gitops_yaml::SmolStr;

/// A plan with a step of each kind.
pub(crate) fn plan(findings: &[Finding]) -> Plan {
    let (first, rest) = findings.split_first().unwrap();
    let step = |title: &str, act, proof| Step {
        ways: vec![0],
        title: title.into(),
        act,
        check: advice("every pod is ready", "kubectl -n shop get pods"),
        undo: advice("revert the commit", "git revert HEAD"),
        clusters: clusters(&["dev", "prod-eu"]),
        proof,
    };
    let commit = |merges, by_hand: &[&str]| Act::Commit {
        merges,
        hunks: vec![Hunk {
            path: "apps/web.yaml".into(),
            line: 3,
            before: "a: 1\n".into(),
            after: "b: `2`\n".repeat(20),
        }],
        by_hand: by_hand.iter().map(|b| (*b).to_owned()).collect(),
    };
    let run = Act::Run {
        files: BTreeMap::from([("web-next.yaml".to_owned(), "kind: Deployment\n".to_owned())]),
        commands: vec!["kubectl -n shop delete deployment web --cascade=orphan".to_owned()],
        deletes: way(first).objects,
        by_hand: Vec::new(),
    };
    Plan {
        ways: vec![way(first)],
        steps: vec![
            step("add the new one", commit(false, &[]), Proof::Holds),
            step("delete the old one", run, Proof::None),
            step("merge", commit(true, &[]), Proof::Fails(vec!["it is refused".into()])),
            step("clean up", commit(false, &["write `a: b`"]), Proof::Unknown),
        ],
        open: rest.iter().take(1).map(|f| f.fingerprint.clone()).collect(),
    }
}

/// The way out of a finding.
pub(super) fn way(finding: &Finding) -> Way {
    Way {
        recipe: "blue-green",
        title: "run the new one beside `Deployment shop/web`".into(),
        objects: finding.objects().cloned().collect(),
        unit: None,
        places: BTreeMap::from([
            (Effect::Now, clusters(&["dev"])),
            (Effect::Queued, clusters(&["prod-eu"])),
        ]),
        findings: vec![finding.fingerprint.clone()],
        affects: "the pods are replaced".into(),
        reversible: "R1".into(),
        renames: false,
    }
}

/// What a revert would not restore.
pub(super) fn rollback() -> Vec<Unrestored> {
    vec![Unrestored {
        gvk: Gvk::new("v1", "PersistentVolumeClaim"),
        key: ObjectKey::new("", "PersistentVolumeClaim", "shop", "data"),
        class: Reversal::Lost,
        why: "the data of its volume".into(),
        keep: advice("take a snapshot", "kubectl -n shop get pvc data"),
        effect: Effect::Now,
        clusters: clusters(&["dev"]),
    }]
}

fn advice(text: &str, command: &str) -> Advice {
    Advice { text: text.into(), commands: vec![command.into()] }
}

fn clusters(names: &[&str]) -> BTreeSet<SmolStr> {
    names.iter().map(SmolStr::new).collect()
}
