//! Line breaks of YAML 1.1 that the parser library takes for text: U+0085, U+2028 and U+2029.

use yaml_rust2::scanner::TScalarStyle;

const BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Whether a text holds one.
pub(super) fn any(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Their first bytes are rare, and looked for many at a time.
    (bytes.contains(&0xe2) || bytes.contains(&0xc2)) && text.contains(BREAKS)
}

/// Whether a value goes on behind one at the start of the line, where go-yaml takes it to be over. Quotes
/// hold a value together wherever its lines start.
pub(super) fn ends_early(text: &str, style: TScalarStyle) -> bool {
    let is_quoted = matches!(style, TScalarStyle::SingleQuoted | TScalarStyle::DoubleQuoted);
    !is_quoted && text.split(BREAKS).skip(1).any(|line| line.starts_with(|c: char| c > ' '))
}

/// Takes the white space away around each one in a value of several lines, and all of them at the end of a
/// value without quotes.
pub(super) fn join_lines(text: &mut String, style: TScalarStyle) {
    if matches!(style, TScalarStyle::Literal | TScalarStyle::Folded) {
        return;
    }
    if style == TScalarStyle::Plain {
        text.truncate(text.trim_end_matches(|c| BREAKS.contains(&c) || is_blank(c)).len());
    }
    let mut joined = String::with_capacity(text.len());
    for line in text.split_inclusive(BREAKS) {
        let content = line.trim_end_matches(BREAKS);
        let follows = joined.ends_with(BREAKS);
        let start = if follows { content.trim_start_matches(is_blank) } else { content };
        let ends = content.len() < line.len();
        joined.push_str(if ends { start.trim_end_matches(is_blank) } else { start });
        joined.push_str(&line[content.len()..]);
    }
    *text = joined;
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

/// Where text follows one that ends a comment, in what stands between two tokens.
pub(super) fn ends_comment(gap: &str) -> Option<usize> {
    let mut at = 0;
    for line in gap.split_inclusive('\n') {
        if let Some(start) = line.find('#') {
            let mut parts = line[start..].split_inclusive(BREAKS);
            let comment = parts.next().unwrap_or_default().len();
            let next = parts.find(|part| !part.trim().is_empty()).map(str::trim_start);
            if next.is_some_and(|next| !next.starts_with('#')) {
                return Some(at + start + comment);
            }
        }
        at += line.len();
    }
    None
}
