//! What holds for every text: spans name what they stand for, and printing loses nothing.

use gitops_yaml::{
    ErrorKind, FileId, KeyOrder, Limits, Node, Parsed, PrintOptions, Span, Style, Value, parse,
    print,
};

fn read(text: &str) -> Parsed {
    parse(FileId::for_tests(0), text, &Limits::default())
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

/// Panics if a text shows that something does not hold.
pub(crate) fn check(text: &str) {
    let parsed = read(text);
    for error in &parsed.errors {
        slice(text, error.span);
    }
    let by_bytes = PrintOptions { keys: KeyOrder::Bytes, ..PrintOptions::READABLE };
    for document in &parsed.documents {
        check_spans(text, document);
        // What its tag does not fit is printed by nobody.
        if parsed.errors.iter().any(|e| e.kind == ErrorKind::Tag) {
            continue;
        }
        check_print(document, &PrintOptions::READABLE);
        check_print(document, &by_bytes);
        // go-yaml v2 writes these bare, and YAML 1.2 knows them as line breaks no more.
        let readable = print(document, &PrintOptions::READABLE);
        if ["\\N", "\\L", "\\P", "\"<<\""].iter().all(|e| !readable.contains(e)) {
            check_print(document, &PrintOptions::KUSTOMIZE);
        }
    }
}
