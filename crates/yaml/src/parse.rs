//! Text to nodes. The only file that names the parser library.
//!
//! Positions come from the library's line and column alone (its index drifts after block scalars with
//! non-ASCII text); where a scalar ends is worked out here from its style.

use std::collections::HashMap;

use smol_str::SmolStr;
use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, TScalarStyle};

use crate::source::line_starts;
use crate::{
    Dialect, Entry, Exposure, FileId, Node, Origin, Scalar, ScalarKind, Span, Style, resolve,
};

/// How much a text may ask of the reader.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nesting of maps and lists.
    pub depth: usize,
    /// Nodes that aliases may add to what is written.
    pub alias_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 256, alias_nodes: 200_000 }
    }
}

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Which kind of thing.
    pub kind: ErrorKind,
    /// What is wrong, for people.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The other place, for a duplicate key: where it stands first.
    pub first: Option<Span>,
}

/// Kinds of [`ParseError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No YAML; the rest of the document is lost.
    Syntax,
    /// A key stands twice in one map; the last one counts.
    DuplicateKey,
    /// A limit of [`Limits`] was passed; the rest of the document is lost.
    Limit,
    /// The file is no UTF-8 text.
    Encoding,
}

impl ParseError {
    pub(crate) fn not_utf8(span: Span) -> Self {
        let message = "the file is not UTF-8 text".to_owned();
        Self { kind: ErrorKind::Encoding, message, span, first: None }
    }
}

/// What [`parse`] found.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The documents, in order.
    pub documents: Vec<Node>,
    /// What was wrong.
    pub errors: Vec<ParseError>,
}

/// Parses every document of a text. Never fails: what cannot be read is an error beside the rest.
#[must_use]
pub fn parse(file: FileId, text: &str, limits: &Limits) -> Parsed {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::new(file, text, text.len() - body.len(), limits);
    let mut parser = Parser::new_from_str(body).keep_tags(true);
    loop {
        match parser.next_token() {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, at)) => {
                if builder.event(event, at).is_err() {
                    break;
                }
            }
            Err(e) => {
                let at = builder.offset(*e.marker());
                builder.fail(ErrorKind::Syntax, e.info().to_owned(), at, at);
                break;
            }
        }
    }
    builder.out
}

/// The text cannot be read further; the error is already noted.
struct Stop;

enum Open {
    Seq { items: Vec<Node>, start: u32 },
    Map { entries: Vec<Entry>, start: u32, key: Option<(SmolStr, Span)>, merges: Vec<Node> },
}

struct Frame {
    open: Open,
    anchor: usize,
    /// Nodes below, aliases counted in full.
    size: usize,
}

struct Builder<'t> {
    file: FileId,
    text: &'t str,
    starts: Vec<u32>,
    bom: usize,
    limits: Limits,
    stack: Vec<Frame>,
    anchors: HashMap<usize, (Node, usize)>,
    alias_nodes: usize,
    /// Where the last token ended: an empty value stands there.
    last_end: u32,
    out: Parsed,
}

impl<'t> Builder<'t> {
    fn new(file: FileId, text: &'t str, bom: usize, limits: &Limits) -> Self {
        Self {
            file,
            text,
            starts: line_starts(text),
            bom,
            limits: *limits,
            stack: Vec::new(),
            anchors: HashMap::new(),
            alias_nodes: 0,
            last_end: 0,
            out: Parsed::default(),
        }
    }

    fn fail(&mut self, kind: ErrorKind, message: String, start: u32, end: u32) {
        let span = Span::new(self.file, start, end);
        self.out.errors.push(ParseError { kind, message, span, first: None });
    }

    /// The byte at a marker's line and column.
    fn offset(&self, at: Marker) -> u32 {
        let line = at.line().saturating_sub(1).min(self.starts.len() - 1);
        let start = self.starts[line] as usize + if line == 0 { self.bom } else { 0 };
        let mut rest = self.text[start..].char_indices().map(|(i, _)| i);
        let in_line = rest.nth(at.col()).unwrap_or(self.text.len() - start);
        (start + in_line) as u32
    }

