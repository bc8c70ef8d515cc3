//! Decimal numbers, with which Sprig computes: 0.1 + 0.2 is 0.3. As the library shopspring/decimal.

/// Digits behind the point of a quotient.
const QUOTIENT_DIGITS: i32 = 16;

/// `digits * 10^exponent`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    /// The number that the shortest text of `f` reads as.
    fn of(f: f64) -> Option<Self> {
        let text = format!("{f:e}");
        let (mantissa, exponent) = text.split_once('e')?;
        let behind = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
        let digits = mantissa.replace('.', "").parse().ok()?;
        Some(Self { digits, exponent: exponent.parse::<i32>().ok()? - behind })
    }

    fn float(self) -> Option<f64> {
        format!("{}e{}", self.digits, self.exponent).parse().ok()
    }

    /// The digits at a smaller exponent.
    fn at(self, exponent: i32) -> Option<i128> {
        let power = u32::try_from(self.exponent.checked_sub(exponent)?).ok()?;
        self.digits.checked_mul(10i128.checked_pow(power)?)
    }

    fn sum(self, other: Self, sign: i128) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let digits = self.at(exponent)?.checked_add(other.at(exponent)?.checked_mul(sign)?)?;
        Some(Self { digits, exponent })
    }

    fn product(self, other: Self) -> Option<Self> {
        let digits = self.digits.checked_mul(other.digits)?;
        Some(Self { digits, exponent: self.exponent + other.exponent })
    }

    fn quotient(self, other: Self) -> Option<Self> {
        let shift = self.exponent - other.exponent + QUOTIENT_DIGITS;
        let power = 10i128.checked_pow(shift.unsigned_abs())?;
        let (above, below) = if shift >= 0 {
            (self.digits.checked_mul(power)?, other.digits)
        } else {
            (self.digits, other.digits.checked_mul(power)?)
        };
        let (digits, rest) = (above.checked_div(below)?, above.checked_rem(below)?);
        // Half and more rounds away from zero.
        let up = rest.unsigned_abs().checked_mul(2)? >= below.unsigned_abs();
        let away = if (above < 0) == (below < 0) { 1 } else { -1 };
        Some(Self { digits: if up { digits + away } else { digits }, exponent: -QUOTIENT_DIGITS })
    }

    /// Computes with decimals, and with floats where the digits do not fit.
    fn or(a: f64, b: f64, exact: impl Fn(Self, Self) -> Option<Self>, rough: f64) -> f64 {
        let exact = || exact(Self::of(a)?, Self::of(b)?)?.float();
        exact().unwrap_or(rough)
    }

    pub(crate) fn add(a: f64, b: f64) -> f64 {
        Self::or(a, b, |a, b| a.sum(b, 1), a + b)
    }

    pub(crate) fn sub(a: f64, b: f64) -> f64 {
        Self::or(a, b, |a, b| a.sum(b, -1), a - b)
    }

    pub(crate) fn mul(a: f64, b: f64) -> f64 {
        Self::or(a, b, Self::product, a * b)
    }

    pub(crate) fn div(a: f64, b: f64) -> f64 {
        Self::or(a, b, Self::quotient, a / b)
    }
}
