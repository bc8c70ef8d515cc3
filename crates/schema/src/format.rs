//! Texts that have a form.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, OnceLock, PoisonError};

use gitops_yaml::SmolStr;
use regex::Regex;

/// A form that texts can have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Format {
    /// What is wanted, with its article.
    pub(crate) wanted: &'static str,
    /// Whether a text has it.
    pub(crate) holds: fn(&str) -> bool,
}

impl Format {
    pub(crate) const DATE_TIME: Self =
        Self { wanted: "a time such as `2024-01-31T12:00:00Z`", holds: is_date_time };
    pub(crate) const BASE64: Self = Self { wanted: "text in base64", holds: is_base64 };
    pub(crate) const DURATION: Self =
        Self { wanted: "a duration such as `1h30m`", holds: is_duration };

    /// The formats of a CustomResourceDefinition that the API server knows.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let (wanted, holds): (_, fn(&str) -> bool) = match name {
            "date-time" => return Some(Self::DATE_TIME),
            "byte" => return Some(Self::BASE64),
            "duration" => ("a duration such as `1h30m`", is_any_duration),
            "ipv4" => ("an IPv4 address", |text| text.parse::<Ipv4Addr>().is_ok()),
            "ipv6" => ("an IPv6 address", |text| text.parse::<Ipv6Addr>().is_ok()),
            "cidr" => ("a range of addresses such as `10.0.0.0/8`", is_cidr),
            "uuid" => ("a UUID", |text| matches(UUID, text)),
            "date" => ("a date such as `2024-01-31`", |text| matches(DATE, text)),
            _ => return None,
        };
        Some(Self { wanted, holds })
    }
}

/// Whether the API server holds the texts of a custom resource to a format of that name.
#[must_use]
pub fn is_checked_format(name: &str) -> bool {
    Format::named(name).is_some()
}

const UUID: &str = "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$";
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// Whether a text has a pattern; every text has one that cannot be read here.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    static READ: OnceLock<Mutex<BTreeMap<SmolStr, Option<Regex>>>> = OnceLock::new();
    let mut read = READ.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let regex = match read.get(pattern) {
        Some(regex) => regex,
        None => read.entry(pattern.into()).or_insert_with(|| Regex::new(pattern).ok()),
    };
    regex.as_ref().is_none_or(|regex| regex.is_match(text))
}

/// RFC 3339.
fn is_date_time(text: &str) -> bool {
    let fits = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(c, wanted)| match wanted {
                b'0' => c.is_ascii_digit(),
                b'T' => c.eq_ignore_ascii_case(&b'T'),
                _ => c == wanted,
            })
    };
    let (Some(time), Some(rest)) = (text.get(..19), text.get(19..)) else { return false };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    fits(time, "0000-00-00T00:00:00")
        && (matches!(zone, "Z" | "z") || fits(zone, "+00:00") || fits(zone, "-00:00"))
}

/// Go's `encoding/base64`: lines may be broken anywhere.
fn is_base64(text: &str) -> bool {
    let text: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
    let body = text.iter().rposition(|b| *b != b'=').map_or(0, |last| last + 1);
    let (body, padding) = text.split_at(body);
    text.len().is_multiple_of(4)
        && padding.len() <= 2
        && body.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

/// Go's `time.ParseDuration`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut any = false;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - unit.len()];
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let Some(after) = units.iter().find_map(|u| unit.strip_prefix(u)) else { return false };
        if digits == 0 || number.len() > digits + 1 {
            return false;
        }
        (rest, any) = (after, true);
    }
    any
}

/// go-openapi knows days and weeks, words and blanks too.
fn is_any_duration(text: &str) -> bool {
    is_duration(text) || text.bytes().any(|b| b.is_ascii_digit()) && text.is_ascii()
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_from_what_looks_like_them() {
        let cases: [(&Format, &[&str], &[&str]); 3] = [
            (
                &Format::DATE_TIME,
                &["2024-01-31T12:00:00Z", "2024-01-31T12:00:00.5+01:00"],
                &["2024-01-31", "now"],
            ),
            (&Format::BASE64, &["", "aGk=", "aGVs\nbG8="], &["hello!", "aGk", "a==="]),
            (
                &Format::DURATION,
                &["0", "10s", "1h30m", "1.5h", "-5ms"],
                &["", "10", "1d", "h", "1..5s", "5 m"],
            ),
        ];
        for (format, good, bad) in cases {
            for text in good {
                assert!((format.holds)(text), "{text} is {}", format.wanted);
            }
            for text in bad {
                assert!(!(format.holds)(text), "{text} is not {}", format.wanted);
            }
        }
        assert!(is_cidr("10.0.0.0/8") && is_cidr("fd00::/64") && !is_cidr("10.0.0.0/33"));
        assert!(matches("^a+$", "aa") && !matches("^a+$", "ab") && matches("(", "anything"));
    }
}
