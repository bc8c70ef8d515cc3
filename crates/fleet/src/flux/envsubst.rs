//! The grammar of Flux's variable substitution (fluxcd/pkg, envsubst). It looks like the shell's and is not:
//! `${v:+x}` is a default, `$$` is one `$` anywhere but in a default, and what cannot be parsed fails the
//! whole text.

use std::fmt;

use super::expand;

/// How deep expressions may stand in each other's arguments.
const MAX_DEPTH: usize = 64;

/// How many bytes an expression or a text may come to: nested replacements multiply, and no API server
/// takes an object this long.
const MAX_LENGTH: usize = 1 << 22;

/// A parsed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Expression(Expression),
}

/// One `${…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expression {
    /// The variable's name.
    pub name: String,
    /// `:=`, `^^`, `/`, …; empty for a bare `${name}`.
    pub operator: String,
    arguments: Vec<Part>,
    /// The bytes of the text that it takes.
    pub range: std::ops::Range<usize>,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup<'v> {
    /// A known value.
    Value(&'v str),
    /// It is set, to a value that is not known here.
    Hidden,
    /// It may be set: a source of variables is not known here.
    Possible,
    /// It is nowhere set.
    Missing,
}

/// Why a text cannot be substituted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Error {
    /// A `${` that is no expression, in the words of the controller.
    Syntax(&'static str),
    /// A variable that is nowhere set, in strict mode.
    NotSet(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(what) => f.write_str(what),
            Self::NotSet(name) => write!(f, "variable `{name}` is not set"),
        }
    }
}

const BAD: Error = Error::Syntax("bad substitution");
const UNCLOSED: Error = Error::Syntax("missing closing brace");
const NO_NAME: Error = Error::Syntax("unable to parse variable name");
const BAD_ARGUMENT: Error = Error::Syntax("unable to parse substitution within function");
const BAD_DEFAULT: Error = Error::Syntax("unable to parse default function");
const TOO_LONG: Error = Error::Syntax("its value is longer than an object may be");

impl Expression {
    /// Whether the operator gives a value where the variable has none.
    fn has_default(&self) -> bool {
        matches!(self.operator.as_str(), "=" | ":=" | ":-" | ":+" | ":?")
    }
}

impl Template {
    /// Parses a text.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let mut parts = Vec::new();
        while parser.at < text.len() {
            parts.push(match parser.expression()? {
                Some(expression) => Part::Expression(expression),
                None => Part::Text(parser.literal(|_| true, Escapes::DOLLAR)),
            });
        }
        Ok(Self(parts))
    }

    /// The names of its variables, those in arguments too.
    pub(crate) fn names(&self) -> Vec<&str> {
        fn collect<'t>(parts: &'t [Part], names: &mut Vec<&'t str>) {
            for part in parts {
                if let Part::Expression(e) = part {
                    names.push(&e.name);
                    collect(&e.arguments, names);
                }
            }
        }
        let mut names = Vec::new();
        collect(&self.0, &mut names);
        names
    }

    /// The text with its variables put in. `opaque` writes an expression whose value is not known.
    pub(crate) fn evaluate<'v>(
        &self,
        lookup: &dyn Fn(&str) -> Lookup<'v>,
        strict: bool,
        opaque: &mut dyn FnMut(&Expression) -> String,
    ) -> Result<String, Error> {
        evaluate(&self.0, lookup, strict, opaque)
    }
}

fn evaluate<'v>(
    parts: &[Part],
    lookup: &dyn Fn(&str) -> Lookup<'v>,
    strict: bool,
    opaque: &mut dyn FnMut(&Expression) -> String,
) -> Result<String, Error> {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Expression(e) => out.push_str(&e.evaluate(lookup, strict, opaque)?),
        }
        within_limit(out.len())?;
    }
    Ok(out)
}

impl Expression {
    fn evaluate<'v>(
        &self,
        lookup: &dyn Fn(&str) -> Lookup<'v>,
        strict: bool,
        opaque: &mut dyn FnMut(&Self) -> String,
    ) -> Result<String, Error> {
        let value = match lookup(&self.name) {
            Lookup::Value(value) => value,
            Lookup::Hidden => return Ok(opaque(self)),
            Lookup::Possible if !self.has_default() => return Ok(opaque(self)),
            Lookup::Missing if strict && !self.has_default() => {
                return Err(Error::NotSet(self.name.clone()));
            }
            Lookup::Possible | Lookup::Missing => "",
        };
        let mut arguments = Vec::new();
        let mut length = 0;
        for argument in &self.arguments {
            let text = evaluate(std::slice::from_ref(argument), lookup, strict, opaque)?;
            length += text.len();
            within_limit(length)?;
            arguments.push(text);
        }
        if let ("//", [old, new]) = (self.operator.as_str(), &arguments[..]) {
            within_limit(value.matches(old.as_str()).count().saturating_mul(new.len()))?;
        }
        expand::apply(&self.operator, value, &arguments).ok_or(BAD)
    }
}

fn within_limit(length: usize) -> Result<(), Error> {
    if length <= MAX_LENGTH { Ok(()) } else { Err(TOO_LONG) }
}

/// Which characters a doubled or escaped form stands for.
#[derive(Clone, Copy)]
struct Escapes {
    dollar: bool,
    backslash: bool,
}