    fn event(&mut self, event: Event, at: Marker) -> Result<(), Stop> {
        match event {
            Event::DocumentStart => {
                self.anchors.clear();
                self.last_end = self.offset(at);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_ref(), at);
                if anchor > 0 {
                    self.anchors.insert(anchor, (node.clone(), 1));
                }
                self.place(node, 1);
            }
            Event::Alias(anchor) => return self.alias(anchor, at),
            Event::SequenceStart(anchor, _) => {
                let start = self.offset(at);
                return self.open(Open::Seq { items: Vec::new(), start }, anchor);
            }
            Event::MappingStart(anchor, _) => {
                let start = self.offset(at);
                let (entries, merges) = (Vec::new(), Vec::new());
                return self.open(Open::Map { entries, start, key: None, merges }, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, open: Open, anchor: usize) -> Result<(), Stop> {
        if self.stack.len() >= self.limits.depth {
            let message = format!("nested more than {} levels deep", self.limits.depth);
            let (Open::Seq { start, .. } | Open::Map { start, .. }) = open;
            self.fail(ErrorKind::Limit, message, start, start);
            return Err(Stop);
        }
        self.stack.push(Frame { open, anchor, size: 1 });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, at: Marker) -> Result<(), Stop> {
        let start = self.offset(at);
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            let message = "an alias to a value that is still being written".to_owned();
            self.fail(ErrorKind::Syntax, message, start, start);
            return Err(Stop);
        };
        self.alias_nodes += size;
        if self.alias_nodes > self.limits.alias_nodes {
            let message = format!("aliases expand to more than {} values", self.limits.alias_nodes);
            self.fail(ErrorKind::Limit, message, start, start);
            return Err(Stop);
        }
        let name = self.text[start as usize..].find([' ', '\n', ',', ']', '}']);
        self.last_end = start + name.unwrap_or(self.text.len() - start as usize) as u32;
        self.place(node, size);
        Ok(())
    }

    fn close(&mut self, at: Marker) {
        let Some(frame) = self.stack.pop() else { return };
        let (Open::Seq { start, .. } | Open::Map { start, .. }) = frame.open;
        if matches!(self.text.as_bytes().get(start as usize), Some(b'[' | b'{')) {
            let close = self.offset(at);
            self.last_end = self.last_end.max(close + 1).min(self.text.len() as u32);
        }
        let origin = Origin::new(Span::new(self.file, start, self.last_end.max(start)));
        let node = match frame.open {
            Open::Seq { items, .. } => Node::seq(items, origin),
            Open::Map { entries, merges, .. } => Node::map(merged(entries, merges), origin),
        };
        if frame.anchor > 0 {
            self.anchors.insert(frame.anchor, (node.clone(), frame.size));
        }
        self.place(node, frame.size);
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, size: usize) {
        let Some(frame) = self.stack.last_mut() else {
            self.out.documents.push(node);
            return;
        };
        frame.size += size;
        match &mut frame.open {
            Open::Seq { items, .. } => items.push(node),
            Open::Map { entries, key, merges, .. } => match key.take() {
                None => *key = Some((key_text(&node), node.span())),
                Some((key, span)) if key == "<<" && is_mergeable(&node) => {
                    let _ = span;
                    merges.push(node);
                }
                Some((key, span)) => {
                    if let Some(e) = entries.iter_mut().find(|e| e.key == key) {
                        let message = format!("the key `{key}` stands twice");
                        let first = Some(e.key_span);
                        let kind = ErrorKind::DuplicateKey;
                        self.out.errors.push(ParseError { kind, message, span, first });
                        *e = Entry::new(key, span, node);
                    } else {
                        entries.push(Entry::new(key, span, node));
                    }
                }
            },
        }
    }

    fn scalar(&mut self, text: &str, style: TScalarStyle, tag: Option<&Tag>, at: Marker) -> Node {
        let start = self.offset(at);
        let (start, end) = if text.is_empty() && style == TScalarStyle::Plain {
            (self.last_end, self.last_end)
        } else {
            (start, self.scalar_end(text, style, start))
        };
        self.last_end = end;
        let style = match style {
            TScalarStyle::Plain => Style::Plain,
            TScalarStyle::SingleQuoted => Style::Single,
            TScalarStyle::DoubleQuoted => Style::Double,
            TScalarStyle::Literal => Style::Literal,
            TScalarStyle::Folded => Style::Folded,
        };
        let (kind, style) = kind_of(text, style, tag);
        let scalar = Scalar { text: text.into(), kind, style, exposure: Exposure::Open };
        Node::scalar(scalar, Origin::new(Span::new(self.file, start, end)))
    }

    fn scalar_end(&self, text: &str, style: TScalarStyle, start: u32) -> u32 {
        let source = &self.text[start as usize..];
        let len = match style {
            TScalarStyle::DoubleQuoted => quoted_len(source, '"'),
            TScalarStyle::SingleQuoted => quoted_len(source, '\''),
            TScalarStyle::Plain if source.starts_with(text) => text.len(),
            // A block's marker stands at its content, behind the `|` or `>` line.
            TScalarStyle::Plain | TScalarStyle::Literal | TScalarStyle::Folded => {
                same_words_len(source, text)
            }
        };
        start + len as u32
    }
}

/// Length of a quoted scalar, quotes included.
fn quoted_len(source: &str, quote: char) -> usize {
    let mut chars = source.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            if quote == '\'' && chars.peek().is_some_and(|(_, c)| *c == '\'') {
                chars.next();
            } else {
                return i + 1;
            }
        }
    }
    source.len()
}

