//! Texts that are broken, odd or too large, and what is read from them.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use gitops_yaml::{ContentId, ErrorKind, FileId, Limits, Node, Parsed, Sources, Span, parse};

fn read(text: &str) -> Parsed {
    parse(FileId::for_tests(0), text, &Limits::default())
}

fn sound(text: &str) -> Node {
    let mut parsed = read(text);
    assert!(parsed.errors.is_empty(), "{:?} in {text:?}", parsed.errors);
    assert_eq!(parsed.documents.len(), 1, "{text:?}");
    parsed.documents.remove(0)
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// Each text of the left means the same as the one on the right.
#[test]
fn odd_texts_mean_what_go_yaml_says() {
    let cases = [
        ("\u{feff}# bom\na: é\n", "a: é"),
        ("a: 1\r\nb: |\r\n  x\r\n  y\r\n", "{a: 1, b: \"x\\ny\\n\"}"),
        ("a:\t1\nb:\t'x'\n", "{a: 1, b: x}"),
        ("a: |\n  text", "{a: text}"),
        ("a: >-\n  fo\n  ld\n", "{a: fo ld}"),
        ("a: |2\n   x\n", "{a: \" x\\n\"}"),
        ("a: |\n\n  x\n\n\n", "{a: \"\\nx\\n\"}"),
        ("a: |+\n  x\n\n", "{a: \"x\\n\\n\"}"),
        ("a: 'one\ntwo'\n", "{a: one two}"),
        ("- b:\n    c: \"one\n  two\"\n", "[{b: {c: one two}}]"),
        ("a: [\n1,\n2\n]\nb: 3\n", "{a: [1, 2], b: 3}"),
        ("- x: [\n  1\n  ]\n  y: {\n}\n", "[{x: [1], y: {}}]"),
        ("a:\n- 1\n# c\n- 2 # d\n", "{a: [1, 2]}"),
        ("? a\n: 1\n", "{a: 1}"),
        ("a: &x {k: 1}\nb: *x\n", "{a: {k: 1}, b: {k: 1}}"),
        ("a: &x {k: 1, l: 1}\nb: {<<: *x, k: 2}\n", "{a: {k: 1, l: 1}, b: {k: 2, l: 1}}"),
        ("b: {<<: [{k: 1}, {k: 2, l: 2}]}\n", "{b: {k: 1, l: 2}}"),
        ("\"<<\": {k: 1}\n", "{'<<': {k: 1}}"),
        ("a: !!str 1\nb: ! 2\nc: !x 3\n", "{a: '1', b: 2, c: '3'}"),
        ("a: !!binary aGVsbG8=\nb: !!int '5'\n", "{a: hello, b: !!int 5}"),
        ("a: 'x'#c\nb: [1]#c\n", "{a: x, b: [1]}"),
        ("a: 1\n---#c\n", "a: 1"),
        ("%YAML 1.1\n# c\n---\na: 1\n...\n", "{a: 1}"),
    ];
    for (text, same) in cases {
        assert!(sound(text).same(&sound(same)), "{text:?} is {:?}", sound(text));
    }
}

#[test]
fn documents_are_counted_as_kustomize_counts_them() {
    for (text, count) in [
        ("", 0),
        ("# only a comment\n", 0),
        ("---\n", 1),
        ("a: 1\n---\n---\nb: 1\n", 3),
        ("# c\n---\na: 1\n---\n# d\n", 2),
        ("a: 1\n---", 2),
        ("--- a\n--- |\n x\n", 2),
        ("a: |\n  ---\nb: ---x\n", 1),
        ("a: 1\n---#c\nb: 2\n", 2),
        ("a: 1\n---#c\n", 1),
    ] {
        let parsed = read(text);
        assert!(parsed.errors.is_empty(), "{text:?} {:?}", parsed.errors);
        assert_eq!(parsed.documents.len(), count, "{text:?}");
    }
}

#[test]
fn a_broken_document_takes_no_other_along() {
    for broken in [
        "b: [1",
        "b: 'x",
        "b: {\n",
        "b: c: d",
        "\tb: 1",
        "b: 1\n\t\n",
        "b:\n-\t1",
        ": 1",
        "b: *x",
        "{a: 1}: 2",
        "b: \u{0}",
        "!!int b: x",
        "b: x\u{2028}y",
        "b: 1 # x\u{2028}y",
        "b: 1\n# x\u{2028} y",
        "x: &x [{a: b}]\nb: {<<: *x}",
        "b: [|]",
        "b: [>x]",
    ] {
        let text = format!("a: 1\n---\n{broken}\n---\nlast: naïve\n");
        let parsed = read(&text);
        assert_eq!(parsed.documents.len(), 2, "{broken:?}");
        assert_eq!(parsed.errors.len(), 1, "{broken:?} {:?}", parsed.errors);
        let at = parsed.errors[0].span.start as usize;
        assert!((8..=text.find("\n---\nlast").unwrap() + 1).contains(&at), "{broken:?} at {at}");
        let last = parsed.documents[1].entry("last").unwrap();
        assert_eq!(slice(&text, last.key_span), "last");
        assert_eq!(slice(&text, last.value.span()), "naïve");
    }
}

#[test]
fn a_value_that_its_tag_does_not_fit_is_kept() {
    let parsed = read("a: !!int x\nb: !!null y\nc: !!binary z\n");
    let kinds: Vec<_> = parsed.errors.iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [ErrorKind::Tag; 3]);
    let values: Vec<_> = parsed.documents[0].entries().iter().map(|e| e.value.text()).collect();
    assert_eq!(values, [Some("x"), Some("y"), Some("z")]);
}

