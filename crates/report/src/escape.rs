//! Untrusted text, made harmless for the place where it is shown.

use std::fmt::Write;

/// Whether a character could steer a terminal or reorder the text around it.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// One line without characters that steer a terminal. Line breaks become `⏎`.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push('⏎'),
            '\t' => out.push(' '),
            '\r' => {}
            c if steers(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Source text without characters that steer a terminal, each replaced by others of the same length in
/// bytes, so that spans still fit.
pub(crate) fn source(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if steers(c) => match c.len_utf8() {
                1 => out.push('?'),
                2 => out.push('¿'),
                _ => out.push('\u{fffd}'),
            },
            c => out.push(c),
        }
    }
    out
}

/// At most `width` characters, the last one `…` where something was left out.
pub(crate) fn short(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// Markdown text in which nothing is markup, HTML, a mention or a reference, except that a part in
/// backticks stays code.
pub(crate) fn markdown(text: &str) -> String {
    let text = line(text);
    let mut out = String::with_capacity(text.len() + 16);
    for (i, part) in text.split('`').enumerate() {
        // A last, unpaired backtick is text.
        let code = i % 2 == 1 && text.matches('`').count() > i;
        if code {
            let _ = write!(out, "`{part}`");
        } else {
            if i % 2 == 1 {
                out.push_str("\\`");
            }
            escape_markup(&mut out, part);
        }
    }
    out
}

fn escape_markup(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An empty comment after these keeps people and issues from being notified.
            '@' | '#' => {
                out.push(c);
                out.push_str("<!-- -->");
            }
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
}

/// Code in a Markdown text; a backtick cannot end it.
pub(crate) fn code(text: &str) -> String {
    format!("`{}`", line(text).replace('`', "'"))
}

/// The message of a workflow command.
pub(crate) fn command_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
pub(crate) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A path as a URI relative to the repository.
pub(crate) fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for b in path.trim_start_matches("./").bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                out.push(b as char)
            }
            b => {
                let _ = write!(out, "%{b:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_cannot_be_steered() {
        assert_eq!(line("a\u{1b}[31mb\nc\u{202e}d"), "a\u{fffd}[31mb⏎c\u{fffd}d");
        let text = "a\u{1b}\u{85}\u{202e}b\n";
        assert_eq!(source(text), "a?¿\u{fffd}b\n");
        assert_eq!(source(text).len(), text.len());
    }

    #[test]
    fn markdown_is_text() {
        assert_eq!(markdown("<b> `a|b` *x* @me"), "&lt;b&gt; `a|b` \\*x\\* @<!-- -->me");
        assert_eq!(markdown("one ` two"), "one \\` two");
        assert_eq!(markdown("`x`"), "`x`");
        assert_eq!(code("a`b"), "`a'b`");
    }

    #[test]
    fn commands_stay_one_command() {
        assert_eq!(command_data("50%\n::error::x"), "50%25%0A::error::x");
        assert_eq!(command_property("a:b,c"), "a%3Ab%2Cc");
        assert_eq!(uri("./a b/ü.yaml"), "a%20b/%C3%BC.yaml");
    }
}
