//! Nodes to text, as `kustomize build` prints them: go-yaml v2's encoder on top of libyaml's emitter.

mod emitter;
mod order;
mod style;

use crate::number::Number;
use crate::timestamp::rfc3339;
use crate::{Dialect, Entry, Exposure, Node, Scalar, ScalarKind, Value, resolve};
use emitter::{Emitter, Wish, below};

/// How [`print()`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintOptions {
    /// In which order keys stand.
    pub keys: KeyOrder,
    /// Whether values go through JSON first: numbers and dates lose how they were written.
    pub through_json: bool,
    /// The column behind which text is folded at the next space.
    pub width: usize,
    /// What stands for secret values, if they may not be shown.
    pub mask: Option<&'static str>,
}

/// Orders of map keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOrder {
    /// As written.
    Written,
    /// By bytes.
    Bytes,
    /// As go-yaml sorts: runs of digits by their number, letters last.
    Natural,
}

impl PrintOptions {
    /// What `kustomize build` prints.
    pub const KUSTOMIZE: Self =
        Self { keys: KeyOrder::Natural, through_json: true, width: 80, mask: None };

    /// For people: in the order written, lines unfolded, secret values masked.
    pub const READABLE: Self = Self {
        keys: KeyOrder::Written,
        through_json: false,
        width: usize::MAX,
        mask: Some("<secret>"),
    };
}

/// Writes a node as one document, without `---`.
///
/// ```
/// use gitops_yaml::{ContentId, PrintOptions, Sources, print};
///
/// let text = b"b: [0x10, 'yes']\na: {}\n";
/// let file = Sources::default().load("x", ContentId::of(text), text);
/// let printed = print(&file.documents[0], &PrintOptions::KUSTOMIZE);
/// assert_eq!(printed, "a: {}\nb:\n- 16\n- \"yes\"\n");
/// ```
#[must_use]
pub fn print(node: &Node, options: &PrintOptions) -> String {
    print_all([node], options)
}

/// Writes nodes as one stream: a document each, with `---` between them.
#[must_use]
pub fn print_all<'n>(nodes: impl IntoIterator<Item = &'n Node>, options: &PrintOptions) -> String {
    let mut printer = Printer { emitter: Emitter::new(options.width), options };
    for (i, node) in nodes.into_iter().enumerate() {
        if i > 0 {
            printer.emitter.separator();
        }
        printer.node(node, None, false);
        printer.emitter.indent(0);
    }
    printer.emitter.out
}

struct Printer<'o> {
    emitter: Emitter,
    options: &'o PrintOptions,
}

