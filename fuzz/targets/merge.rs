//! Merges the second document of a text over the first: no panic, and printing the result loses nothing.
#![no_main]

use gitops_schema::{MergeSchema, StrategicMerge};
use gitops_yaml::{ErrorKind, FileId, Limits, PrintOptions, parse, print};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let parsed = parse(FileId::for_tests(0), text, &Limits::default());
    let [target, patch, ..] = &parsed.documents[..] else { return };
    // What its tag does not fit is printed by nobody.
    if parsed.errors.iter().any(|e| e.kind == ErrorKind::Tag) {
        return;
    }
    let mut removed = Vec::new();
    let schema = MergeSchema::builtin();
    let merge = StrategicMerge { schema, by: "patches", hint: &|_| None };
    let merged = merge.apply(target, patch, &mut removed);
    if let Ok(Some(merged)) = merged {
        let printed = print(&merged, &PrintOptions::READABLE);
        let again = parse(FileId::for_tests(0), &printed, &Limits::default());
        assert!(again.documents.iter().any(|d| d.same(&merged)), "{printed}");
    }
});
