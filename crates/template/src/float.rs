//! Floating-point numbers as Go prints them.

/// Digits and decimal exponent of the shortest text that reads back as `f`: `d.ddd * 10^exponent`.
fn shortest(f: f64) -> (String, i32) {
    let text = format!("{:e}", f.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

fn special(f: f64) -> Option<&'static str> {
    match f {
        f if f.is_nan() => Some("NaN"),
        f if f == f64::INFINITY => Some("+Inf"),
        f if f == f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

/// Decimal, or with an exponent where it is below `low` or at least `high`; `pad` gives that two digits.
fn format(f: f64, low: i32, high: i32, pad: bool) -> String {
    if let Some(text) = special(f) {
        return text.to_owned();
    }
    let (digits, exponent) = shortest(f);
    let sign = if f.is_sign_negative() { "-" } else { "" };
    if f != 0.0 && (exponent < low || exponent >= high) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let size = exponent.abs();
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        let zero = if pad && size < 10 { "0" } else { "" };
        return format!("{sign}{first}{point}{rest}e{exponent_sign}{zero}{size}");
    }
    format!("{sign}{}", f.abs())
}

/// As `%v` and YAML print it.
pub(crate) fn print(f: f64) -> String {
    format(f, -4, 6, true)
}

/// As `encoding/json` writes it.
pub(crate) fn json(f: f64) -> String {
    format(f, -6, 21, false)
}

#[cfg(test)]
mod tests {
    #[test]
    fn prints_as_go() {
        let cases = [
            (1e6, "1e+06"),
            (100_000.0, "100000"),
            (65534.0, "65534"),
            (21e6, "2.1e+07"),
            (123_456_789.0, "1.23456789e+08"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5, "1.5"),
            (-0.0, "-0"),
        ];
        for (float, text) in cases {
            assert_eq!(super::print(float), text);
        }
        assert_eq!(super::json(1e20), "100000000000000000000");
        assert_eq!(super::json(1e21), "1e+21");
        assert_eq!(super::json(0.000_000_1), "1e-7");
    }
}
