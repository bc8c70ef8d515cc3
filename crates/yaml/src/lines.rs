//! Where the lines of a text start.

/// What some editors put at the start of a file.
pub(crate) const BYTE_ORDER_MARK: char = '\u{feff}';

/// The byte at which each line starts, the first behind a byte order mark. As for the parser, a lone
/// carriage return ends a line.
pub(crate) fn line_starts(text: &str) -> Vec<u32> {
    let first = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let behind = |(i, _): (usize, &str)| i as u32 + 1;
    let is_pair = |at: usize| text.as_bytes().get(at..at + 2) == Some(b"\r\n");
    let mut starts = vec![first as u32];
    if text.contains('\r') {
        let breaks = text.match_indices(['\n', '\r']).filter(|(i, _)| !is_pair(*i));
        starts.extend(breaks.map(behind));
    } else {
        starts.extend(text.match_indices('\n').map(behind));
    }
    starts
}
