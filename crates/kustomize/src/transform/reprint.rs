//! A YAML document written again as go-yaml v3 writes a tree it has read: styles and comments stay, layout
//! becomes uniform.

use gitops_yaml::{Entry, KeyOrder, Node, PrintOptions, Span, Style, Value, print};

/// The place of what the document did not hold before.
pub(super) fn nowhere(file: gitops_yaml::FileId) -> Span {
    Span::new(file, u32::MAX, u32::MAX)
}

/// Writes the document that `text` held, now changed. Spans of its nodes lead into `text`.
pub(super) fn reprint(document: &Node, text: &str) -> String {
    let mut writer = Writer { text, out: String::new(), commented: 0 };
    match &document.value {
        Value::Map(entries) if !writer.is_flow(document) => writer.map(entries, 0, false),
        Value::Seq(items) if !writer.is_flow(document) => writer.seq(items, 0, false),
        _ => {
            let flow = writer.flow(document);
            writer.out.push_str(&flow);
        }
    }
    writer.comments_before(text.len(), 0);
    writer.out
}

struct Writer<'t> {
    text: &'t str,
    out: String,
    /// Up to where comments have been written.
    commented: usize,
}

impl Writer<'_> {
    fn source(&self, span: Span) -> Option<&str> {
        self.text.get(span.start as usize..span.end as usize)
    }

    fn is_flow(&self, node: &Node) -> bool {
        let written = self.source(node.span()).is_some_and(|s| s.starts_with(['{', '[']));
        let empty = match &node.value {
            Value::Scalar(_) => true,
            Value::Seq(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
        };
        written || empty
    }

    fn line(&mut self, indent: usize) {
        self.out.push_str(&" ".repeat(indent));
    }

    fn map(&mut self, entries: &[Entry], indent: usize, mut inline: bool) {
        for entry in entries {
            if !inline {
                self.comments_before(entry.key_span.start as usize, indent);
                self.line(indent);
            }
            inline = false;
            let key = self.source(entry.key_span).filter(|s| !s.is_empty());
            let key = key.map_or_else(|| entry.key.to_string(), str::to_owned);
            self.out.push_str(&key);
            self.out.push(':');
            self.value(&entry.value, indent, entry.key_span.end as usize);
        }
    }

    fn value(&mut self, value: &Node, indent: usize, key_end: usize) {
        match &value.value {
            Value::Map(entries) if !self.is_flow(value) => {
                self.comment_behind(key_end);
                self.out.push('\n');
                self.map(entries, indent + 2, false);
            }
            Value::Seq(items) if !self.is_flow(value) => {
                self.comment_behind(key_end);
                self.out.push('\n');
                self.seq(items, indent, false);
            }
            _ => self.leaf(value, indent),
        }
    }

    fn seq(&mut self, items: &[Node], indent: usize, mut inline: bool) {
        for item in items {
            if !inline {
                self.comments_before(item.span().start as usize, indent);
                self.line(indent);
            }
            inline = false;
            self.out.push('-');
            match &item.value {
                Value::Map(entries) if !self.is_flow(item) => {
                    self.out.push(' ');
                    self.map(entries, indent + 2, true);
                }
                Value::Seq(items) if !self.is_flow(item) => {
                    self.out.push(' ');
                    self.seq(items, indent + 2, true);
                }
                _ => self.leaf(item, indent),
            }
        }
    }

    /// A scalar or flow value behind its key or dash, and the comment behind it.
    fn leaf(&mut self, value: &Node, indent: usize) {
        let style = value.as_scalar().map(|s| s.style);
        if let Some(Style::Literal | Style::Folded) = style {
            self.block(value, indent);
            return;
        }
        let flow = self.flow(value);
        if !flow.is_empty() {
            self.out.push(' ');
            self.out.push_str(&flow);
        }
        self.comment_behind(value.span().end as usize);
        self.out.push('\n');
    }

    fn block(&mut self, value: &Node, indent: usize) {
        let key = Entry::new("k", value.span(), value.clone());
        let holder = Node::map(vec![key], value.origin.clone());
        let printed = print(&holder, &OPTIONS);
        let mut lines = printed.trim_start_matches("k:").lines();
        self.out.push_str(lines.next().unwrap_or_default());
        self.out.push('\n');
        for line in lines {
            if !line.is_empty() {
                self.line(indent);
            }
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    /// A value on one line.
    fn flow(&self, node: &Node) -> String {
        match &node.value {
            Value::Scalar(scalar) => {
                let old = self.source(node.span()).filter(|old| same_text(old, node));
                match (old, scalar.style) {
                    (Some(old), _) => old.to_owned(),
                    (None, Style::Double) => quoted(&scalar.text),
                    (None, Style::Single) => format!("'{}'", scalar.text.replace('\'', "''")),
                    (None, _) => print(node, &OPTIONS).trim_end().to_owned(),
                }
            }
            Value::Seq(items) => {
                let items: Vec<String> = items.iter().map(|item| self.flow(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(entries) => {
                let entry = |e: &Entry| format!("{}: {}", e.key, self.flow(&e.value));
                let entries: Vec<String> = entries.iter().map(entry).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// Comments that stand on lines of their own before a place.
    fn comments_before(&mut self, place: usize, indent: usize) {
        let Some(before) = self.text.get(self.commented..place.min(self.text.len())) else {
            return;
        };
        let comments = before.lines().map(str::trim).filter(|line| line.starts_with('#'));
        for comment in comments.map(str::to_owned).collect::<Vec<_>>() {
            self.line(indent);
            self.out.push_str(&comment);
            self.out.push('\n');
        }
        self.commented = self.commented.max(place.min(self.text.len()));
    }

    /// The comment on the line of a place, behind it.
    fn comment_behind(&mut self, place: usize) {
        let Some(rest) = self.text.get(place..) else { return };
        let line = rest.lines().next().unwrap_or_default();
        if let Some((gap, comment)) = line.split_once('#')
            && gap.trim_matches([' ', '\t', ':']).is_empty()
        {
            self.out.push_str(" #");
            self.out.push_str(comment.trim_end());
        }
        self.commented = self.commented.max(place + line.len());
    }
}

const OPTIONS: PrintOptions =
    PrintOptions { keys: KeyOrder::Written, through_json: false, width: usize::MAX, mask: None };

fn same_text(source: &str, node: &Node) -> bool {
    let parsed = gitops_yaml::parse(node.span().file, source, &gitops_yaml::Limits::default());
    !source.contains('\n') && parsed.documents.first().is_some_and(|d| d.text() == node.text())
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::reprint;
    use gitops_yaml::{FileId, Limits, parse};

    #[test]
    fn comments_stay_and_lists_move_to_their_keys() {
        let text = "# top\na:   1 # one\nb:\n    # inside\n    - x: [1,  2]\n      y: 'q'\n";
        let parsed = parse(FileId::for_tests(0), text, &Limits::default());
        let again = reprint(&parsed.documents[0], text);
        assert_eq!(again, "# top\na: 1 # one\nb:\n# inside\n- x: [1, 2]\n  y: 'q'\n");
    }
}
