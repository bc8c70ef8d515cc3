//! Spans of time, dates and windows, as they are written.

use std::fmt;

use gitops_yaml::SmolStr;

/// A span of time and the words for it: `30m`, `1h30m`, `2d`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duration {
    /// Its length in seconds.
    pub seconds: u64,
    text: SmolStr,
}

impl Duration {
    /// Whole numbers, each with its unit: `s`, `m`, `h` or `d`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut seconds, mut rest) = (0u64, text);
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, tail) = rest.split_at(digits);
            let unit = match tail.chars().next()? {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86400,
                _ => return None,
            };
            seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
            rest = &tail[1..];
        }
        (!text.is_empty()).then(|| Self { seconds, text: text.into() })
    }
}

/// As it is written.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.text.is_empty() { "0s" } else { &self.text })
    }
}

/// A day: `2026-12-24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`, a day that exists.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shape = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let mut parts = text.split('-').filter(|_| shape);
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let date =
            Self { year: year.parse().ok()?, month: month.parse().ok()?, day: day.parse().ok()? };
        (parts.next().is_none() && (1..=date.days_of_month()?).contains(&date.day)).then_some(date)
    }

    fn days_of_month(self) -> Option<u8> {
        let leap = self.year.is_multiple_of(4)
            && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 => Some(if leap { 29 } else { 28 }),
            4 | 6 | 9 | 11 => Some(30),
            1..=12 => Some(31),
            _ => None,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The days of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowDays {
    /// Days of the week on which it starts (0 is Monday), and minutes after midnight at which it starts
    /// and ends. An end at or before the start belongs to the next day.
    Weekly {
        /// The days.
        days: Vec<u8>,
        /// Its first minute.
        start: u16,
        /// One past its last minute.
        end: u16,
    },
    /// Whole days, both included.
    Dates {
        /// The first.
        first: Date,
        /// The last.
        last: Date,
    },
}

/// A span of wall-clock time: `Mon-Thu 08:00-15:00 Europe/Berlin` or `2026-12-20..2027-01-03 UTC`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// When.
    pub days: WindowDays,
    /// The time zone, as named in the tz database.
    pub zone: SmolStr,
    text: SmolStr,
}

impl Window {
    /// Reads either form; the zone is `UTC` where none is named.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (days, zone) = match words.as_slice() {
            [dates, zone @ ..] if dates.contains("..") => (parse_dates(dates)?, zone),
            [days, times, zone @ ..] => (parse_weekly(days, times)?, zone),
            _ => return None,
        };
        let zone = match zone {
            [] => "UTC",
            [zone] => zone,
            _ => return None,
        };
        Some(Self { days, zone: zone.into(), text: text.into() })
    }
}

/// As it is written.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn parse_dates(text: &str) -> Option<WindowDays> {
    let (first, last) = text.split_once("..")?;
    let (first, last) = (Date::parse(first)?, Date::parse(last)?);
    (first <= last).then_some(WindowDays::Dates { first, last })
}

fn parse_weekly(days: &str, times: &str) -> Option<WindowDays> {
    let (start, end) = times.split_once('-')?;
    let (start, end) = (parse_minute(start)?, parse_minute(end)?);
    let mut list = Vec::new();
    for part in days.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (parse_weekday(first)?, parse_weekday(last)?);
        list.extend((0..=(last + 7 - first) % 7).map(|n| (first + n) % 7));
    }
    list.sort_unstable();
    list.dedup();
    Some(WindowDays::Weekly { days: list, start, end })
}

fn parse_weekday(text: &str) -> Option<u8> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    days.iter().position(|d| text.eq_ignore_ascii_case(d)).map(|d| d as u8)
}

fn parse_minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 24 && minutes < 60 && hours * 60 + minutes <= 1440).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations() {
        let seconds = |text| Duration::parse(text).map(|d| d.seconds);
        assert_eq!(seconds("30m"), Some(1800));
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("2d"), Some(172_800));
        assert_eq!(seconds("0s"), Some(0));
        for bad in ["", "30", "m", "1.5h", "-1h", "1 h", "9999999999999999999999h", "1w"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn reads_windows() {
        let weekly = |text| match Window::parse(text).unwrap().days {
            WindowDays::Weekly { days, start, end } => (days, start, end),
            other @ WindowDays::Dates { .. } => panic!("{other:?}"),
        };
        assert_eq!(weekly("Mon-Thu 08:00-15:00 Europe/Berlin"), (vec![0, 1, 2, 3], 480, 900));
        assert_eq!(weekly("Fri-Mon 22:00-04:00"), (vec![0, 4, 5, 6], 1320, 240));
        assert_eq!(weekly("Sat,Sun 00:00-24:00 UTC"), (vec![5, 6], 0, 1440));
        assert!(Window::parse("2026-12-20..2027-01-03").is_some());
        for bad in [
            "Mon",
            "Mon 8-9",
            "Mon 25:00-26:00",
            "2026-02-30..2026-03-01",
            "2027-01-02..2027-01-01",
            "Mon 08:00-09:00 Europe Berlin",
        ] {
            assert_eq!(Window::parse(bad), None, "{bad}");
        }
    }
}
