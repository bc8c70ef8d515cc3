//! `printf`, with Go's words for what does not fit.

use crate::error::Fault;
use crate::float;
use crate::limits::Budget;
use crate::print::{quoted, text};
use crate::value::{DEPTH, Data, Value};

/// Widths and precisions beyond this are an error in Go, too.
const WIDEST: usize = 1_000_000;

/// What stands between `%` and the verb.
#[derive(Debug, Default, Clone)]
struct Spec {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// Formats `args` by `format`.
pub(crate) fn sprintf(format: &str, args: &[Value], budget: &mut Budget) -> Result<String, Fault> {
    let mut out = String::new();
    let mut next = 0;
    let mut reordered = false;
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = Spec::default();
        while let Some(flag) = chars.next_if(|c| "-+# 0".contains(*c)) {
            match flag {
                '-' => spec.minus = true,
                '+' => spec.plus = true,
                '#' => spec.sharp = true,
                ' ' => spec.space = true,
                _ => spec.zero = true,
            }
        }
        index(&mut chars, args.len(), &mut next, &mut reordered);
        spec.width = size(&mut chars, args, &mut next, &mut out, "WIDTH", &mut spec.minus);
        if chars.next_if_eq(&'.').is_some() {
            index(&mut chars, args.len(), &mut next, &mut reordered);
            let given = size(&mut chars, args, &mut next, &mut out, "PREC", &mut false);
            spec.precision = Some(given.unwrap_or(0));
        }
        index(&mut chars, args.len(), &mut next, &mut reordered);
        let Some(verb) = chars.next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if verb == '%' {
            out.push('%');
            continue;
        }
        match args.get(next) {
            Some(arg) => {
                next += 1;
                let done = one(arg, verb, &spec, budget, DEPTH)?;
                budget.bytes(done.len())?;
                out.push_str(&done);
            }
            None => out.push_str(&format!("%!{verb}(MISSING)")),
        }
    }
    if !reordered && next < args.len() {
        let extra: Result<Vec<_>, Fault> = args[next..]
            .iter()
            .map(|a| match a.data {
                Data::Absent | Data::Nil => Ok("<nil>".to_owned()),
                _ => Ok(format!("{}={}", a.type_name(), text(a, "<nil>", budget)?)),
            })
            .collect();
        out.push_str(&format!("%!(EXTRA {})", extra?.join(", ")));
    }
    Ok(out)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// `[3]`: the next argument is the third.
fn index(chars: &mut Chars<'_>, count: usize, next: &mut usize, reordered: &mut bool) {
    if chars.peek() != Some(&'[') {
        return;
    }
    let mut ahead = chars.clone();
    ahead.next();
    let digits: String = ahead.by_ref().take_while(|c| *c != ']').collect();
    *reordered = true;
    *chars = ahead;
    match digits.parse::<usize>() {
        Ok(n) if (1..=count).contains(&n) => *next = n - 1,
        _ => *next = count,
    }
}

/// A width or precision: digits, or `*` for the next argument.
fn size(
    chars: &mut Chars<'_>,
    args: &[Value],
    next: &mut usize,
    out: &mut String,
    what: &str,
    minus: &mut bool,
) -> Option<usize> {
    if chars.next_if_eq(&'*').is_some() {
        let arg = args.get(*next).map(|a| &a.data);
        *next += 1;
        return match arg {
            Some(Data::Int(i) | Data::Int64(i)) if i.unsigned_abs() as usize <= WIDEST => {
                *minus |= *i < 0;
                Some(i.unsigned_abs() as usize)
            }
            _ => {
                out.push_str(&format!("%!(BAD{what})"));
                None
            }
        };
    }
    let mut digits = String::new();
    while let Some(d) = chars.next_if(char::is_ascii_digit) {
        digits.push(d);
    }
    digits.parse().ok().filter(|n| *n <= WIDEST)
}

fn one(
    arg: &Value,
    verb: char,
    spec: &Spec,
    budget: &mut Budget,
    depth: usize,
) -> Result<String, Fault> {
    budget.steps(1)?;
    if depth == 0 {
        return Err(Fault::limit("a value holds itself, or nests too deep to print"));
    }
    Ok(match (&arg.data, verb) {
        (Data::Absent | Data::Nil, 'v') => pad("<nil>".into(), spec, false),
        (Data::Absent | Data::Nil, 'T') => pad("<nil>".into(), spec, false),
        (_, 'T') => pad(arg.type_name().into(), spec, false),
        (Data::Absent | Data::Nil, _) => format!("%!{verb}(<nil>)"),
        (Data::Str(s), 's' | 'v' | 'q' | 'x' | 'X') => string(s, verb, spec),
        (Data::Bool(b), 't' | 'v') => pad(b.to_string(), spec, false),
        (Data::Int(i) | Data::Int64(i) | Data::Rune(i), _) if "vdboOxXcqU".contains(verb) => {
            integer(*i, verb, spec)
        }
        (Data::Float(f), _) if "vgGeEfF".contains(verb) => floating(*f, verb, spec),
        (Data::List(items, _), _) => {
            let words: Result<Vec<_>, Fault> =
                items.iter().map(|v| one(v, verb, spec, budget, depth - 1)).collect();
            format!("[{}]", words?.join(" "))
        }
        (Data::Map(map, _), _) => {
            let mut words = Vec::new();
            for (key, value) in map.entries() {
                let key = one(&Value::string(key), verb, spec, budget, depth - 1)?;
                words.push(format!("{key}:{}", one(&value, verb, spec, budget, depth - 1)?));
            }
            format!("map[{}]", words.join(" "))
        }
        _ => format!("%!{verb}({}={})", arg.type_name(), text(arg, "<nil>", budget)?),
    })
}

/// Fills up to the width; `number` allows leading zeros behind a sign.
fn pad(text: String, spec: &Spec, number: bool) -> String {
    let missing = spec.width.unwrap_or(0).saturating_sub(text.chars().count());
    if missing == 0 {
        text
    } else if spec.minus {
        text + &" ".repeat(missing)
    } else if spec.zero {
        let signs = usize::from(number && text.starts_with(['+', '-', ' ']));
        let (sign, digits) = text.split_at(signs);
        format!("{sign}{}{digits}", "0".repeat(missing))
    } else {
        " ".repeat(missing) + &text
    }
}

fn string(s: &str, verb: char, spec: &Spec) -> String {
    let cut: String = match spec.precision {
        Some(n) if !"xX".contains(verb) => s.chars().take(n).collect(),
        _ => s.to_owned(),
    };
    let text = match verb {
        'q' if spec.sharp && !cut.contains(['`', '\n']) => format!("`{cut}`"),
        'q' => quoted(&cut),
        'x' => cut.bytes().map(|b| format!("{b:02x}")).collect(),
        'X' => cut.bytes().map(|b| format!("{b:02X}")).collect(),
        'v' if spec.sharp => quoted(&cut),
        _ => cut,
    };
    pad(text, spec, false)
}

fn integer(i: i64, verb: char, spec: &Spec) -> String {
    let size = i.unsigned_abs();
    let digits = match verb {
        'b' => format!("{size:b}"),
        'o' | 'O' => format!("{size:o}"),
        'x' => format!("{size:x}"),
        'X' => format!("{size:X}"),
        'c' | 'q' => {
            let c = u32::try_from(i).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
            let text = if verb == 'q' { format!("{c:?}") } else { c.to_string() };
            return pad(text, &Spec { zero: false, ..spec.clone() }, false);
        }
        'U' => return pad(format!("U+{size:04X}"), spec, false),
        _ => size.to_string(),
    };
    let zeros = spec.precision.unwrap_or(0).saturating_sub(digits.len());
    let prefix = match verb {
        'b' if spec.sharp => "0b",
        'o' if spec.sharp => "0",
        'O' => "0o",
        'x' if spec.sharp => "0x",
        'X' if spec.sharp => "0X",
        _ => "",
    };
    let text = format!("{}{prefix}{}{digits}", sign(i < 0, spec), "0".repeat(zeros));
    pad(text, &Spec { zero: spec.zero && spec.precision.is_none(), ..spec.clone() }, true)
}

fn sign(negative: bool, spec: &Spec) -> &'static str {
    match (negative, spec.plus, spec.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

fn floating(f: f64, verb: char, spec: &Spec) -> String {
    let size = f.abs();
    let digits = match (verb, spec.precision) {
        _ if !f.is_finite() => float::print(size),
        ('f' | 'F', precision) => format!("{size:.*}", precision.unwrap_or(6)),
        ('e' | 'E', precision) => exponent(&format!("{size:.*e}", precision.unwrap_or(6))),
        (_, Some(precision)) => general(size, precision.max(1)),
        _ => float::print(size),
    };
    let digits = if "EG".contains(verb) { digits.to_uppercase() } else { digits };
    let digits = digits.trim_start_matches('+');
    pad(format!("{}{digits}", sign(f.is_sign_negative(), spec)), spec, f.is_finite())
}

/// `1.5e7` as `1.5e+07`.
fn exponent(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// `%.Ng`: N significant digits without trailing zeros.
fn general(size: f64, precision: usize) -> String {
    let scientific = format!("{size:.*e}", precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let shorten = |s: &str| {
        if s.contains('.') {
            s.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            s.to_owned()
        }
    };
    if power < -4 || power >= precision as i32 {
        let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        return exponent(&format!("{}e{power}", shorten(mantissa)));
    }
    shorten(&format!("{size:.*}", (precision as i32 - 1 - power).max(0) as usize))
}
