//! Numbers, strings and characters as Go writes them in source.

use crate::ast::Number;

/// Reads a number: `1`, `0x1f`, `1_000`, `1.5e3`; `None` if it is none.
pub(crate) fn number(text: &str) -> Option<Number> {
    let is_hex =
        text.trim_start_matches(['+', '-']).get(..2).is_some_and(|p| matches!(p, "0x" | "0X"));
    let reads_as_float = !is_hex && text.contains(['.', 'e', 'E', 'p', 'P']);
    if let Some(int) = integer(text, 0) {
        return Some(Number {
            int: Some(int),
            float: Some(int as f64),
            reads_as_float,
            is_char: false,
        });
    }
    if !reads_as_float {
        return None;
    }
    let float: f64 = text.replace('_', "").parse().ok()?;
    let int = (float as i64 as f64 == float).then_some(float as i64);
    Some(Number { int, float: Some(float), reads_as_float, is_char: false })
}

/// Go's `strconv.ParseInt(text, radix, 64)`; radix 0 looks at the prefix and allows `_`.
pub(crate) fn integer(text: &str, radix: u32) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let (radix, digits) = match digits.get(..2) {
        _ if radix != 0 => (radix, digits.to_owned()),
        Some("0x" | "0X") => (16, digits[2..].replace('_', "")),
        Some("0b" | "0B") => (2, digits[2..].replace('_', "")),
        Some("0o" | "0O") => (8, digits[2..].replace('_', "")),
        Some(_) if digits.starts_with('0') => (8, digits[1..].replace('_', "")),
        _ => (10, digits.replace('_', "")),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()
}

/// The content of `"…"`, `` `…` `` or `'…'`, quotes included in `text`; `None` if an escape is wrong.
pub(crate) fn unquote(text: &str) -> Option<String> {
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    if text.starts_with('`') {
        return Some(inner.replace('\r', ""));
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c == '\\' { escape(&mut chars, &mut out)? } else { push(&mut out, c) }
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// One escape behind its backslash.
fn escape(chars: &mut std::str::Chars<'_>, out: &mut Vec<u8>) -> Option<()> {
    let c = chars.next()?;
    let plain = match c {
        'a' => 0x07,
        'b' => 0x08,
        'f' => 0x0c,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 0x0b,
        '\\' | '\'' | '"' => c as u8,
        'x' | '0'..='7' | 'u' | 'U' => {
            let (digits, radix) = match c {
                'x' => (2, 16),
                'u' => (4, 16),
                'U' => (8, 16),
                _ => (2, 8),
            };
            let mut value = if radix == 8 { c.to_digit(8)? } else { 0 };
            for _ in 0..digits {
                value = value.checked_mul(radix)?.checked_add(chars.next()?.to_digit(radix)?)?;
            }
            match c {
                'u' | 'U' => push(out, char::from_u32(value)?),
                _ => out.push(u8::try_from(value).ok()?),
            }
            return Some(());
        }
        _ => return None,
    };
    out.push(plain);
    Some(())
}
