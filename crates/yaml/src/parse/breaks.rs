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
