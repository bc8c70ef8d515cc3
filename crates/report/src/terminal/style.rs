//! Colours, characters and width, and a page that is written with them.

use crate::escape;

/// How to write for a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours may be used.
    pub color: bool,
    /// The columns there are.
    pub width: usize,
    /// Whether characters beyond ASCII may be used.
    pub unicode: bool,
}

impl Style {
    /// For pipes and files: no colours, 100 columns.
    #[must_use]
    pub fn plain() -> Self {
        Self { color: false, width: 100, unicode: true }
    }

    /// The text in colour, where there are colours.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", tone.code())
        } else {
            text.into()
        }
    }

    /// The first where characters beyond ASCII may be used, else the second.
    pub(crate) fn pick(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }
}

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Bad,
    Warn,
    Good,
    Note,
    Strong,
    Dim,
    BadBadge,
    WarnBadge,
    GoodBadge,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Bad => "1;31",
            Self::Warn => "33",
            Self::Good => "32",
            Self::Note => "36",
            Self::Strong => "1",
            Self::Dim => "2",
            Self::BadBadge => "1;97;41",
            Self::WarnBadge => "1;30;43",
            Self::GoodBadge => "1;30;42",
        }
    }
}

/// A cell of a table.
pub(crate) type Cell = (String, Option<Tone>);

/// Lines of text. What goes in is untrusted and loses its control characters, except what
/// [`Style::paint`] adds.
pub(crate) struct Page<'a> {
    pub(crate) style: &'a Style,
    out: String,
}

impl<'a> Page<'a> {
    pub(crate) fn new(style: &'a Style) -> Self {
        Self { style, out: String::new() }
    }

    /// A line, without blanks at its end.
    pub(crate) fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// An empty line.
    pub(crate) fn blank(&mut self) {
        self.out.push('\n');
    }

    /// A heading and the empty line before it.
    pub(crate) fn section(&mut self, title: &str) {
        self.blank();
        let title = self.style.paint(Tone::Strong, title);
        self.line(&title);
    }

    /// Text in lines that fit, after `start`, of which `columns` columns are seen, and below it.
    pub(crate) fn wrapped(&mut self, start: &str, columns: usize, text: &str) {
        self.hanging(start, columns, columns, text);
    }

    /// Text in lines that fit: the first after `start`, of which `columns` columns are seen, the others
    /// after `indent` blanks. Parts in backticks are strong.
    pub(crate) fn hanging(&mut self, start: &str, columns: usize, indent: usize, text: &str) {
        let (first, rest) = (" ".repeat(columns), " ".repeat(indent));
        let options = textwrap::Options::new(self.style.width.max(indent + 20))
            .initial_indent(&first)
            .subsequent_indent(&rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let mut strong = false;
        for (i, line) in textwrap::wrap(&escape::line(text), options).iter().enumerate() {
            let line = self.emphasis(&line.replace('\u{a0}', " "), &mut strong);
            let line = if i == 0 {
                start.to_owned() + line.get(columns..).unwrap_or_default()
            } else {
                line
            };
            self.line(&line);
        }
    }

    /// Marks names in backticks with weight where there is colour. `strong` says whether a name began
    /// on the line before.
    fn emphasis(&self, text: &str, strong: &mut bool) -> String {
        if !self.style.color {
            return text.to_owned();
        }
        let mut out = String::new();
        for (i, part) in text.split('`').enumerate() {
            *strong ^= i > 0;
            out += &if *strong { self.style.paint(Tone::Strong, part) } else { part.to_owned() };
        }
        out
    }

    /// Lines that are ready.
    pub(crate) fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A table, see [`Page::align`].
    pub(crate) fn table(&mut self, rows: &[Vec<Cell>]) {
        for row in self.align(rows) {
            self.line(&row);
        }
    }

    /// The rows of a table: every column as wide as its widest cell.
    pub(crate) fn align(&self, rows: &[Vec<Cell>]) -> Vec<String> {
        let mut widths: Vec<usize> = Vec::new();
        for row in rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, (text, _)) in widths.iter_mut().zip(row) {
                *width = (*width).max(text.chars().count());
            }
        }
        let cell = |((text, tone), width): (&Cell, &usize)| {
            let text = escape::line(text);
            let pad = width.saturating_sub(text.chars().count()) + usize::from(*width > 0) * 2;
            tone.map_or_else(|| text.clone(), |tone| self.style.paint(tone, &text))
                + &" ".repeat(pad)
        };
        let row = |row: &Vec<Cell>| {
            format!("  {}", row.iter().zip(&widths).map(cell).collect::<String>())
        };
        rows.iter().map(row).collect()
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}
