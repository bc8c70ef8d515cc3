//! The forms of names, as `apimachinery/pkg/util/validation` and `api/validation` of Kubernetes have them.

use crate::format::Format;

impl Format {
    /// The form that `schemas/tables/forms.yaml` calls so.
    pub(crate) fn of_text(name: &str) -> Option<Self> {
        let (wanted, holds): (_, fn(&str) -> bool) = match name {
            "dns-label" => (
                "a name of at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends",
                is_dns_label,
            ),
            "dns-subdomain" => (
                "a name of lower-case letters, digits, `-` and `.`, with a letter or digit at both ends",
                is_dns_subdomain,
            ),
            "cronjob-name" => ("a DNS name of at most 52 characters", |text| {
                text.len() <= 52 && is_dns_subdomain(text)
            }),
            "job-name" => ("a DNS name of at most 63 characters", |text| {
                text.len() <= 63 && is_dns_subdomain(text)
            }),
            "path-segment" => ("a name without `/` and `%`", is_path_segment),
            "label-value" => (
                "at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
                is_label_value,
            ),
            "qualified-name" => (
                "a key such as `app` or `example.com/app`: at most 63 letters, digits, `-`, `_` and `.`, \
                 with a letter or digit at both ends",
                is_qualified_name,
            ),
            "annotation-key" => (
                "a key such as `note` or `example.com/note`: at most 63 letters, digits, `-`, `_` and `.`, \
                 with a letter or digit at both ends",
                |text| is_qualified_name(&text.to_ascii_lowercase()),
            ),
            "config-key" => ("a file name of letters, digits, `-`, `_` and `.`", is_config_key),
            "env-name" => ("a name of printable ASCII without `=`", is_env_name),
            "port-name" => (
                "a name of at most 15 lower-case letters, digits and single `-`, with at least one letter",
                is_port_name,
            ),
            "port" => ("a port from 1 to 65535, or the name of one", is_port),
            "schedule" => ("a schedule such as `0 4 * * *` or `@daily`", is_schedule),
            _ => return None,
        };
        Some(Self { wanted, holds })
    }
}

/// Whether letters or digits stand at both ends, and those or `extra` between.
fn is_word(text: &str, letter: fn(&u8) -> bool, extra: &[u8]) -> bool {
    let ends = [text.as_bytes().first(), text.as_bytes().last()];
    ends.into_iter().all(|end| end.is_some_and(letter))
        && text.bytes().all(|b| letter(&b) || extra.contains(&b))
}

fn lower(byte: &u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_dns_label(text: &str) -> bool {
    text.len() <= 63 && is_word(text, lower, b"-")
}

fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(|part| is_word(part, lower, b"-"))
}

fn is_path_segment(text: &str) -> bool {
    !matches!(text, "." | "..") && !text.contains(['/', '%'])
}

fn is_label_value(text: &str) -> bool {
    text.is_empty() || text.len() <= 63 && is_word(text, u8::is_ascii_alphanumeric, b"-_.")
}

fn is_qualified_name(text: &str) -> bool {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(p, name)| (Some(p), name));
    prefix.is_none_or(is_dns_subdomain) && !name.is_empty() && is_label_value(name)
}

fn is_config_key(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=253).contains(&text.len())
        && text != "."
        && !text.starts_with("..")
        && text.bytes().all(is_part)
}

fn is_env_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'=')
}

fn is_port_name(text: &str) -> bool {
    text.len() <= 15
        && is_word(text, lower, b"-")
        && !text.contains("--")
        && text.bytes().any(|b| b.is_ascii_lowercase())
}

fn is_port(text: &str) -> bool {
    text.parse::<i64>().map_or_else(|_| is_port_name(text), |n| (1..=65535).contains(&n))
}

/// What `robfig/cron` parses: five fields, or a word with `@`, after an optional time zone.
fn is_schedule(text: &str) -> bool {
    let text = match text.strip_prefix("TZ=").or_else(|| text.strip_prefix("CRON_TZ=")) {
        Some(zoned) => zoned.split_once(' ').map_or("", |(_, rest)| rest),
        None => text,
    };
    if let Some(word) = text.trim().strip_prefix('@') {
        let words = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
        return words.contains(&word) || word.starts_with("every ");
    }
    let bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    let fields: Vec<&str> = text.split_whitespace().collect();
    fields.len() == bounds.len()
        && fields
            .iter()
            .zip(bounds)
            .all(|(field, bounds)| field.split(',').all(|part| is_schedule_part(part, bounds)))
}

/// `*`, `?`, `4`, `MON`, `1-5`, each with an optional step.
fn is_schedule_part(part: &str, (least, most): (u32, u32)) -> bool {
    let (range, step) = part.split_once('/').map_or((part, None), |(r, step)| (r, Some(step)));
    let is_value = |text: &str| match text.parse::<u32>() {
        Ok(number) => (least..=most).contains(&number),
        Err(_) => text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphabetic()),
    };
    let fits = matches!(range, "*" | "?") || range.splitn(2, '-').all(is_value);
    fits && step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_looks_like_them() {
        let long = "a".repeat(64);
        let cases: [(&str, &[&str], &[&str]); 12] = [
            ("dns-label", &["a", "web-1", "1st"], &["", "Web", "-web", "web.", "a.b", &long]),
            ("dns-subdomain", &["a", "a.b-c.d", &long], &["", "a..b", "A", ".a", "a_b"]),
            ("cronjob-name", &["nightly"], &[&long[..53]]),
            ("job-name", &["nightly", &long[..63]], &[&long, "Nightly"]),
            ("path-segment", &["system:node", "A B"], &[".", "a/b", "50%"]),
            ("label-value", &["", "v1.2_3-x", "Web"], &["-a", "a.", "a b", "a/b", &long]),
            ("qualified-name", &["app", "a.b/C_d"], &["", "a/", "/a", "A/b", "a/b/c", "a b"]),
            ("annotation-key", &["Example.com/Note"], &["a b", ""]),
            ("config-key", &["a.yaml", ".env", "A_b"], &["", ".", "..", "..a", "a/b"]),
            ("env-name", &["A", "a.b", "1", "A B"], &["", "A=B", "\u{e4}"]),
            (
                "port-name",
                &["http", "h2c-1"],
                &["", "80", "a--b", "HTTP", "-a", "a-very-long-name"],
            ),
            ("port", &["80", "http", "65535"], &["0", "65536", "-1", "Http"]),
        ];
        for (name, good, bad) in cases {
            let form = Format::of_text(name).expect("a form");
            good.iter().for_each(|text| assert!((form.holds)(text), "{text:?} is {name}"));
            bad.iter().for_each(|text| assert!(!(form.holds)(text), "{text:?} is no {name}"));
        }
        for good in ["0 4 * * *", "*/5 0-6 ? JAN,feb MON-FRI", "@daily", "TZ=UTC 1 2 3 4 5"] {
            assert!(is_schedule(good), "{good}");
        }
        for bad in ["", "0 4 * *", "60 * * * *", "* * * * 7", "@dayly", "*/0 * * * *", "a b c d e"]
        {
            assert!(!is_schedule(bad), "{bad}");
        }
    }
}
