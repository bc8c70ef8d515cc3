//! Shortening and wrapping of text, by bytes.

use crate::library::P::{Int, Str};
use crate::library::{Call, Function, Outcome, f};
use crate::sprig::strings::cut;

pub(crate) static TABLE: &[Function] = &[
    f("abbrev", &[Int, Str], |call| {
        let width = call.int(0);
        let text = call.str(1);
        call.text(if width < 4 { text.to_owned() } else { abbreviated(text, 0, width) })
    }),
    f("abbrevboth", &[Int, Int, Str], |call| {
        let (left, right, text) = (call.int(0), call.int(1), call.str(2));
        let unchanged = right < 4 || left > 0 && right < 7;
        call.text(if unchanged { text.to_owned() } else { abbreviated(text, left, right) })
    }),
    f("initials", &[Str], |call| {
        let firsts = call.str(0).split_whitespace().filter_map(|word| word.chars().next());
        call.text(firsts.collect::<String>())
    }),
    f("nospace", &[Str], |call| call.text(call.str(0).split_whitespace().collect::<String>())),
    f("wrap", &[Int, Str], |call| {
        let text = wrapped(call.str(1), call.int(0), "\n", LongWords::Kept);
        call.text(text)
    }),
    f("wrapWith", &[Int, Str, Str], wrap_with),
];

/// goutils' `AbbreviateFull`.
fn abbreviated(text: &str, offset: i64, width: i64) -> String {
    let length = text.len() as i64;
    if width < 4 || length <= width {
        return if length <= width { text.to_owned() } else { String::new() };
    }
    let mut offset = offset.min(length);
    if length - offset < width - 3 {
        offset = length - (width - 3);
    }
    let piece = |from: i64, to: i64| cut(text, from.max(0) as usize, to.max(0) as usize);
    if offset <= 4 {
        return piece(0, width - 3) + "...";
    }
    if width < 7 {
        return String::new();
    }
    if offset + width - 3 < length {
        return "...".to_owned() + &abbreviated(&piece(offset, length), 0, width - 3);
    }
    "...".to_owned() + &piece(length - (width - 3), length)
}

fn wrap_with(call: &mut Call<'_>) -> Outcome {
    let separator = if call.str(1).is_empty() { "\n" } else { call.str(1) };
    let size = call.str(2).len().saturating_mul(separator.len() + 1);
    let text = wrapped(call.str(2), call.int(0), separator, LongWords::Cut);
    call.budget.bytes(size)?;
    call.text(text)
}

/// What becomes of words longer than a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LongWords {
    Cut,
    Kept,
}

/// goutils' `WrapCustom`.
fn wrapped(text: &str, width: i64, separator: &str, long: LongWords) -> String {
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while bytes.len() - at > width {
        if bytes[at] == b' ' {
            at += 1;
            continue;
        }
        let line = &bytes[at..=at + width];
        let rest = &bytes[at..];
        let next = || rest.iter().skip(width).position(|b| *b == b' ').map(|i| i + width);
        let (end, skip) = match line.iter().rposition(|b| *b == b' ') {
            Some(space) => (space, 1),
            None if long == LongWords::Cut => (width, 0),
            None => match next() {
                Some(space) => (space, 1),
                None => break,
            },
        };
        out.extend_from_slice(&rest[..end]);
        out.extend_from_slice(separator.as_bytes());
        at += end + skip;
    }
    out.extend_from_slice(&bytes[at..]);
    String::from_utf8_lossy(&out).into_owned()
}
