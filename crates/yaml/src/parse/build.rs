//! Parser events to nodes.

use std::collections::HashMap;

use smol_str::SmolStr;
use yaml_rust2::parser::{Event, Parser, Tag};
use yaml_rust2::scanner::{Marker, ScanError, TScalarStyle};

use super::map::OpenMap;
use super::position::Positions;
use super::{ErrorKind, Limits, ParseError, extent};
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
            let (event, at) = parser.next_token()?;
            if event == Event::StreamEnd || self.event(event, at).is_err() {
                return Ok(());
            }
        }
    }

    /// Notes what the library could not read.
    pub(super) fn syntax(&mut self, error: &ScanError) {
        let at = self.positions.byte(*error.marker());
        self.fail(ErrorKind::Syntax, error.info().to_owned(), at, at);
    }

    fn fail(&mut self, kind: ErrorKind, message: String, start: u32, end: u32) {
        let span = Span::new(self.file, start, end);
        self.errors.push(ParseError { kind, message, span, first: None });
    }

    fn event(&mut self, event: Event, at: Marker) -> Result<(), Stop> {
        match event {
            Event::DocumentStart => self.last_end = self.positions.byte(at),
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(text, style, tag.as_ref(), at);
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

    fn open(&mut self, open: Open, anchor: usize, at: Marker) -> Result<(), Stop> {
        let start = self.positions.byte(at);
        self.check_depth(0, start)?;
        self.stack.push(Frame { open, start, anchor, extent: LEAF });
        Ok(())
    }

    fn check_depth(&mut self, below: usize, at: u32) -> Result<(), Stop> {
        if self.stack.len() + below < self.limits.depth {
            return Ok(());
        }
        let message = format!("nested more than {} levels deep", self.limits.depth);
        self.fail(ErrorKind::Limit, message, at, at);
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
            Open::Seq(items) => Node::seq(items, origin),
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
            (None, Value::Scalar(key)) => {
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
            let merged = map.merge(node);
            return if merged {
                Ok(())
            } else {
                self.refuse("`<<` takes a map or a list of maps", span)
            };
        }
        if let Some((key, first)) = map.add(Entry::new(key, span, node)) {
            let message = format!("the key `{key}` stands twice");
            let kind = ErrorKind::DuplicateKey;
            self.errors.push(ParseError { kind, message, span, first: Some(first) });
        }
        Ok(())
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
    ) -> Node {
        let is_quoted = matches!(style, TScalarStyle::SingleQuoted | TScalarStyle::DoubleQuoted);
        let (start, end) = if !is_quoted && text.trim().is_empty() {
            (self.last_end, self.last_end)
        } else {
            let start = self.positions.byte(at);
            let source = self.positions.from(start);
            let len = extent::len(source, &text, style);
            let is_block = matches!(style, TScalarStyle::Literal | TScalarStyle::Folded);
            let is_last_line = is_block && !source[len..].contains(['\n', '\r']);
            if is_last_line && text.ends_with('\n') {
                // The file ends here, without a line break that could be kept.
                text.pop();
            }
            (start, start + len as u32)
        };
        self.last_end = end;
        let (kind, style) = kind_of(&text, style, tag);
        let scalar = Scalar { text: text.into(), kind, style, exposure: Exposure::Open };
        Node::scalar(scalar, Origin::new(Span::new(self.file, start, end)))
    }
}

fn kind_of(text: &str, style: TScalarStyle, tag: Option<&Tag>) -> (ScalarKind, Style) {
    let style = match style {
        TScalarStyle::Plain if tag.is_some() => Style::Tagged,
        TScalarStyle::Plain => Style::Plain,
        TScalarStyle::SingleQuoted => Style::Single,
        TScalarStyle::DoubleQuoted => Style::Double,
        TScalarStyle::Literal => Style::Literal,
        TScalarStyle::Folded => Style::Folded,
    };
    let kind = match tag {
        None if style == Style::Plain => resolve(text, Dialect::Kustomize),
        Some(tag) if YAML_TAGS.contains(&tag.handle.as_str()) => match tag.suffix.as_str() {
            "int" => ScalarKind::Int,
            "float" => ScalarKind::Float,
            "bool" => ScalarKind::Bool,
            "null" => ScalarKind::Null,
            "timestamp" => ScalarKind::Timestamp,
            _ => ScalarKind::Str,
        },
        _ => ScalarKind::Str,
    };
    (kind, style)
}