/// Length of the stretch of `source` that holds the visible characters of `text`: folding and
/// indentation change white space alone.
fn same_words_len(source: &str, text: &str) -> usize {
    let mut rest = source.char_indices();
    let mut end = 0;
    for wanted in text.chars().filter(|c| !c.is_whitespace()) {
        match rest.find(|(_, c)| *c == wanted) {
            Some((i, c)) => end = i + c.len_utf8(),
            None => return source.len(),
        }
    }
    end
}

fn key_text(node: &Node) -> SmolStr {
    node.text().map_or_else(SmolStr::default, SmolStr::new)
}

fn is_mergeable(node: &Node) -> bool {
    node.as_map().is_some() || node.as_seq().is_some_and(|s| s.iter().all(|n| n.as_map().is_some()))
}

/// Adds the entries of `<<` values: what is written beside them wins, then the earlier one.
fn merged(mut entries: Vec<Entry>, merges: Vec<Node>) -> Vec<Entry> {
    for merge in &merges {
        let maps = merge.as_seq().unwrap_or(std::slice::from_ref(merge));
        for entry in maps.iter().flat_map(Node::entries) {
            if !entries.iter().any(|e| e.key == entry.key) {
                entries.push(entry.clone());
            }
        }
    }
    entries
}

fn kind_of(text: &str, style: Style, tag: Option<&Tag>) -> (ScalarKind, Style) {
    let inferred =
        if style == Style::Plain { resolve(text, Dialect::Kustomize) } else { ScalarKind::Str };
    let Some(tag) = tag.filter(|t| t.handle == "tag:yaml.org,2002:" || t.handle == "!!") else {
        let style = if tag.is_some() && style == Style::Plain { Style::Tagged } else { style };
        return if tag.is_some() { (ScalarKind::Str, style) } else { (inferred, style) };
    };
    let kind = match tag.suffix.as_str() {
        "str" => ScalarKind::Str,
        "int" => ScalarKind::Int,
        "float" => ScalarKind::Float,
        "bool" => ScalarKind::Bool,
        "null" => ScalarKind::Null,
        "timestamp" => ScalarKind::Timestamp,
        _ => ScalarKind::Str,
    };
    (kind, if style == Style::Plain { Style::Tagged } else { style })
}

#[cfg(test)]
mod tests {
    use crate::{ContentId, Node, Sources, Value};

    fn scalars(text: &str) -> Vec<(String, String)> {
        let sources = Sources::default();
        let file = sources.load("t.yaml", ContentId::of(text.as_bytes()), text.as_bytes());
        assert!(file.errors.is_empty(), "{:?}", file.errors);
        let mut out = Vec::new();
        for d in &file.documents {
            d.walk(&mut |n: &Node| {
                if let Value::Scalar(s) = &n.value {
                    let span = n.span();
                    let slice = &file.source.text[span.start as usize..span.end as usize];
                    out.push((s.text.to_string(), slice.to_owned()));
                }
            });
        }
        out
    }

    #[test]
    fn spans_slice_to_their_scalars() {
        let text = "\u{feff}a: é # c\nb: \"q\\\"é\" # d\nc: 'it''s'\nd: &A v\ne: *A\nf:\ng: |\n  naïve\n  two\nh: >-\n  fo\n  ld\ni: [x, {y: z}]\nj: multi\n  line\nk: !!str 5\nl: 1\n";
        let got = scalars(text);
        let want = [
            ("é", "é"),
            ("q\"é", "\"q\\\"é\""),
            ("it's", "'it''s'"),
            ("v", "v"),
            ("v", "v"),
            ("", ""),
            ("naïve\ntwo\n", "naïve\n  two"),
            ("fo ld", "fo\n  ld"),
            ("x", "x"),
            ("z", "z"),
            ("multi line", "multi\n  line"),
            ("5", "5"),
            ("1", "1"),
        ];
        let want: Vec<_> = want.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        assert_eq!(got, want);
    }
}