impl Escapes {
    const NONE: Self = Self { dollar: false, backslash: false };
    const DOLLAR: Self = Self { dollar: true, backslash: false };
    const ALL: Self = Self { dollar: true, backslash: true };
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes characters as long as `accept` holds for each and its number, from 1.
    fn take(&mut self, accept: impl Fn(char, usize) -> bool) -> String {
        let taken = self.rest().chars().zip(1..).take_while(|(c, i)| accept(*c, *i));
        let taken: String = taken.map(|(c, _)| c).collect();
        self.at += taken.len();
        taken
    }

    /// Takes text up to the next `${` or the first character that is not accepted.
    fn literal(&mut self, accept: impl Fn(char) -> bool, escapes: Escapes) -> String {
        let mut out = String::new();
        while let Some(c) = self.peek() {
            let rest = self.rest();
            let escaped = escapes.dollar && rest.starts_with("$$")
                || escapes.backslash && (rest.starts_with("\\/") || rest.starts_with("\\\\"));
            if rest.starts_with("${") || !escaped && !accept(c) {
                break;
            }
            self.at += usize::from(escaped);
            let Some(c) = self.peek() else { break };
            out.push(c);
            self.at += c.len_utf8();
        }
        out
    }

    fn close(&mut self) -> Result<(), Error> {
        if self.peek() != Some('}') {
            return Err(BAD);
        }
        self.at += 1;
        Ok(())
    }

    /// The expression that starts here, if one does.
    fn expression(&mut self) -> Result<Option<Expression>, Error> {
        let start = self.at;
        if !self.rest().starts_with("${") {
            return Ok(None);
        }
        if self.depth >= MAX_DEPTH {
            return Err(BAD_ARGUMENT);
        }
        self.at += 2;
        self.depth += 1;
        let (name, operator, arguments) = self.body()?;
        self.depth -= 1;
        Ok(Some(Expression { name, operator, arguments, range: start..self.at }))
    }

    /// Name, operator and arguments, and the closing brace.
    fn body(&mut self) -> Result<(String, String, Vec<Part>), Error> {
        if self.peek() == Some('#') {
            self.at += 1;
            let name = self.take(is_name);
            if name.is_empty() {
                return Err(BAD);
            }
            self.close()?;
            return Ok((name, "#".to_owned(), Vec::new()));
        }
        let name = self.take(is_name);
        if name.is_empty() {
            return Err(NO_NAME);
        }
        let (operator, arguments) = match self.peek() {
            Some(':') => match self.rest().chars().nth(1) {
                Some('=' | '-' | '?' | '+') => self.default()?,
                Some(c) if c.is_ascii() => self.substring()?,
                _ => return Err(BAD),
            },
            Some('=') => self.default()?,
            Some(',' | '^') => (self.take(|c, i| matches!(c, ',' | '^') && i < 3), Vec::new()),
            Some('/') => self.replacement()?,
            Some(mark @ ('#' | '%')) => {
                let operator = self.take(|c, i| c == mark && i < 3);
                (operator, vec![self.argument(|c| c != '}', Escapes::NONE)?])
            }
            Some('}') => (String::new(), Vec::new()),
            _ => return Err(UNCLOSED),
        };
        self.close()?;
        Ok((name, operator, arguments))
    }

    /// An expression, or text that is not empty.
    fn argument(&mut self, accept: impl Fn(char) -> bool, escapes: Escapes) -> Result<Part, Error> {
        if let Some(expression) = self.expression()? {
            return Ok(Part::Expression(expression));
        }
        match self.literal(accept, escapes) {
            text if text.is_empty() => Err(BAD_ARGUMENT),
            text => Ok(Part::Text(text)),
        }
    }

    fn default(&mut self) -> Result<(String, Vec<Part>), Error> {
        let operator = if self.peek() == Some('=') {
            self.take(|_, i| i == 1)
        } else {
            self.take(|c, i| i == 1 && c == ':' || i == 2 && matches!(c, '=' | '-' | '?' | '+'))
        };
        if operator.is_empty() {
            return Err(BAD_DEFAULT);
        }
        let mut arguments = Vec::new();
        while self.peek() != Some('}') {
            arguments.push(self.argument(|c| c != '}', Escapes::NONE)?);
        }
        Ok((operator, arguments))
    }

    fn substring(&mut self) -> Result<(String, Vec<Part>), Error> {
        self.at += 1;
        let mut arguments = vec![self.argument(|c| c != ':' && c != '}', Escapes::NONE)?];
        if self.peek() == Some('}') {
            return Ok((":".to_owned(), arguments));
        }
        if self.take(|c, _| c == ':').is_empty() {
            return Err(BAD);
        }
        arguments.push(self.argument(|c| c != '}', Escapes::NONE)?);
        Ok((":".to_owned(), arguments))
    }

    fn replacement(&mut self) -> Result<(String, Vec<Part>), Error> {
        let operator =
            self.take(|c, i| i == 1 && c == '/' || i == 2 && matches!(c, '/' | '#' | '%'));
        let mut arguments = vec![self.argument(|c| c != '/', Escapes::ALL)?];
        if self.take(|c, _| c == '/').is_empty() {
            return Err(BAD);
        }
        if self.peek() != Some('}') {
            arguments.push(self.argument(|c| c != '}', Escapes::ALL)?);
        }
        Ok((operator, arguments))
    }
}

fn is_name(c: char, _: usize) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
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
}
