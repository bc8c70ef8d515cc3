//! The clock, read in this one place.

use std::time::{SystemTime, UNIX_EPOCH};

use gitops_config::Date;

use crate::exit::Stop;

/// The date of `--now`, else of the clock, in UTC.
pub(crate) fn today(given: Option<&str>) -> Result<Date, Stop> {
    let text = match given {
        Some(time) => time.get(..10).unwrap_or(time).to_owned(),
        None => {
            #[expect(clippy::disallowed_methods, reason = "the clock is read once, here")]
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            date(since.as_secs() / 86_400)
        }
    };
    Date::parse(&text).ok_or_else(|| {
        Stop::new(format!("`--now {text}` is no time; write it like `2027-01-31T08:00:00Z`"))
    })
}

/// The civil date of a day since 1970-01-01, by Howard Hinnant's `civil_from_days`.
fn date(days: u64) -> String {
    let z = days + 719_468;
    let (era, day_of_era) = (z / 146_097, z % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(20_484), "2026-01-31");
    }

    #[test]
    fn a_given_time_is_read_or_refused() {
        assert_eq!(
            today(Some("2027-01-31T08:00:00Z")).unwrap(),
            Date::parse("2027-01-31").unwrap()
        );
        assert!(today(Some("tomorrow")).is_err());
    }
}
