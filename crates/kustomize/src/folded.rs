//! What becomes of a folded (`>`) text that go-yaml v3 writes and reads again: its writer adds a line break
//! before lines that begin with a space, and at an end that is kept.

/// The text after one round trip, if it is another one.
pub(crate) fn round_trip(text: &str) -> Option<String> {
    if !text.contains('\n') || !stays_block(text) {
        return None;
    }
    let again = read(&write(text), chomping(text));
    (again != text).then_some(again)
}

/// Whether the writer leaves the text in a block; else it quotes it, and nothing changes.
pub(crate) fn stays_block(text: &str) -> bool {
    let printable = |c: char| matches!(c, '\n' | '\t' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}');
    !text.ends_with(' ') && !text.contains(" \n") && text.chars().all(printable)
}

/// How the end of the text is marked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

fn chomping(text: &str) -> Chomping {
    match text.strip_suffix('\n') {
        None => Chomping::Strip,
        Some(rest) if rest.is_empty() || rest.ends_with('\n') => Chomping::Keep,
        Some(_) => Chomping::Clip,
    }
}

/// The block as it is written, without its indentation.
fn write(text: &str) -> String {
    // The writer asks this of the text's beginning where it means the next line's.
    let first = text.trim_start_matches('\n').chars().next();
    let doubles = first.is_some_and(|c| !matches!(c, ' ' | '\t'));
    let (mut after_break, mut indented) = (true, true);
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c == '\n' {
            if !after_break && !indented && doubles {
                out.push('\n');
            }
            after_break = true;
        } else {
            if after_break {
                indented = matches!(c, ' ' | '\t');
            }
            after_break = false;
        }
        out.push(c);
    }
    out
}

/// The text of a folded block.
fn read(block: &str, chomping: Chomping) -> String {
    let mut out = String::with_capacity(block.len());
    let (mut pending, mut empty_lines, mut was_indented) = (false, 0usize, false);
    for line in block.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        if content.is_empty() {
            empty_lines += 1;
            continue;
        }
        let indented = content.starts_with([' ', '\t']);
        if pending {
            if was_indented || indented {
                out.push('\n');
            } else if empty_lines == 0 {
                out.push(' ');
            }
        }
        out.extend(std::iter::repeat_n('\n', empty_lines));
        empty_lines = 0;
        out.push_str(content);
        was_indented = indented;
        pending = line.ends_with('\n');
    }
    if pending && chomping != Chomping::Strip {
        out.push('\n');
    }
    if chomping == Chomping::Keep {
        out.extend(std::iter::repeat_n('\n', empty_lines));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::round_trip;

    #[test]
    fn breaks_are_added_before_indented_lines_and_at_a_kept_end() {
        assert_eq!(round_trip("a\nb\n"), None);
        assert_eq!(round_trip("a\n\nb"), None);
        assert_eq!(round_trip("f(\n  x\n)").as_deref(), Some("f(\n\n  x\n)"));
        assert_eq!(round_trip("a\n\n\n").as_deref(), Some("a\n\n\n\n"));
        assert_eq!(round_trip("a \nb"), None);
    }
}
