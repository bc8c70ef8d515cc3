//! Cases of `testdata/admission`: an object, how it changes, and what is refused.
#![expect(clippy::disallowed_methods, reason = "a test reads its cases")]

use std::collections::BTreeSet;
use std::path::Path;

use gitops_admission::{Refusal, Update, Verdict, judge};
use gitops_model::{ApplyMode, KubernetesVersion, Resource};
use gitops_schema::{Immutable, immutable_table};
use gitops_yaml::{ContentId, Entry, Node, Sources};

/// A case, the name of its file, and the objects that the file names.
struct Case {
    file: String,
    body: Node,
    objects: Node,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/admission");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of cases")
        .flatten()
        .map(|e| e.path())
        .collect();
    files.sort();
    let sources = Sources::default();
    let mut cases = Vec::new();
    for path in files {
        let text = std::fs::read(&path).expect("a file of cases");
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let file = sources.load(&name, ContentId::of(&text), &text);
        assert!(file.errors.is_empty(), "{name}: {:?}", file.errors);
        let document = file.documents.first().expect("a document");
        let objects = document.get("objects").expect("objects");
        for body in document.get("cases").map(Node::items).unwrap_or_default() {
            let (file, body, objects) = (name.clone(), body.clone(), objects.clone());
            cases.push(Case { file, body, objects });
        }
    }
    cases
}

/// What a JSON merge patch makes of a value.
fn patched(node: &Node, patch: &Node) -> Node {
    let Some(entries) = patch.as_map() else { return patch.clone() };
    let mut node = if node.as_map().is_some() {
        node.clone()
    } else {
        Node::map(Vec::new(), patch.origin.clone())
    };
    for entry in entries {
        if entry.value.is_null() {
            node.remove(&entry.key);
            continue;
        }
        let absent = Node::null(patch.origin.clone());
        let value = patched(node.get(&entry.key).unwrap_or(&absent), &entry.value);
        node.set(Entry { value, ..entry.clone() });
    }
    node
}

impl Case {
    fn text(&self, key: &str) -> Option<&str> {
        self.body.get(key).and_then(Node::text)
    }

    fn object(&self, name: &str) -> Node {
        self.objects.get(name).unwrap_or_else(|| panic!("no object `{name}`")).clone()
    }

    fn before(&self) -> Node {
        self.object(self.text("old").expect("an old object"))
    }

    fn after(&self) -> Resource {
        let new = patched(&self.before(), self.body.get("change").expect("a change"));
        Resource::new(new).expect("an object")
    }

    fn verdict(&self) -> Verdict {
        let old = Resource::new(self.before()).expect("an object");
        let beside = self.body.get("beside").map(Node::items).unwrap_or_default().iter();
        let beside: Vec<Resource> = beside
            .filter_map(Node::text)
            .filter_map(|name| Resource::new(self.object(name)))
            .collect();
        let mode = match self.text("mode") {
            None => ApplyMode::ServerSide,
            Some("csa") => ApplyMode::ClientSide,
            Some("replace") => ApplyMode::Replace,
            Some(other) => panic!("no such mode: {other}"),
        };
        let version = match self.text("version") {
            Some(text) => KubernetesVersion::parse(text).expect("a release"),
            None => KubernetesVersion::NEWEST,
        };
        let (new, neighbours) = (self.after(), beside.as_slice());
        judge(&Update { old: &old, new: &new, mode, version, neighbours: &neighbours })
    }
}

/// Whether a case is judged as it says.
fn check(case: &Case) {
    let name = format!("{}: {}", case.file, case.text("case").unwrap_or_default());
    let wanted = case.body.get("refused").map(Node::items).unwrap_or_default();
    let wanted: BTreeSet<String> =
        wanted.iter().filter_map(Node::text).map(str::to_owned).collect();
    let verdict = case.verdict();
    match (&verdict, case.text("unknown")) {
        (Verdict::Unknown(why), Some(wanted)) => assert!(why.contains(wanted), "{name}: {why}"),
        (Verdict::Undefined, Some("undefined")) => {}
        (Verdict::Rejected(refusals), None) => {
            let paths: BTreeSet<String> = refusals.iter().map(|r| r.path.to_string()).collect();
            assert_eq!(paths, wanted, "{name}");
            assert!(refusals.iter().all(|r| !r.message.is_empty()), "{name}");
            let possible = refusals.iter().all(|refusal| !refusal.certain);
            assert_eq!(possible, case.text("certain") == Some("false"), "{name}");
        }
        (Verdict::Accepted, None) => assert!(wanted.is_empty(), "{name}: accepted"),
        _ => panic!("{name}: {verdict:?}"),
    }
}

#[test]
fn updates_are_judged_as_the_cases_say() {
    let cases = cases();
    assert!(cases.len() > 100);
    cases.iter().for_each(check);
}

#[test]
fn every_row_of_the_table_has_a_case() {
    let cases = cases();
    let refusals = |case: &Case| match case.verdict() {
        Verdict::Rejected(refusals) => refusals,
        _ => Vec::new(),
    };
    let shown: Vec<(Resource, Vec<Refusal>)> =
        cases.iter().map(|case| (case.after(), refusals(case))).collect();
    let is_shown = |row: &Immutable| {
        shown.iter().any(|(object, refusals)| {
            (row.group == "*" || object.gvk.is(&row.group, &row.kind))
                && refusals.iter().any(|refusal| {
                    refusal.source == row.source && refusal.path.is_below(&row.keys())
                })
        })
    };
    let unshown: Vec<String> = immutable_table()
        .iter()
        .filter(|row| !is_shown(row))
        .map(|row| format!("{} {} ({:?})", row.kind, row.path, row.condition))
        .collect();
    assert!(unshown.is_empty(), "rows without a case: {unshown:#?}");
}

#[test]
fn any_two_objects_are_judged() {
    let cases = cases();
    let objects: Vec<Resource> = cases.iter().map(Case::after).collect();
    let (version, neighbours) = (KubernetesVersion::NEWEST, objects.as_slice());
    for old in &objects {
        for new in objects.iter().filter(|new| new.gvk == old.gvk) {
            for mode in [ApplyMode::ServerSide, ApplyMode::ClientSide, ApplyMode::Replace] {
                let update = Update { old, new, mode, version, neighbours: &neighbours };
                let verdict = judge(&update);
                assert_eq!(verdict, judge(&update), "{}: {}", old.key, new.key);
                // What the server completes of a list of families, no manifest may name in part.
                let same = old.body.same(&new.body) && old.at(&["spec", "ipFamilies"]).is_none();
                if same && mode == ApplyMode::ServerSide {
                    let refused = matches!(verdict, Verdict::Rejected(_));
                    assert!(!refused, "{}: refused as it is", old.key);
                }
            }
        }
    }
}
