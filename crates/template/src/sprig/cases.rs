//! Upper and lower case, and the cases of programmers.

use crate::library::P::Str;
use crate::library::{Call, Function, Outcome, f};

pub(crate) static TABLE: &[Function] = &[
    f("upper", &[Str], |call| call.text(call.str(0).to_uppercase())),
    f("lower", &[Str], |call| call.text(call.str(0).to_lowercase())),
    f("title", &[Str], title),
    f("untitle", &[Str], untitle),
    f("swapcase", &[Str], swap),
    f("snakecase", &[Str], |call| call.text(separated(call.str(0), '_'))),
    f("kebabcase", &[Str], |call| call.text(separated(call.str(0), '-'))),
    f("camelcase", &[Str], |call| call.text(pascal(call.str(0)))),
];

fn upper(c: char) -> char {
    c.to_uppercase().next().unwrap_or(c)
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// Maps each character, given whether it starts a word by `is_gap`.
fn word_starts(text: &str, is_gap: impl Fn(char) -> bool, start: impl Fn(char) -> char) -> String {
    let mut gap = true;
    let mut change = |c: char| {
        let starts = gap && !is_gap(c);
        gap = is_gap(c);
        if starts { start(c) } else { c }
    };
    text.chars().map(&mut change).collect()
}

/// Go's `strings.Title`: letters, digits, `_` and `'`-less words.
fn title(call: &mut Call<'_>) -> Outcome {
    let is_gap = |c: char| match c {
        c if c.is_ascii() => !(c.is_ascii_alphanumeric() || c == '_'),
        c if c.is_alphanumeric() => false,
        c => c.is_whitespace(),
    };
    call.text(word_starts(call.str(0), is_gap, upper))
}

fn untitle(call: &mut Call<'_>) -> Outcome {
    call.text(word_starts(call.str(0), char::is_whitespace, lower))
}

fn swap(call: &mut Call<'_>) -> Outcome {
    let swapped = call.str(0).chars().map(|c| if c.is_uppercase() { lower(c) } else { upper(c) });
    call.text(swapped.collect::<String>())
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

/// xstrings' `ToPascalCase`.
fn pascal(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    let mut last = loop {
        match chars.next() {
            None => return out,
            Some(c) if is_connector(c) => out.push(c),
            Some(c) => break c,
        }
    };
    let mut first_upper = last.is_uppercase();
    last = upper(last);
    for next in chars {
        let before = last;
        last = next;
        if is_connector(before) {
            if is_connector(next) {
                out.push(before);
                continue;
            }
            first_upper = next.is_uppercase();
            last = upper(next);
            continue;
        }
        if first_upper {
            if next.is_uppercase() { last = lower(next) } else { first_upper = false }
        }
        out.push(before);
    }
    out.push(last);
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    None,
    Number,
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

fn class(c: char) -> Word {
    match c {
        c if is_connector(c) => Word::Connector,
        c if c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c) => Word::Punctuation,
        c if c.is_uppercase() => Word::Upper,
        c if c.is_alphabetic() => Word::Letters,
        c if c.is_numeric() => Word::Number,
        _ => Word::Other,
    }
}

/// The next word: its kind, its text and what is left. `HTTPServer` is `HTTP` and `Server`.
fn next_word(text: &str) -> (Word, &str, &str) {
    let Some(first) = text.chars().next() else { return (Word::None, "", "") };
    let kind = class(first);
    let run = |from: usize, keep: &dyn Fn(char) -> bool| {
        from + text[from..].len() - text[from..].trim_start_matches(keep).len()
    };
    let one = first.len_utf8();
    let end = match kind {
        Word::Upper => match text[one..].chars().next() {
            Some(c) if c.is_uppercase() => {
                let end = run(one, &char::is_uppercase);
                let follows = text[end..].chars().next().is_some_and(char::is_alphabetic);
                let last = text[..end].chars().next_back().map_or(0, char::len_utf8);
                if follows { end - last } else { end }
            }
            _ => run(one, &|c| class(c) == Word::Letters),
        },
        kind => run(one, &|c| class(c) == kind),
    };
    (kind, &text[..end], &text[end..])
}

fn push_word(out: &mut String, kind: Word, word: &str, connector: char) {
    match kind {
        Word::Upper => out.extend(word.chars().map(lower)),
        Word::Connector => out.extend(word.chars().map(|_| connector)),
        _ => out.push_str(word),
    }
}

/// xstrings' `ToSnakeCase` and `ToKebabCase`.
fn separated(text: &str, connector: char) -> String {
    let mut out = String::new();
    let (mut kind, mut word, mut rest) = next_word(text);
    while !rest.is_empty() {
        if kind != Word::Connector {
            push_word(&mut out, kind, word, connector);
        }
        let (before, last) = (kind, word);
        (kind, word, rest) = next_word(rest);
        let joins = |kind| !matches!(kind, Word::None | Word::Punctuation | Word::Connector);
        match before {
            Word::Number => {
                letters_and_numbers(&mut out, &mut kind, &mut word, &mut rest, connector);
                if joins(kind) {
                    out.push(connector);
                }
            }
            Word::Connector => push_word(&mut out, before, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punctuation) {
                    out.push(connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind == Word::Letters {
                    // Letters after a number: `HTTP2xx` is `http_2xx`.
                    out.push(connector);
                    out.push_str(number);
                    letters_and_numbers(&mut out, &mut kind, &mut word, &mut rest, connector);
                    if joins(kind) {
                        out.push(connector);
                    }
                } else {
                    // The number ends the word before: `Bld4Floor` is `bld4_floor`.
                    out.push_str(number);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        out.push(connector);
                    }
                }
            }
        }
    }
    push_word(&mut out, kind, word, connector);
    out
}

fn letters_and_numbers<'t>(
    out: &mut String,
    kind: &mut Word,
    word: &mut &'t str,
    rest: &mut &'t str,
    connector: char,
) {
    while matches!(kind, Word::Letters | Word::Number) {
        push_word(out, *kind, word, connector);
        (*kind, *word, *rest) = next_word(rest);
    }
}
