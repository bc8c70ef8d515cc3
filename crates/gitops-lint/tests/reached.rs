//! What is told of a change is the same whether all clusters are rendered, or those alone that it can reach.

#![expect(clippy::disallowed_methods, reason = "tests make the folders they run on")]

mod support;

use std::path::{Path, PathBuf};

/// An object beside those of a file.
const MORE: &str =
    "\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: apps}\n";

/// The repositories of the cases.
fn repositories() -> Vec<PathBuf> {
    let testdata = support::top().join("testdata");
    let mut found = vec![testdata.join("fleet-demo/base")];
    for kind in ["flux", "argocd"] {
        let cases = std::fs::read_dir(testdata.join(kind)).expect("a folder of cases");
        let repositories = cases.map(|case| case.expect("a case").path().join("repo"));
        found.extend(repositories.filter(|repository| repository.is_dir()));
    }
    found.sort();
    found
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// What becomes of a file: it goes, it gets other values, or one more object. Each file gets one of these.
fn edited(number: usize, text: &str) -> Option<String> {
    match number % 3 {
        0 => None,
        1 => Some(text.replace(['1', 'a'], "2")),
        _ => Some(format!("{text}{MORE}")),
    }
}

fn compare(base: &Path, head: &Path, what: &str) {
    let [from, to] = [base, head].map(Path::to_string_lossy);
    let arguments = ["diff", "--from", &from, "--to", &to, "--format", "json"];
    let quick = support::run(head, &arguments);
    let all = support::run(head, &[&arguments[..], &["--follow-all"]].concat());
    assert_eq!((quick.code, quick.out), (all.code, all.out), "{what}");
}

#[test]
fn rendering_only_what_a_change_reaches_misses_nothing() {
    let check = |base: &PathBuf| {
        let repo = support::Repo::new();
        support::copy(base, repo.path());
        let mut all = Vec::new();
        files(base, &mut all);
        assert!(!all.is_empty(), "{}", base.display());
        for (number, file) in all.iter().enumerate() {
            let target = repo.path().join(file.strip_prefix(base).expect("a file of the folder"));
            let text = std::fs::read_to_string(file).expect("a file of text");
            let edit = edited(number, &text);
            match &edit {
                Some(other) => std::fs::write(&target, other),
                None => std::fs::remove_file(&target),
            }
            .expect("a file is changed");
            compare(base, repo.path(), &format!("{} {edit:?}", file.display()));
            std::fs::write(&target, &text).expect("a file is written");
        }
    };
    let repositories = repositories();
    let (some, others) = repositories.split_at(repositories.len() / 2);
    std::thread::scope(|threads| {
        threads.spawn(|| others.iter().for_each(check));
        some.iter().for_each(check);
    });
}
