//! Numbers as Go reads and writes them: go-yaml's integer and float syntax, and what is left of a number
//! after `kustomize build` took it through JSON.

/// A number written in plain text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number that fits 64 bits, signed or not.
    Int(i128),
    /// Any other number.
    Float(f64),
}

impl Number {
    /// go-yaml's reading of `text`: `strconv.ParseInt` with base prefixes, then a decimal float, both with
    /// `_` left out. Whole numbers beyond 64 bits are floats.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if is_plain(text) {
            return text.parse::<i64>().ok().map(|i| Self::Int(i.into()));
        }
        if text.starts_with('.') {
            return underscores_between_digits(text).then(|| float(&digits_only(text))).flatten();
        }
        let plain = digits_only(text);
        int(&plain).map(Self::Int).or_else(|| float(&plain))
    }

    /// The text that remains after YAML was decoded, encoded as JSON and printed as YAML again.
    #[must_use]
    pub fn through_json(self) -> String {
        let float = match self {
            Self::Int(i) => return i.to_string(),
            Self::Float(f) => f,
        };
        if !float.is_finite() {
            return if float.is_nan() {
                ".nan"
            } else if float > 0.0 {
                ".inf"
            } else {
                "-.inf"
            }
            .to_owned();
        }
        // Go's JSON writes digits below 1e21, and digits alone are a whole number to the next reader.
        let digits = if float.abs() < 1e21 { int(&float.to_string()) } else { None };
        digits.map_or_else(|| shortest(float), |i| i.to_string())
    }
}

/// Whether a text is a whole number as nearly all are written: some digits, the first no zero.
fn is_plain(text: &str) -> bool {
    matches!(text.as_bytes(), [b'1'..=b'9', rest @ ..] if rest.len() < 18 && rest.iter().all(u8::is_ascii_digit))
}

fn digits_only(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('_') { text.replace('_', "").into() } else { text.into() }
}

fn underscores_between_digits(text: &str) -> bool {
    let b = text.as_bytes();
    let digit = |i: usize| b.get(i).is_some_and(u8::is_ascii_digit);
    (0..b.len()).filter(|i| b[*i] == b'_').all(|i| i > 0 && digit(i - 1) && digit(i + 1))
}

/// `strconv.ParseInt(text, 0, 64)`, else `strconv.ParseUint(text, 0, 64)`.
fn int(text: &str) -> Option<i128> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..]),
        Some("0o" | "0O") => (8, &digits[2..]),
        Some("0b" | "0B") => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let value = sign * i128::from_str_radix(digits, radix).ok()?;
    // An unsigned number has no sign, not even `+`.
    let most = if digits.len() < text.len() && text.starts_with('+') {
        i128::from(i64::MAX)
    } else {
        i128::from(u64::MAX)
    };
    (i128::from(i64::MIN)..=most).contains(&value).then_some(value)
}

/// go-yaml's `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, within the range of a double.
fn float(text: &str) -> Option<Number> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mantissa = body.split(['e', 'E']).next().unwrap_or_default();
    let numeric = mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && mantissa.bytes().any(|b| b.is_ascii_digit());
    let value: f64 = text.parse().ok().filter(|_| numeric)?;
    value.is_finite().then_some(Number::Float(value))
}

/// Go's `strconv.FormatFloat(float, 'g', -1, 64)`.
fn shortest(float: f64) -> String {
    let text = scientific(float);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return float.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The fewest digits that read back as the same number. Of two that are equally near, Go takes the even
/// one, as Rust does only when it is told how many digits to write.
fn scientific(float: f64) -> String {
    let nearest = format!("{float:e}");
    let digits = nearest.bytes().take_while(|b| *b != b'e').filter(u8::is_ascii_digit).count();
    let even = format!("{float:.*e}", digits.saturating_sub(1));
    if even.parse() == Ok(float) { even } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn numbers_print_as_kustomize_prints_them() {
        let cases = [
            ("1", "1"),
            ("017", "15"),
            ("0x1F", "31"),
            ("1_000", "1000"),
            ("08", "8"),
            ("1.0", "1"),
            ("-0.0", "0"),
            ("1e15", "1000000000000000"),
            ("1e20", "1e+20"),
            ("1.9e19", "1.9e+19"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "1.8446744073709552e+19"),
            ("-9223372036854775809", "-9.223372036854776e+18"),
            ("+18446744073709551615", "1.8446744073709552e+19"),
            ("1234567.5", "1.2345675e+06"),
            ("123456.75", "123456.75"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            (".5_5", "0.55"),
            ("1.5e-7", "1.5e-07"),
            ("773146635218592.25", "7.731466352185922e+14"),
        ];
        for (text, want) in cases {
            assert_eq!(
                Number::parse(text).map(Number::through_json).as_deref(),
                Some(want),
                "{text}"
            );
        }
        for text in ["", ".", "-", "0x", "1e", "1e999", "._5", "1.2.3", "0o8", "inf", "1,5", "+-1"]
        {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
