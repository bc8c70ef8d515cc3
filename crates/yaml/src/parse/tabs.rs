//! Tabs where only spaces may stand. The library lets some pass that go-yaml refuses.

/// The first tab before the first token of a line, or behind a `-` or `?`, in what stands between two
/// tokens outside `[…]` and `{…}`. What stands on the first line of `gap` before such an indicator is no
/// indentation, unless the text starts there.
pub(super) fn misplaced(gap: &str, is_start: bool) -> Option<usize> {
    let (mut line_start, mut after_comment) = (0, false);
    for (number, line) in gap.split_inclusive('\n').enumerate() {
        let mut rest = line;
        if number > 0 {
            rest = rest.trim_start_matches(' ');
        }
        while let Some(behind) =
            rest.strip_prefix(['-', '?']).filter(|r| r.starts_with([' ', '\t']))
        {
            rest = behind.trim_start_matches(' ');
        }
        let at = line.len() - rest.len();
        let is_comment = rest.trim_start().starts_with('#');
        // Comments that follow each other may be indented anyhow.
        let is_free = number == 0 && at == 0 && !is_start || is_comment && after_comment;
        if rest.starts_with('\t') && !is_free {
            return Some(line_start + at);
        }
        after_comment = is_comment;
        line_start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::misplaced;

    #[test]
    fn tabs_may_follow_a_value_but_not_indent() {
        for (gap, at) in [
            (":\t", None),
            ("\t# note\n  ", None),
            (" # a\tb\n  ", None),
            ("\n\t", Some(1)),
            ("\n  \t- ", Some(3)),
            ("\n\t\n", Some(1)),
            ("-\t", Some(1)),
            ("\n- \t", Some(3)),
            ("\n  # a\tb\n\t# c", None),
            ("\n\t# c", Some(1)),
        ] {
            assert_eq!(misplaced(gap, false), at, "{gap:?}");
        }
        assert_eq!(misplaced("\t", true), Some(0));
    }
}
