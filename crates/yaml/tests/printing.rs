//! Printing against go-yaml, byte for byte.

use gitops_yaml::{FileId, Limits, PrintOptions, parse, print};

#[test]
fn values_are_printed_as_go_yaml_prints_them() {
    let cases: Vec<_> = include_str!("printing.txt").split("%% ").skip(1).collect();
    assert!(cases.len() > 100, "{} cases", cases.len());
    for case in cases {
        let (value, printed) = case.split_once('\n').expect("a line with the value");
        let text = format!("{{\"key\": {value}}}");
        let read = parse(FileId::for_tests(0), &text, &Limits::default());
        assert!(read.errors.is_empty(), "{value}: {:?}", read.errors);
        assert_eq!(print(&read.documents[0], &PrintOptions::KUSTOMIZE), printed, "{value}");
    }
}
