use super::*;

fn run(text: &str, strict: bool) -> Result<String, Error> {
    let lookup = |name: &str| match name {
        "v" => Lookup::Value("abc"),
        "s" => Lookup::Value("a/b/c.txt"),
        "empty" => Lookup::Value(""),
        "hidden" => Lookup::Hidden,
        "possible" => Lookup::Possible,
        _ => Lookup::Missing,
    };
    let mut opaque = |e: &Expression| format!("<{}>", e.name);
    Template::parse(text)?.evaluate(&lookup, strict, &mut opaque)
}

#[test]
fn expressions_give_what_the_controller_gives() {
    let cases = [
        ("${v}", "abc"),
        ("$v $(v)", "$v $(v)"),
        ("${u:=d} ${u:-d} ${u=d}", "d d d"),
        ("${empty=d} ${empty:=d}", "d d"),
        ("${v:+x} ${u:+x}", "abc x"),
        ("${v:?e} ${u:?e}", "abc e"),
        ("[${u}]", "[]"),
        ("${#v}", "3"),
        ("${v:1} ${v:0:2} ${v: -1} ${v:-1}", "bc ab abc abc"),
        ("${v:7} ${v:1:9}", " bc"),
        ("${v/b/X} ${v//b/X} ${v/b/}", "aXc aXc ac"),
        ("${v/#a/X} ${v/%c/X}", "Xbc abX"),
        ("${v^} ${v^^} ${v,} ${v,,}", "Abc ABC abc abc"),
        ("${s#*/} ${s##*/} ${s%/*} ${s%%/*}", "b/c.txt c.txt a/b a"),
        ("${s%.txt} ${s#a?} ${s##[a-z]/}", "a/b/c b/c.txt b/c.txt"),
        ("${u:=${v}-x}", "abc-x"),
        ("$${v}", "${v}"),
        ("$$v a$$b $$$$ $$${v}", "$v a$b $$ $abc"),
        ("${u:=a$$b} ${u:=$${v}}", "a$$b $abc"),
        ("${1}", ""),
        ("${u:=a}b}", "ab}"),
        ("\\${v}", "\\abc"),
        ("${u:=\"q\"}", "\"q\""),
        ("${v/b/\\/}", "a/c"),
        ("${hidden} ${hidden:=d} ${possible} ${possible:=d}", "<hidden> <hidden> <possible> d"),
        ("tail $", "tail $"),
    ];
    for (text, want) in cases {
        assert_eq!(run(text, false).as_deref(), Ok(want), "{text}");
    }
}

#[test]
fn replacements_that_multiply_come_to_an_end() {
    // An empty pattern matches before each of the three characters and behind them.
    let nested =
        |depth| (0..depth).fold("x".to_owned(), |inner, _| format!("${{v//${{u}}/{inner}}}"));
    assert_eq!(run(&nested(1), true), Err(Error::NotSet("u".to_owned())));
    assert_eq!(run(&nested(1), false).as_deref(), Ok("xaxbxcx"));
    assert_eq!(run(&nested(60), false), Err(TOO_LONG));
}

#[test]
fn what_is_no_expression_fails_in_the_controllers_words() {
    let cases = [
        ("${v-d}", UNCLOSED),
        ("${v.x}", UNCLOSED),
        ("${a[0]}", UNCLOSED),
        ("${v@Q}", UNCLOSED),
        ("${v", UNCLOSED),
        ("${}", NO_NAME),
        ("${ v }", NO_NAME),
        ("${.Values.x}", NO_NAME),
        ("${{ x }}", NO_NAME),
        ("${!v}", NO_NAME),
        ("${v//b}", BAD),
        ("${v:é}", BAD),
        ("${v:0:-1}", BAD),
        ("${v:}", BAD_ARGUMENT),
        ("${u:=a", BAD_ARGUMENT),
    ];
    for (text, want) in cases {
        assert_eq!(run(text, false), Err(want), "{text}");
    }
}

#[test]
fn strict_mode_refuses_a_variable_that_is_nowhere_set() {
    for text in ["${u}", "${u^^}", "${#u}", "${u/a/b}", "${u:1}"] {
        assert_eq!(run(text, true), Err(Error::NotSet("u".into())), "{text}");
    }
    for text in ["${u:=}", "${u=}", "${u:-}", "${u:+}", "${u:?}"] {
        assert_eq!(run(text, true), Ok(String::new()), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "[${}vu:=/#%^,\\\\?*\\[\\]a-c0-9é\\- ]{0,40}") {
        let _ = run(&text, false);
        let _ = run(&text, true);
    }

    #[test]
    fn text_without_dollars_stays(text in "[^$\0]{0,60}") {
        proptest::prop_assert_eq!(run(&text, true), Ok(text));
    }
}
