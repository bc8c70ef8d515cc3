//! Every case of `testdata/kustomize`: files, and what kustomize v5.8.2 prints for the root `.`, or that it
//! fails. The last file of a case is `expected.yaml`, or `error` with words of the message.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read their cases")]

mod support;

use std::path::Path;

use gitops_kustomize::{Context, Memo, Options, build, print};
use gitops_yaml::Sources;
use support::Files;

fn check(name: &str, text: &str) {
    let mut files = Files::parse(text);
    let expected = files.0.remove("expected.yaml");
    let error = files.0.remove("error");
    let (sources, memo) = (Sources::default(), Memo::default());
    let cx = Context { tree: &files, sources: &sources, memo: &memo };
    match (build(&cx, "", &Options::default()), expected, error) {
        (Ok(rendered), Some(expected), None) => {
            assert_eq!(print(&rendered.resources), expected, "{name}");
        }
        (Err(failure), None, Some(error)) => {
            let problem = &failure.problems[0];
            for words in error.lines() {
                assert!(problem.message.contains(words), "{name}: {}", problem.message);
            }
            assert!(problem.span.is_some(), "{name}: no line is blamed");
        }
        (Ok(_), _, _) => panic!("{name}: it must fail"),
        (Err(failure), _, _) => panic!("{name}: {}", failure.problems[0].message),
    }
}

#[test]
fn all_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/kustomize");
    let mut count = 0;
    for entry in walk(&folder) {
        let text = std::fs::read_to_string(&entry).unwrap();
        check(&entry.file_name().unwrap().to_string_lossy(), &text);
        count += 1;
    }
    assert!(count >= 20, "only {count} cases in {}", folder.display());
}

#[allow(clippy::disallowed_methods)]
fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut cases: Vec<_> = entries.filter(|p| p.extension().is_some_and(|e| e == "txt")).collect();
    cases.sort();
    cases
}
