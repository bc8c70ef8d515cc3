//! Quantities: `100m`, `1.5Gi`, `2e3`.

/// An amount, in billionths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

impl Quantity {
    /// Reads a quantity as `k8s.io/apimachinery/pkg/api/resource` does. `None` for anything else, and
    /// for amounts that no machine has.
    ///
    /// ```
    /// use gitops_schema::Quantity;
    /// assert_eq!(Quantity::parse("100Gi"), Quantity::parse("102400Mi"));
    /// assert!(Quantity::parse("10G") < Quantity::parse("10Gi"));
    /// assert_eq!(Quantity::parse("ten"), None);
    /// // An amount says itself in billionths, so that equal quantities read alike.
    /// assert_eq!(Quantity::parse("1").map(|q| q.to_string()).as_deref(), Some("1000000000n"));
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, suffix) = rest.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let places = u32::try_from(fraction.len()).ok()?;
        let amount = scale(suffix)?.of(digits, places)?;
        Some(Self(if negative { -amount } else { amount }))
    }
}

impl std::ops::Add for Quantity {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Mul<i64> for Quantity {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times.into()))
    }
}

enum Scale {
    /// A power of ten.
    Decimal(i32),
    /// A power of 1024.
    Binary(u32),
}

fn scale(suffix: &str) -> Option<Scale> {
    Some(match suffix {
        "n" => Scale::Decimal(-9),
        "u" => Scale::Decimal(-6),
        "m" => Scale::Decimal(-3),
        "" => Scale::Decimal(0),
        "k" => Scale::Decimal(3),
        "M" => Scale::Decimal(6),
        "G" => Scale::Decimal(9),
        "T" => Scale::Decimal(12),
        "P" => Scale::Decimal(15),
        "E" => Scale::Decimal(18),
        "Ki" => Scale::Binary(1),
        "Mi" => Scale::Binary(2),
        "Gi" => Scale::Binary(3),
        "Ti" => Scale::Binary(4),
        "Pi" => Scale::Binary(5),
        "Ei" => Scale::Binary(6),
        exponent => Scale::Decimal(exponent.strip_prefix(['e', 'E'])?.parse().ok()?),
    })
}

impl Scale {
    /// `digits` with so many decimal places, in billionths, rounded up.
    fn of(self, digits: i128, places: u32) -> Option<i128> {
        let (digits, power) = match self {
            Self::Decimal(power) => (digits, power),
            Self::Binary(power) => (digits.checked_mul(1024_i128.checked_pow(power)?)?, 0),
        };
        let power = power.checked_add(9)?.checked_sub(i32::try_from(places).ok()?)?;
        match u32::try_from(power) {
            Ok(up) => digits.checked_mul(10_i128.checked_pow(up)?),
            Err(_) => {
                let divisor = 10_i128.checked_pow(power.unsigned_abs())?;
                Some(digits / divisor + i128::from(digits % divisor != 0))
            }
        }
    }
}

impl std::fmt::Display for Quantity {
    /// The amount in billionths: equal quantities read alike.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}n", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_amounts_are_equal() {
        for (a, b) in
            [("1", "1000m"), ("1Gi", "1024Mi"), ("2e3", "2k"), ("0.5", "500m"), ("1.5Gi", "1536Mi")]
        {
            assert_eq!(Quantity::parse(a), Quantity::parse(b), "{a} {b}");
        }
        for bad in ["", "Gi", "1.2.3", "1 Gi", "1e", "9999999999999999999999999999999999999999"] {
            assert_eq!(Quantity::parse(bad), None, "{bad}");
        }
    }
}
