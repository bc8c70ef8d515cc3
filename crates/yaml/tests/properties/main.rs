//! Texts at random, for what must hold for every text.

mod check;

use check::check;
use proptest::prelude::*;

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
