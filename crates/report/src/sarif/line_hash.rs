//! The hash by which GitHub recognises a line when lines move: a rolling hash over the hundred characters
//! that follow its start, blanks left out. The same as `primaryLocationLineHash` of the CodeQL action.

const WINDOW: usize = 100;
const BASE: u64 = 37;
/// Stands for the end of the file.
const END: u16 = 65535;

/// The hash of every line, each with a number that tells equal ones apart.
pub(super) fn lines(text: &str) -> Vec<String> {
    let mut hasher = Hasher::default();
    let mut last_was_return = false;
    for unit in text.encode_utf16() {
        let newline = u16::from(b'\n');
        match unit {
            0x20 | 0x09 => last_was_return = false,
            _ if unit == newline && last_was_return => last_was_return = false,
            _ => {
                last_was_return = unit == u16::from(b'\r');
                hasher.unit(if last_was_return { newline } else { unit });
            }
        }
    }
    hasher.unit(END);
    for _ in 0..WINDOW {
        if hasher.waiting == 0 {
            break;
        }
        hasher.unit(0);
    }
    hasher.hashes
}

struct Hasher {
    window: [u16; WINDOW],
    /// Whether a line starts at this place of the window.
    starts: [bool; WINDOW],
    at: usize,
    hash: u64,
    /// 37 to the power of the window's length.
    power: u64,
    line_start: bool,
    /// Lines that have started and have no hash yet.
    waiting: usize,
    hashes: Vec<String>,
    seen: std::collections::BTreeMap<u64, u32>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            window: [0; WINDOW],
            starts: [false; WINDOW],
            at: 0,
            hash: 0,
            power: (0..WINDOW).fold(1u64, |p, _| p.wrapping_mul(BASE)),
            line_start: true,
            waiting: 0,
            hashes: Vec::new(),
            seen: std::collections::BTreeMap::new(),
        }
    }
}

impl Hasher {
    fn unit(&mut self, unit: u16) {
        if self.starts[self.at] {
            self.finish_line();
        }
        self.starts[self.at] = self.line_start;
        self.waiting += usize::from(self.line_start);
        self.line_start = unit == u16::from(b'\n');
        let gone = u64::from(std::mem::replace(&mut self.window[self.at], unit));
        self.hash = self
            .hash
            .wrapping_mul(BASE)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.power.wrapping_mul(gone));
        self.at = (self.at + 1) % WINDOW;
    }

    fn finish_line(&mut self) {
        let times = self.seen.entry(self.hash).or_default();
        *times += 1;
        self.hashes.push(format!("{:x}:{times}", self.hash));
        self.starts[self.at] = false;
        self.waiting -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    // The vectors are those of the action's own tests.
    #[test]
    fn known_vectors() {
        assert_eq!(lines(""), ["c129715d7a2bc9a3:1"]);
        let four =
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(lines(" a\nb\n  \t\tc\n d"), four);
        assert_eq!(lines(" a\r\nb\r  \t\tc\n d"), four);
        let lorem = lines(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(lorem.first().map(String::as_str), Some("a7f2ff13bc495cf2:1"));
        assert_eq!(
            lorem[5..],
            [
                "a7f2ff13bc495cf2:6",
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1"
            ]
        );
    }
}
