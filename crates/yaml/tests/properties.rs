//! What holds for every text: spans name what they stand for, and printing loses nothing.

use gitops_yaml::{
    FileId, KeyOrder, Limits, Node, Parsed, PrintOptions, Span, Style, Value, parse, print,
};
use proptest::prelude::*;

fn read(text: &str) -> Parsed {
    parse(FileId::for_tests(0), text, &Limits::default())
}

/// Pieces that meet each other in real files, joined at random: mostly YAML, often broken.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "key",
        "b: ",
        "c:",
        "é",
        "😀",
        "- ",
        "-",
        "\n",
        "\n  ",
        "\n    ",
        "\n\n",
        " ",
        "\t",
        ":",
        ": ",
        "#",
        " # note",
        "'",
        "''",
        "'x y'",
        "\"",
        "\"q\\\"r\"",
        "|\n",
        ">-\n",
        "|2+\n",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "&A ",
        "*A",
        "!!str ",
        "!!int ",
        "? ",
        "<<: ",
        "---\n",
        "\n---\n",
        "...\n",
        "%YAML 1.2\n",
        "1",
        "1.50",
        "0x1f",
        "true",
        "yes",
        "null",
        "~",
        "2001-01-01",
        "\r\n",
        "\r",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "long words that go on and on and on ",
        "\\",
        "@",
        "`",
        "=",
        "$(VAR)",
        "${VAR}",
        "\u{0}",
        "\u{7}",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|p| p.concat())
}

/// Trees of any shape and text, as YAML in flow style.
fn trees() -> impl Strategy<Value = String> {
    let string = prop_oneof!["[ -~]{0,12}", "[a-z \\n#:'\"-]{0,100}", any::<String>()];
    let quoted = string.prop_map(|s| {
        let escape = |c: char| match c {
            ' '..='~' if c != '"' && c != '\\' => c.to_string(),
            _ => format!("\\U{:08x}", u32::from(c)),
        };
        format!("\"{}\"", s.chars().map(escape).collect::<String>())
    });
    let plain = prop::sample::select(vec![
        "1",
        "1.50",
        "0x1f",
        "true",
        "null",
        "2001-01-01",
        "~",
        "!!float 1",
        "!!str 2",
    ]);
    let leaf = prop_oneof![quoted.clone(), plain.prop_map(str::to_owned)];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let entry = (quoted.clone(), inner.clone()).prop_map(|(k, v)| format!("{k} : {v}"));
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(|v| format!("[{}]", v.join(", "))),
            prop::collection::vec(entry, 0..6).prop_map(|v| format!("{{{}}}", v.join(", "))),
        ]
    })
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize)
        .unwrap_or_else(|| panic!("{span:?} in {text:?}"))
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn check_spans(text: &str, node: &Node) {
    let source = slice(text, node.span());
    match &node.value {
        Value::Scalar(s) => match s.style {
            Style::Single => assert!(source.starts_with('\'') && source.ends_with('\'')),
            Style::Double => assert!(source.starts_with('"') && source.ends_with('"')),
            _ => assert_eq!(without_space(source), without_space(&s.text), "in {text:?}"),
        },
        Value::Seq(items) => items.iter().for_each(|n| check_child(text, node, n)),
        Value::Map(entries) => {
            for entry in entries.iter() {
                let key = entry.key_span;
                assert!(text.contains('*') || covers(node.span(), key), "{key:?} in {text:?}");
                check_child(text, node, &entry.value);
            }
        }
    }
}

fn covers(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn check_child(text: &str, parent: &Node, child: &Node) {
    // What came from an alias stands where its anchor stands.
    let covered = text.contains('*') || covers(parent.span(), child.span());
    assert!(covered, "{parent:?} {child:?} in {text:?}");
    check_spans(text, child);
}

fn check_print(node: &Node, options: &PrintOptions) {
    let printed = print(node, options);
    let again = read(&printed);
    assert!(again.errors.is_empty(), "{:?} in {printed:?}", again.errors);
    assert_eq!(again.documents.len(), 1, "{printed:?}");
    if !options.through_json {
        assert!(node.same(&again.documents[0]), "{printed:?} of {node:?}");
    }
    assert_eq!(print(&again.documents[0], options), printed);
}

fn check(text: &str) {
    let parsed = read(text);
    for error in &parsed.errors {
        slice(text, error.span);
    }
    let by_bytes = PrintOptions { keys: KeyOrder::Bytes, ..PrintOptions::READABLE };
    for document in &parsed.documents {
        check_spans(text, document);
        check_print(document, &PrintOptions::READABLE);
        check_print(document, &by_bytes);
        // go-yaml v2 writes these bare, and YAML 1.2 knows them as line breaks no more.
        let readable = print(document, &PrintOptions::READABLE);
        if ["\\N", "\\L", "\\P", "\"<<\""].iter().all(|e| !readable.contains(e)) {
            check_print(document, &PrintOptions::KUSTOMIZE);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_keeps_its_spans_and_survives_printing(text in texts()) {
        check(&text);
    }

    #[test]
    fn any_tree_survives_printing(text in trees()) {
        check(&text);
    }
}