#[test]
fn what_stands_before_a_document_is_read() {
    for text in ["%YAML 1.2\n---\na: 1\n", "# c\n%FOO bar\n---\na: 1\n", "...\na: 1\n", "\ta: 1\n"]
    {
        let parsed = read(text);
        assert!(parsed.documents.is_empty(), "{text:?}");
        assert_eq!(parsed.errors.len(), 1, "{text:?}");
    }
}

#[test]
fn mended_texts_keep_their_places() {
    let text = "é: 'one\ntwo'\nb: [\n1, {c: 'x\ny'\n}]\nd:\te\n";
    let mut seen = Vec::new();
    sound(text).walk(&mut |n| {
        if n.as_scalar().is_some() {
            seen.push(slice(text, n.span()));
        }
    });
    assert_eq!(seen, ["'one\ntwo'", "1", "'x\ny'", "e"]);
}

#[test]
fn a_separator_on_the_last_line_is_none_before_a_comment() {
    assert_eq!(read("a: 1\n---#c").errors.len(), 1);
}

#[test]
fn a_key_that_stands_twice_names_both_places() {
    let text = "a: 1\nb: 2\na: 3\n";
    let parsed = read(text);
    let [error] = &parsed.errors[..] else { panic!("{:?}", parsed.errors) };
    assert_eq!(error.kind, ErrorKind::DuplicateKey);
    assert_eq!((error.first.as_ref().map(|e| e.key_span.start), error.span.start), (Some(0), 10));
    assert_eq!(parsed.documents[0].get("a").and_then(Node::text), Some("3"));
}

#[test]
fn a_block_of_blank_lines_keeps_its_breaks_wherever_it_stands() {
    let value = |text: &str| sound(text).get("a").and_then(Node::text).map(str::to_owned);
    assert_eq!(value("a: |+\n\nb: c +\n").as_deref(), Some("\n"));
    assert_eq!(value("a: |+\n\n").as_deref(), Some("\n"));
    assert_eq!(value("a: |+\n").as_deref(), Some(""));
    assert_eq!(value("b: 1\na: |\n").as_deref(), Some(""));
}

#[test]
fn an_alias_that_is_a_key_ends_at_its_colon() {
    let document = sound("name: &app shop\nby:\n  *app: {x: 1}\n");
    assert!(document.at(&["by", "shop", "x"]).is_some());
}

#[test]
fn what_no_reader_reads_is_told() {
    for text in ["a: 1\n...\nb: 2\n", "  a: 1\nb: 2\n"] {
        let parsed = read(text);
        assert_eq!(parsed.documents.len(), 1, "{text}");
        assert_eq!(parsed.errors[0].kind, ErrorKind::Unread, "{text}");
        assert!(!parsed.errors[0].kind.is_fatal());
    }
}

#[test]
fn depth_and_aliases_have_limits() {
    let mut chain = "a0: &a0 [x]\n".to_owned();
    for i in 1..1000 {
        writeln!(chain, "a{i}: &a{i} [*a{}]", i - 1).unwrap();
    }
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        writeln!(bomb, "a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 10].join(", ")).unwrap();
    }
    let block: String = (0..10_000).map(|i| format!("{}-\n", " ".repeat(i))).collect();
    let texts =
        ["[".repeat(10_000), "{a: ".repeat(10_000), "- ".repeat(10_000), block, chain, bomb];
    for text in texts {
        let parsed = read(&(text + "\n---\nb: 1\n"));
        assert_eq!(parsed.documents.len(), 1);
        let [error] = &parsed.errors[..] else { panic!("{:?}", parsed.errors) };
        assert_eq!(error.kind, ErrorKind::Limit, "{error:?}");
    }
}

#[test]
fn large_texts_take_time_in_proportion() {
    let many_keys: String = (0..100_000).map(|i| format!("key{i}: value\n")).collect();
    let one_line = format!("[{}]", vec!["{\"a\": \"b c\"}"; 200_000].join(", "));
    let twice = many_keys.repeat(2);
    let merged = format!("a: &a\n{}b:\n  <<: *a\n", many_keys.replace("key", "  key"));
    let many_documents = "---\na: 1\n".repeat(100_000);
    let quoted: String = (0..300).map(|i| format!("k{i}:\n  l: 'one\ntwo'\n")).collect();
    let one_block = format!("a: |\n{}", "  some text é\n".repeat(300_000));
    for text in [&many_keys, &one_line, &twice, &merged, &many_documents, &quoted, &one_block] {
        let start = Instant::now();
        let parsed = read(text);
        assert!(parsed.documents.iter().all(|d| d.same(d)));
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?} for {} bytes", text.len());
    }
}

#[test]
fn bytes_that_are_no_text_are_reported_where_they_stand() {
    let bytes = b"a: 1\nb: \xff\nc: 2\n";
    let file = Sources::default().load("x", ContentId::of(bytes), bytes);
    let [error] = &file.errors[..] else { panic!("{:?}", file.errors) };
    assert_eq!((error.kind, error.span.start), (ErrorKind::Encoding, 8));
    assert_eq!(file.documents[0].get("c").and_then(Node::text), Some("2"));
}