impl Printer<'_> {
    /// Writes what stands below `indent`; `is_value` if it stands behind a key.
    fn node(&mut self, node: &Node, indent: Option<usize>, is_value: bool) {
        match &node.value {
            Value::Scalar(scalar) => self.scalar(scalar, indent),
            Value::Seq(items) if items.is_empty() => self.emitter.spaced("[]"),
            Value::Map(entries) if entries.is_empty() => self.emitter.spaced("{}"),
            Value::Seq(items) => {
                // A list stands in the column of its key, except behind a key written with `? `.
                let in_column = indent.filter(|_| is_value && !self.emitter.indention);
                self.seq(items, in_column.unwrap_or(below(indent)));
            }
            Value::Map(entries) => self.map(entries, below(indent)),
        }
    }

    fn seq(&mut self, items: &[Node], indent: usize) {
        for item in items {
            self.emitter.indent(indent);
            self.emitter.opening("-");
            self.node(item, Some(indent), false);
        }
    }

    fn map(&mut self, entries: &[Entry], indent: usize) {
        let mut order: Vec<&Entry> = match self.options.keys {
            KeyOrder::Natural => order::natural(entries),
            _ => entries.iter().collect(),
        };
        if self.options.keys == KeyOrder::Bytes {
            order.sort_by(|a, b| a.key.cmp(&b.key));
        }
        for entry in order {
            self.emitter.indent(indent);
            self.emitter.key(&entry.key, self.wish(&entry.key, true), indent);
            self.node(&entry.value, Some(indent), true);
        }
    }

    /// How a string is to be written. Two things that go-yaml v2 writes bare do not read back the same:
    /// line breaks of YAML 1.1 alone, and the key `<<`.
    fn wish(&self, text: &str, is_key: bool) -> Wish {
        let reads_otherwise =
            || text.contains(['\u{85}', '\u{2028}', '\u{2029}']) || is_key && text == "<<";
        if !self.options.through_json && reads_otherwise() { Wish::Double } else { wish(text) }
    }

    fn scalar(&mut self, scalar: &Scalar, indent: Option<usize>) {
        let mask = self.options.mask.filter(|_| scalar.exposure == Exposure::Secret);
        if let Some(mask) = mask {
            return self.emitter.scalar(mask, wish(mask), indent);
        }
        let text = scalar.text.as_str();
        match scalar.kind {
            ScalarKind::Str => self.emitter.scalar(text, self.wish(text, false), indent),
            _ if self.options.through_json => self.json(scalar, indent),
            kind => {
                let text = if kind == ScalarKind::Null { "null" } else { text };
                if resolve(text, Dialect::Kustomize) != kind {
                    self.emitter.spaced(tag(kind));
                }
                self.emitter.scalar(text, Wish::Plain, indent);
            }
        }
    }

    fn json(&mut self, scalar: &Scalar, indent: Option<usize>) {
        let text = scalar.text.as_str();
        let canonical = match scalar.kind {
            ScalarKind::Null => "null".to_owned(),
            ScalarKind::Bool => text.to_ascii_lowercase(),
            ScalarKind::Int | ScalarKind::Float => number(text),
            ScalarKind::Timestamp => {
                let time = rfc3339(text).unwrap_or_else(|| text.to_owned());
                return self.emitter.scalar(&time, wish(&time), indent);
            }
            ScalarKind::Str => return self.emitter.scalar(text, wish(text), indent),
        };
        self.emitter.scalar(&canonical, Wish::Plain, indent);
    }
}

fn number(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        ".inf" | "+.inf" => ".inf".to_owned(),
        "-.inf" | ".nan" => text.to_ascii_lowercase(),
        _ => Number::parse(text).map_or_else(|| text.to_owned(), Number::through_json),
    }
}

/// How go-yaml v2 wants a string written: quoted where YAML 1.1 would read another type.
fn wish(text: &str) -> Wish {
    let is_other_type = || {
        resolve(text, Dialect::Kubectl) != ScalarKind::Str
            || is_base_60(text)
            || rfc3339(text).is_some()
    };
    if text.contains('\n') {
        Wish::Literal
    } else if is_other_type() {
        Wish::Double
    } else {
        Wish::Plain
    }
}

/// YAML 1.1's numbers in base 60: `12:30:45`, `1:20.5`.
fn is_base_60(text: &str) -> bool {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !body.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let (body, fraction) = body.split_once('.').unwrap_or((body, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let mut parts = body.split(':');
    let first = parts.next().unwrap_or_default();
    let mut rest = parts.peekable();
    let is_part = |p: &str| match p.as_bytes() {
        [d] => d.is_ascii_digit(),
        [tens, d] => (b'0'..=b'5').contains(tens) && d.is_ascii_digit(),
        _ => false,
    };
    digits(first) && digits(fraction) && rest.peek().is_some() && rest.all(is_part)
}

fn tag(kind: ScalarKind) -> &'static str {
    match kind {
        ScalarKind::Null => "!!null",
        ScalarKind::Bool => "!!bool",
        ScalarKind::Int => "!!int",
        ScalarKind::Float => "!!float",
        ScalarKind::Str => "!!str",
        ScalarKind::Timestamp => "!!timestamp",
    }
}
