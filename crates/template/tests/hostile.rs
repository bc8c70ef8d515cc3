//! No template, however odd, panics or runs on for ever; what asks too much is an error.

use gitops_template::{ErrorKind, Library, Limits, Options, Template, Value, substitute};
use gitops_yaml::{FileId, Span};
use proptest::prelude::*;

fn data() -> Value {
    let list = Value::strings(["a", "é", ""]);
    let map = Value::map([("k".into(), Value::string("v")), ("l".into(), list.clone())]);
    Value::map([("s".into(), Value::string("héllo")), ("l".into(), list), ("m".into(), map)])
}

fn run(template: &str) -> Result<String, ErrorKind> {
    let limits = Limits { steps: 20_000, bytes: 1 << 20, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let at = Span::new(FileId::for_tests(0), 0, 0);
    let template = Template::parse(template, &Library::APPLICATION_SET, at).map_err(|e| e.kind)?;
    template.render(&data(), &options).map(|r| r.text).map_err(|e| e.kind)
}

#[test]
fn what_asks_too_much_is_a_limit() {
    let deep = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let nested = "{{if true}}".repeat(100_000);
    for template in [
        r#"{{ repeat 2000000000 "x" }}"#,
        "{{ until 2000000000 }}",
        "{{ range 2000000000 }}{{ end }}",
        r#"{{ range until 1000 }}{{ range until 1000 }}{{ end }}{{ end }}"#,
        r#"{{ indent 2000000000 "x" }}"#,
        r#"{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}"#,
        r#"{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $d }}"#,
        r#"{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}"#,
        r#"{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d }}"#,
        r#"{{ $s := "xxxxxxxx" }}{{ range until 40 }}{{ $s = printf "%s%s" $s $s }}{{ end }}"#,
        r#"{{ $s := "xxxxxxxx" }}{{ range until 40 }}{{ $s = replace "x" "xx" $s }}{{ end }}"#,
        r#"{{ seq 1 1 2000000000 }}"#,
        &format!("{{{{ {deep} }}}}"),
        &nested,
    ] {
        let shown: String = template.chars().take(60).collect();
        assert_eq!(run(template), Err(ErrorKind::Limit), "{shown}");
    }
}

/// Pieces of templates, whole and broken.
const PIECES: [&str; 44] = [
    "{{",
    "}}",
    "{{-",
    "-}}",
    " ",
    ".",
    ".s",
    ".l",
    ".m.k",
    "$",
    "$x",
    ":=",
    "=",
    "|",
    "(",
    ")",
    ",",
    "if ",
    "else",
    "end",
    "range ",
    "with ",
    "define ",
    "template ",
    "block ",
    "break",
    "\"a\"",
    "`b`",
    "'c'",
    "1",
    "-1",
    "1e9",
    "nil",
    "true",
    "printf ",
    "index ",
    "slice ",
    "substr ",
    "trunc ",
    "merge ",
    "toYaml ",
    "regexFind ",
    "abbrev ",
    "/*",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn pieces_of_templates_never_panic(parts in prop::collection::vec(0..PIECES.len(), 0..24)) {
        let template: String = parts.iter().map(|i| PIECES[*i]).collect();
        let _ = run(&template);
        let _ = run(&format!("{{{{ {template} }}}}"));
        let _ = substitute(&template, &data());
    }

    #[test]
    fn calls_never_panic(
        function in 0..Library::APPLICATION_SET.names().count(),
        args in prop::collection::vec(0..12usize, 0..5),
    ) {
        const ARGS: [&str; 12] = [
            ".s", ".l", ".m", "nil", "0", "-7", "99999999999", "2.5", "\"é(a\"", "\"\"", "true", "(list 1 \"x\" nil)",
        ];
        let name = Library::APPLICATION_SET.names().nth(function).unwrap_or_default();
        let args: Vec<&str> = args.iter().map(|i| ARGS[*i]).collect();
        let _ = run(&format!("{{{{ {name} {} }}}}", args.join(" ")));
    }

    #[test]
    fn any_text_never_panics(text in "\\PC*") {
        let _ = run(&text);
        let _ = substitute(&text, &data());
    }
}
