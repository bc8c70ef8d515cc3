//! Where a scalar ends, from its start, its style and its value.

use yaml_rust2::scanner::TScalarStyle;

/// Length of the scalar that `source` starts with. For a block scalar, `source` starts at its content,
/// behind the `|` or `>` line.
pub(super) fn len(source: &str, value: &str, style: TScalarStyle) -> usize {
    match style {
        TScalarStyle::DoubleQuoted => quoted_len(source, b'"'),
        TScalarStyle::SingleQuoted => quoted_len(source, b'\''),
        TScalarStyle::Plain if source.starts_with(value) => value.len(),
        TScalarStyle::Plain | TScalarStyle::Literal | TScalarStyle::Folded => {
            words_len(source, value)
        }
    }
}

/// Length of a quoted scalar, quotes included.
pub(super) fn quoted_len(source: &str, quote: u8) -> usize {
    let bytes = source.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match *byte {
            b'\\' if quote == b'"' => at += 2,
            b'\'' if quote == b'\'' && next == Some(&b'\'') => at += 2,
            b if b == quote => return at + 1,
            _ => at += 1,
        }
    }
    source.len()
}

/// Corrects the `value` of a block of blank lines, whose `|` or `>` line `source` starts with: at the end
/// of a document the library reads a line break too many.
pub(super) fn end_blank(source: &str, value: &mut String) {
    let (header, content) = source.split_once('\n').unwrap_or((source, ""));
    if header.starts_with(['|', '>']) && content.trim().is_empty() {
        let kept = if header.contains('+') { content.matches('\n').count() } else { 0 };
        value.truncate(kept);
    }
}

/// Length of the stretch of `source` that holds the visible characters of `value`: folding and
/// indentation change white space alone.
fn words_len(source: &str, value: &str) -> usize {
    let mut end = 0;
    for word in value.split_whitespace() {
        match source[end..].find(|c: char| !c.is_whitespace()) {
            Some(gap) if source[end + gap..].starts_with(word) => end += gap + word.len(),
            _ => break,
        }
    }
    end
}
