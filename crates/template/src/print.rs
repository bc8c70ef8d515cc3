//! Values as Go's `fmt` prints them, and `printf`.

use crate::error::Fault;
use crate::float;
use crate::limits::{Budget, Limits};
use crate::value::{DEPTH, Data, Value};

/// The text of a value under `%v`. No value at all is `absent`: `<no value>` where an action prints it,
/// `<nil>` for functions.
pub(crate) fn text(value: &Value, absent: &str, budget: &mut Budget) -> Result<String, Fault> {
    let mut out = String::new();
    match value.data {
        Data::Absent | Data::Nil => out.push_str(absent),
        _ => write(value, &mut out, budget, DEPTH)?,
    }
    budget.bytes(out.len())?;
    Ok(out)
}

impl Value {
    /// The text of the value under Go's `%v`; `None` if it is too large or holds itself.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        text(self, "<nil>", &mut Budget::new(&Limits::default())).ok()
    }
}

fn write(value: &Value, out: &mut String, budget: &mut Budget, depth: usize) -> Result<(), Fault> {
    budget.steps(1)?;
    if depth == 0 {
        return Err(Fault::limit("a value holds itself, or nests too deep to print"));
    }
    match &value.data {
        Data::Absent | Data::Nil => out.push_str("<nil>"),
        Data::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Data::Int(i) | Data::Int64(i) | Data::Rune(i) => out.push_str(&i.to_string()),
        Data::Float(f) => out.push_str(&float::print(*f)),
        Data::Str(s) => out.push_str(s),
        Data::List(items, _) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                write(item, out, budget, depth - 1)?;
            }
            out.push(']');
        }
        Data::Map(map, _) => {
            out.push_str("map[");
            for (i, (key, item)) in map.entries().iter().enumerate() {
                if i > 0 {
                    out.push(' ');
                }
                out.push_str(key);
                out.push(':');
                write(item, out, budget, depth - 1)?;
            }
            out.push(']');
        }
    }
    Ok(())
}

/// `print`: a blank between two operands of which neither is a string.
pub(crate) fn sprint(args: &[Value], budget: &mut Budget) -> Result<String, Fault> {
    let mut out = String::new();
    for (i, arg) in args.iter().enumerate() {
        let words = i > 0 && arg.as_str().is_none() && args[i - 1].as_str().is_none();
        out.push_str(if words { " " } else { "" });
        out.push_str(&text(arg, "<nil>", budget)?);
    }
    Ok(out)
}

/// `println`: blanks between all operands, and a newline.
pub(crate) fn sprintln(args: &[Value], budget: &mut Budget) -> Result<String, Fault> {
    let words: Result<Vec<_>, _> = args.iter().map(|a| text(a, "<nil>", budget)).collect();
    Ok(words?.join(" ") + "\n")
}

/// Go's `%q`: a string in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if is_printable(c) => out.push(c),
            c if (c as u32) < 0x80 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if (c as u32) < 0x1_0000 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// About Go's `unicode.IsPrint`: no control, format, private or unusual white-space characters.
fn is_printable(c: char) -> bool {
    !(c.is_control()
        || c != ' ' && c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' | '\u{f0000}'..))
}
