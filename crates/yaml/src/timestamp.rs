//! Dates as go-yaml reads them and as `kustomize build` prints them.

/// Reads one of go-yaml's four layouts (a date, or a date and a time with `T`, `t` or a space) and gives
/// it in RFC 3339, as Go's JSON writes it.
#[must_use]
pub fn rfc3339(text: &str) -> Option<String> {
    let mut rest = Digits(text);
    let year = rest.fixed(4)?;
    let month = rest.after("-")?.number(1..=12)?;
    let day = rest.after("-")?.number(1..=days_in(year, month))?;
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.0.is_empty() {
        return Some(date + "T00:00:00Z");
    }
    let zoned = !rest.0.starts_with(' ');
    rest.0 = match rest.0.strip_prefix(['T', 't']) {
        Some(time) => time,
        None => rest.0.strip_prefix(' ')?.trim_start_matches(' '),
    };
    let hour = rest.number(0..=23)?;
    let minute = rest.after(":")?.number(0..=59)?;
    let second = rest.after(":")?.number(0..=59)?;
    let fraction = rest.fraction();
    let zone = if zoned { rest.zone()? } else { "Z".to_owned() };
    rest.0.is_empty().then(|| format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What is left to read.
struct Digits<'t>(&'t str);

impl Digits<'_> {
    fn after(&mut self, separator: &str) -> Option<&mut Self> {
        self.0 = self.0.strip_prefix(separator)?;
        Some(self)
    }

    fn run(&self) -> usize {
        self.0.bytes().take_while(u8::is_ascii_digit).count()
    }

    fn fixed(&mut self, len: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(len).filter(|_| self.run() >= len)?;
        self.0 = rest;
        digits.parse().ok()
    }

    /// One or two digits.
    fn number(&mut self, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let number = self.fixed(self.run().min(2))?;
        range.contains(&number).then_some(number)
    }

    /// Up to nine digits behind a point or a comma, without the zeros at the end.
    fn fraction(&mut self) -> String {
        let Some(rest) = self.0.strip_prefix(['.', ',']) else { return String::new() };
        let len = Digits(rest).run();
        if len == 0 {
            return String::new();
        }
        let digits = rest[..len.min(9)].trim_end_matches('0');
        self.0 = &rest[len..];
        if digits.is_empty() { String::new() } else { format!(".{digits}") }
    }

    /// `Z`, or an offset with two digits each for hours and minutes.
    fn zone(&mut self) -> Option<String> {
        if let Some(rest) = self.0.strip_prefix('Z') {
            self.0 = rest;
            return Some("Z".to_owned());
        }
        let sign = self.0.chars().next().filter(|c| matches!(c, '+' | '-'))?;
        self.0 = &self.0[1..];
        let hours = self.fixed(2).filter(|h| *h <= 24)?;
        let minutes = self.after(":")?.fixed(2).filter(|m| *m <= 60)?;
        let offset = hours * 60 + minutes;
        let zone = format!("{sign}{:02}:{:02}", offset / 60, offset % 60);
        Some(if offset == 0 { "Z".to_owned() } else { zone })
    }
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn dates_are_read_in_four_layouts() {
        let cases = [
            ("2001-01-01", Some("2001-01-01T00:00:00Z")),
            ("2001-1-1", Some("2001-01-01T00:00:00Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2001-12-14 21:59:43.10", Some("2001-12-14T21:59:43.1Z")),
            ("2001-12-14T1:2:3Z", Some("2001-12-14T01:02:03Z")),
            ("2001-12-14T1:2:3+00:00", Some("2001-12-14T01:02:03Z")),
            ("2001-12-14T01:02:03", None),
            ("2001-12-14 21:59:43 -5", None),
            ("2001-02-29", None),
            ("2001-13-01", None),
            ("12:30:45", None),
        ];
        for (text, want) in cases {
            assert_eq!(rfc3339(text).as_deref(), want, "{text}");
        }
    }
}
