//! The order in which go-yaml writes map keys.

use crate::Entry;

/// The entries as go-yaml sorts them. Its comparison is no total order, so this is a binary insertion,
/// which no comparison can upset.
pub(super) fn natural(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<&Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let at = match sorted.last() {
            Some(last) if precedes(&entry.key, &last.key) => {
                sorted.partition_point(|e| precedes(&e.key, &entry.key))
            }
            _ => sorted.len(),
        };
        sorted.insert(at, entry);
    }
    sorted
}

/// Runs of digits compare as numbers; letters come after anything else.
fn precedes(a: &str, b: &str) -> bool {
    let mut same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    while !a.is_char_boundary(same) {
        same -= 1;
    }
    let (common, a, b) = (&a[..same], &a[same..], &b[same..]);
    let (Some(first_a), Some(first_b)) = (a.chars().next(), b.chars().next()) else {
        return a.len() < b.len();
    };
    match (first_a.is_alphabetic(), first_b.is_alphabetic()) {
        (true, true) => return first_a < first_b,
        (false, false) => {}
        (_, b_is_letter) => return b_is_letter,
    }
    // A zero behind other digits is a digit of their number, not a leading zero.
    let inside_number = (first_a == '0' || first_b == '0')
        && common.bytes().rev().take_while(u8::is_ascii_digit).any(|d| d != b'0');
    let (number_a, number_b) = (number(a, inside_number), number(b, inside_number));
    if number_a == number_b { first_a < first_b } else { number_a < number_b }
}

/// The value and the length of the digits that `text` starts with.
fn number(text: &str, inside_number: bool) -> (i64, usize) {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    digits.fold((i64::from(inside_number), 0), |(value, len), digit| {
        (value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')), len + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::precedes;

    #[test]
    fn keys_sort_as_people_count() {
        let sorted = [
            "", "-", "0", "9", "10", "A", "B", "a", "a-b", "a.b", "a9", "a10", "ab", "b1", "b01",
            "é",
        ];
        for pair in sorted.windows(2) {
            assert!(precedes(pair[0], pair[1]), "{pair:?}");
            assert!(!precedes(pair[1], pair[0]), "{pair:?}");
        }
    }
}
