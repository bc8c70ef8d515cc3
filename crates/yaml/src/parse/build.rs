//! Parser events to nodes.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use smol_str::SmolStr;
use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, ScanError, TScalarStyle};

use super::error::{ErrorKind, ParseError};
use super::limits::Limits;
use super::map::OpenMap;
use super::position::Positions;
use super::{breaks, extent, tabs};
use crate::{
    Dialect, Entry, Exposure, FileId, Node, Origin, Scalar, ScalarKind, Span, Style, Value, resolve,
};

const YAML_TAGS: [&str; 2] = ["tag:yaml.org,2002:", "!!"];

/// The text cannot be read further; the error is already noted.
struct Stop;

enum Open {
    Seq(Vec<Node>),
    Map(OpenMap),
}

/// A map or list that is being read.
struct Frame {
    open: Open,
    start: u32,
    anchor: usize,
    extent: Extent,
}

/// How large a node is, aliases counted in full.
#[derive(Debug, Clone, Copy)]
struct Extent {
    nodes: usize,
    depth: usize,
}

const LEAF: Extent = Extent { nodes: 1, depth: 0 };

pub(super) struct Builder<'t> {
    file: FileId,
    positions: Positions<'t>,
    /// What may still be asked for.
    pub(super) limits: Limits,
    stack: Vec<Frame>,
    anchors: HashMap<usize, (Node, Extent)>,
    has_tabs: bool,
    has_breaks: bool,
    /// Where the last token ended: an empty value stands there.
    last_end: u32,
    pub(super) documents: Vec<Node>,
    pub(super) errors: Vec<ParseError>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(file: FileId, positions: Positions<'t>, limits: Limits) -> Self {
        Self {
            file,
            last_end: positions.start(),
            has_tabs: positions.text().contains('\t'),
            has_breaks: breaks::any(positions.text()),
            positions,
            limits,
            stack: Vec::new(),
            anchors: HashMap::new(),
            documents: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Reads `text`, a copy of the document that may be indented otherwise.
    pub(super) fn run(&mut self, text: &str) -> Result<(), ScanError> {
        let mut parser = Parser::new_from_str(text).keep_tags(true);
        loop {
            let (event, at) = match parser.next_token() {
                Err(error) if self.is_over() => {
                    self.unread(self.positions.byte(*error.marker()));
                    return Ok(());
                }
                token => token?,
            };
            let is_end = event == Event::StreamEnd;
            if event == Event::DocumentStart && self.is_over() {
                self.unread(self.positions.byte(at));
                return Ok(());
            }
            if self.event(event, at).is_err() {
                self.documents.clear();
                return Ok(());
            }
            if is_end {
                return Ok(());
            }
        }
    }

    /// Notes what the library could not read.
    pub(super) fn syntax(&mut self, error: &ScanError) {
        let at = self.positions.byte(*error.marker());
        if error.info() == "recursion limit exceeded" {
            self.too_deep(at);
        } else {
            self.fail(ErrorKind::Syntax, error.info().to_owned(), at, at);
        }
    }

    fn too_deep(&mut self, at: u32) {
        let message = format!("nested more than {} levels deep", self.limits.depth);
        self.fail(ErrorKind::Limit, message, at, at);
    }

    fn fail(&mut self, kind: ErrorKind, message: String, start: u32, end: u32) {
        let span = Span::new(self.file, start, end);
        self.errors.push(ParseError { kind, message, span, first: None });
    }

    fn event(&mut self, event: Event, at: Marker) -> Result<(), Stop> {
        match event {
            Event::DocumentStart => {
                let start = self.positions.byte(at);
                self.check_gap(start)?;
                self.last_end = start;
            }
            Event::StreamEnd => return self.check_gap(self.positions.end()),
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(text, style, tag.as_ref(), at)?;
                return self.finish(node, LEAF, anchor);
            }
            Event::Alias(anchor) => return self.alias(anchor, at),
            Event::SequenceStart(anchor, _) => return self.open(Open::Seq(Vec::new()), anchor, at),
            Event::MappingStart(anchor, _) => {
                return self.open(Open::Map(OpenMap::default()), anchor, at);
            }
            Event::SequenceEnd | Event::MappingEnd => return self.close(at),
            _ => {}
        }
        Ok(())
    }

    fn in_brackets(&self) -> bool {
        self.stack.last().is_some_and(|f| self.positions.from(f.start).starts_with(['[', '{']))
    }

    /// Whether a whole document has been read.
    fn is_over(&self) -> bool {
        self.stack.is_empty() && !self.documents.is_empty()
    }

    fn unread(&mut self, at: u32) {
        let message =
            "nothing reads what stands here: a document ends above, and the next starts with `---`"
                .to_owned();
        self.fail(ErrorKind::Unread, message, at, at);
    }

    /// Looks at what stands between the last token and the next, if the library lets something pass there.
    fn check_gap(&mut self, next: u32) -> Result<(), Stop> {
        if !self.has_tabs && !self.has_breaks {
            return Ok(());
        }
        let gap = self.positions.between(self.last_end, next);
        if let Some(at) = breaks::ends_comment(gap) {
            let at = self.last_end + at as u32;
            let message = "a line separator other than a line feed ends the comment here";
            return self.refuse(message, Span::new(self.file, at, at));
        }
        let is_start = self.last_end == self.positions.start();
        let Some(at) = tabs::misplaced(gap, is_start).filter(|_| !self.in_brackets()) else {
            return Ok(());
        };
        let at = self.last_end + at as u32;
        self.refuse("a tab may not indent", Span::new(self.file, at, at + 1))
    }

    fn open(&mut self, open: Open, anchor: usize, at: Marker) -> Result<(), Stop> {
        let start = self.positions.byte(at);
        self.check_depth(0, start)?;
        self.check_gap(start)?;
        if let Open::Seq(_) = open {
            self.last_end = self.last_end.max(start);
        }
        self.stack.push(Frame { open, start, anchor, extent: LEAF });
        Ok(())
    }

    fn check_depth(&mut self, below: usize, at: u32) -> Result<(), Stop> {
        if self.stack.len() + below < self.limits.depth {
            return Ok(());
        }
        self.too_deep(at);
        Err(Stop)
    }

    fn alias(&mut self, anchor: usize, at: Marker) -> Result<(), Stop> {
        let start = self.positions.byte(at);
        let source = self.positions.from(start);
        let len =
            source.find([' ', '\t', '\r', '\n', ',', '[', ']', '{', '}']).unwrap_or(source.len());
        let end = start + len as u32;
        let Some((node, extent)) = self.anchors.get(&anchor).cloned() else {
            let message =
                format!("the alias `{}` stands inside the value it names", &source[..len]);
            self.fail(ErrorKind::Syntax, message, start, end);
            return Err(Stop);
        };
        self.check_depth(extent.depth, start)?;
        let Some(left) = self.limits.alias_nodes.checked_sub(extent.nodes) else {
            let message = "aliases expand to too many values".to_owned();
            self.fail(ErrorKind::Limit, message, start, end);
            return Err(Stop);
        };
        self.limits.alias_nodes = left;
        self.last_end = end;
        self.place(node, extent)
    }

    fn close(&mut self, at: Marker) -> Result<(), Stop> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        if self.positions.from(frame.start).starts_with(['[', '{']) {
            let close = self.positions.byte(at);
            let has_bracket = self.positions.from(close).starts_with([']', '}']);
            self.last_end = self.last_end.max(close + u32::from(has_bracket));
        }
        let end = self.last_end.max(frame.start);
        let origin = Origin::new(Span::new(self.file, frame.start, end));
        let node = match frame.open {
            Open::Seq(mut items) => {
                items.shrink_to_fit();
                Node::seq(items, origin)
            }
            Open::Map(map) => Node::map(map.finish(), origin),
        };
        self.finish(node, frame.extent, frame.anchor)
    }

    fn finish(&mut self, node: Node, extent: Extent, anchor: usize) -> Result<(), Stop> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), extent));
        }
        self.place(node, extent)
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, extent: Extent) -> Result<(), Stop> {
        let Some(frame) = self.stack.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        frame.extent.nodes = frame.extent.nodes.saturating_add(extent.nodes);
        frame.extent.depth = frame.extent.depth.max(extent.depth + 1);
        let map = match &mut frame.open {
            Open::Seq(items) => {
                items.push(node);
                return Ok(());
            }
            Open::Map(map) => map,
        };
        match (map.key.take(), &node.value) {
            (Some((key, span)), _) => self.value(key, span, node),
            (None, Value::Scalar(key)) if key.style == Style::Plain && key.text.is_empty() => {
                let colon = Span::new(self.file, frame.start, frame.start);
                self.refuse("the key before `:` is missing", colon)
            }
            (None, Value::Scalar(_)) if self.errors.last().is_some_and(|e| e.is_tag_of(&node)) => {
                self.errors.pop();
                self.refuse("this key is not what its tag says", node.span())
            }
            (None, Value::Scalar(key)) => {
                // The library says that a block map starts at its first colon.
                frame.start = frame.start.min(node.span().start);
                map.key = Some((key.text.clone(), node.span()));
                Ok(())
            }
            (None, _) => self.refuse("a list or map cannot be a key", node.span()),
        }
    }

    fn value(&mut self, key: SmolStr, span: Span, node: Node) -> Result<(), Stop> {
        let Some(Frame { open: Open::Map(map), .. }) = self.stack.last_mut() else { return Ok(()) };
        // A quoted `<<` is a key like any other.
        if key == "<<" && span.end - span.start == 2 {
            if map.has_merged() {
                let message = "the key `<<` stands twice".to_owned();
                let kind = ErrorKind::DuplicateKey;
                self.errors.push(ParseError { kind, message, span, first: None });
            }
            // An alias, which leads back, must lead to a map.
            let is_alias = node.span().start < span.start;
            let merged = !(is_alias && node.as_seq().is_some()) && map.merge(node);
            return if merged {
                Ok(())
            } else {
                self.refuse("`<<` takes a map or a list of maps", span)
            };
        }
        if let Some(first) = map.add(Entry::new(key, span, node)) {
            let message = format!("the key `{}` stands twice", first.key);
            let kind = ErrorKind::DuplicateKey;
            self.errors.push(ParseError { kind, message, span, first: Some(Box::new(first)) });
        }
        Ok(())
    }

    fn wrong_tag(&mut self, message: String, at: Span) {
        self.fail(ErrorKind::Tag, message, at.start, at.end);
    }

    fn refuse(&mut self, message: &str, at: Span) -> Result<(), Stop> {
        self.fail(ErrorKind::Syntax, message.to_owned(), at.start, at.end);
        Err(Stop)
    }

    fn scalar(
        &mut self,
        mut text: String,
        style: TScalarStyle,
        tag: Option<&Tag>,
        at: Marker,
    ) -> Result<Node, Stop> {
        let span = self.scalar_span(&mut text, style, at);
        self.check_gap(span.start)?;
        self.last_end = span.end;
        // A lone `!` says nothing.
        let tag = tag.filter(|t| t.handle.len() + t.suffix.len() > 1);
        let tag = tag.map(|t| if YAML_TAGS.contains(&t.handle.as_str()) { &t.suffix } else { "" });
        if tag == Some("binary") {
            match decoded(&text) {
                Some(bytes) => text = bytes,
                None => self.wrong_tag("this value of `!!binary` is no base64".to_owned(), span),
            }
        }
        if self.has_breaks && !self.in_brackets() && breaks::ends_early(&text, style) {
            self.refuse("a line separator other than a line feed ends the value here", span)?;
        }
        if self.has_breaks && breaks::any(self.positions.between(span.start, span.end)) {
            breaks::join_lines(&mut text, style);
        }
        if style == TScalarStyle::Plain && text.starts_with(['|', '>']) {
            self.refuse("a block may not stand in brackets", span)?;
        }
        let style = match style {
            TScalarStyle::Plain if tag.is_some() => Style::Tagged,
            TScalarStyle::Plain => Style::Plain,
            TScalarStyle::SingleQuoted => Style::Single,
            TScalarStyle::DoubleQuoted => Style::Double,
            TScalarStyle::Literal => Style::Literal,
            TScalarStyle::Folded => Style::Folded,
        };
        let (kind, fits) = kind_of(&text, style, tag);
        if !fits {
            self.wrong_tag(format!("this value is no `!!{}`", tag.unwrap_or_default()), span);
        }
        let scalar = Scalar { text: text.into(), kind, style, exposure: Exposure::Open };
        Ok(Node::scalar(scalar, Origin::new(span)))
    }

    /// Where a scalar stands. A block at the end of a file loses a line break that is not there.
    fn scalar_span(&self, text: &mut String, style: TScalarStyle, at: Marker) -> Span {
        let is_quoted = matches!(style, TScalarStyle::SingleQuoted | TScalarStyle::DoubleQuoted);
        let is_block = matches!(style, TScalarStyle::Literal | TScalarStyle::Folded);
        if !is_quoted && text.trim().is_empty() {
            if is_block && !text.is_empty() {
                extent::end_blank(self.positions.from(self.positions.byte(at)), text);
            }
            return Span::new(self.file, self.last_end, self.last_end);
        }
        let start = self.positions.byte(at);
        let source = self.positions.from(start);
        let len = extent::len(source, text, style);
        if is_block && text.ends_with('\n') && !source[len..].contains(['\n', '\r']) {
            text.pop();
        }
        Span::new(self.file, start, start + len as u32)
    }
}

/// What a value of `!!binary` holds, as text.
fn decoded(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    STANDARD.decode(text).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The kind of a scalar, from its YAML tag if it has one, and whether the text can be of that kind.
fn kind_of(text: &str, style: Style, tag: Option<&str>) -> (ScalarKind, bool) {
    let wanted = match tag {
        None if style == Style::Plain => return (resolve(text, Dialect::Kustomize), true),
        Some("int") => ScalarKind::Int,
        Some("float") => ScalarKind::Float,
        Some("bool") => ScalarKind::Bool,
        Some("null") => ScalarKind::Null,
        Some("timestamp") => ScalarKind::Timestamp,
        _ => return (ScalarKind::Str, true),
    };
    let found = resolve(text, Dialect::Kustomize);
    let fits = found == wanted || (wanted, found) == (ScalarKind::Float, ScalarKind::Int);
    (wanted, fits)
}
