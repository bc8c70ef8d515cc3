//! YAML that stands as text inside of YAML: each value keeps its own line.

use gitops_yaml::{ErrorKind, Limits, Node, Origin, SourceFile, Sources, Span, Style, parse};

/// Reads text that `holder` holds as YAML. `text` is the holder's own, or what was decoded of it.
pub(crate) fn parsed(sources: &Sources, holder: &Node, text: &str) -> Result<Node, String> {
    let lines = Lines::of(sources, holder, text);
    let read = parse(holder.span().file, text, &Limits::default());
    if let Some(error) = read.errors.iter().find(|e| e.kind != ErrorKind::DuplicateKey) {
        return Err(error.message.clone());
    }
    let Some(mut node) = read.documents.into_iter().next() else {
        return Ok(Node::map(Vec::new(), holder.origin.clone()));
    };
    if node.is_null() {
        return Ok(Node::map(Vec::new(), holder.origin.clone()));
    }
    if node.as_map().is_none() {
        return Err("it is no map of values".to_owned());
    }
    lines.place(&mut node);
    Ok(node)
}

/// Where the lines of a text stand in the files that they came from.
struct Lines {
    /// For each line of the text: where it starts there, and the span of it in its file.
    starts: Vec<(u32, Option<Span>)>,
    /// What wrote the lines that are not found.
    holder: Origin,
}

impl Lines {
    fn of(sources: &Sources, holder: &Node, text: &str) -> Self {
        let literal = holder.as_scalar().is_some_and(|s| s.style == Style::Literal);
        let mut writers = holder.origin.writers();
        let found = writers.find_map(|span| {
            let file = sources.file(span.file);
            whole_file(&file, span, text).or_else(|| literal.then(|| block(&file, span, text))?)
        });
        let offsets = line_offsets(text);
        let starts = match found {
            Some(spans) => offsets.zip(spans).collect(),
            None => offsets.map(|start| (start, None)).collect(),
        };
        Self { starts, holder: holder.origin.clone() }
    }

    /// Moves a tree that was read from the text to where its lines stand.
    fn place(&self, node: &mut Node) {
        node.origin = match self.found(node.span()) {
            Some(span) => Origin::new(span),
            None => self.holder.clone(),
        };
        for item in node.as_seq_mut().into_iter().flatten() {
            self.place(item);
        }
        for entry in node.as_map_mut().into_iter().flatten() {
            entry.key_span = self.found(entry.key_span).unwrap_or(self.holder.span);
            self.place(&mut entry.value);
        }
    }

    /// Where a span of the text stands.
    fn found(&self, span: Span) -> Option<Span> {
        let line = self.starts.partition_point(|(start, _)| *start <= span.start).checked_sub(1)?;
        let (start, there) = *self.starts.get(line)?;
        let there = there?;
        let from = (there.start + (span.start - start)).min(there.end);
        let to = from.saturating_add(span.end.saturating_sub(span.start)).min(there.end);
        Some(Span::new(there.file, from, to))
    }
}

fn line_offsets(text: &str) -> impl Iterator<Item = u32> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at as u32 + 1))
}

/// The lines of a text that is a whole file, such as one that a generator read.
fn whole_file(file: &SourceFile, span: Span, text: &str) -> Option<Vec<Option<Span>>> {
    let is_whole = span.start == 0 && span.end as usize == file.text.len() && *file.text == *text;
    let lines = text.split('\n').zip(line_offsets(text));
    let place =
        |(line, start): (&str, u32)| Some(Span::new(span.file, start, start + line.len() as u32));
    is_whole.then(|| lines.map(place).collect())
}

/// The lines of a `|` block: those of the file behind its header, without their indentation. A line that
/// was changed since, by a variable, is not found.
fn block(file: &SourceFile, span: Span, text: &str) -> Option<Vec<Option<Span>>> {
    // The span of a block begins at its first line of content, behind the indentation.
    let before = file.text.get(..span.start as usize)?;
    let mut at = before.rfind('\n')? + 1;
    let mut spans = Vec::new();
    for line in text.split('\n') {
        let written = file.text.get(at..).and_then(|t| t.split('\n').next()).unwrap_or_default();
        let end = at + written.len();
        let same = !line.is_empty() && written.trim_end_matches('\r').ends_with(line);
        let start = end
            - (written.len() - written.trim_end_matches('\r').len())
            - line.len().min(written.len());
        spans.push(same.then(|| Span::new(span.file, start as u32, end as u32)));
        at = end + 1;
    }
    Some(spans)
}

#[cfg(test)]
mod tests {
    use gitops_yaml::ContentId;

    use super::*;

    /// The line on which a value of the text below `values` stands.
    fn line(text: &str, path: &[&str]) -> u32 {
        let sources = Sources::default();
        let file = sources.load("x.yaml", ContentId::of(text.as_bytes()), text.as_bytes());
        let holder = file.documents[0].get("values").unwrap();
        let node = parsed(&sources, holder, holder.text().unwrap()).unwrap();
        sources.locate(node.at(path).unwrap().span()).line
    }

    #[test]
    fn each_value_of_a_block_keeps_its_line() {
        let text = "a: 1\nvalues: |\n  image:\n\n    tag: v1 # now\n  list: [1]\n";
        assert_eq!(line(text, &["image", "tag"]), 5);
        assert_eq!(line(text, &["list"]), 6);
        assert_eq!(line("a: 1\nvalues: \"image: {tag: v1}\"\n", &["image", "tag"]), 2);
    }

    #[test]
    fn a_whole_file_is_its_own_place() {
        let sources = Sources::default();
        let text = "a: 1\nb:\n  c: 2\n";
        let id = sources.add("values.yaml", text.as_bytes());
        let holder = Node::string(text, Origin::new(Span::new(id, 0, text.len() as u32)));
        let node = parsed(&sources, &holder, text).unwrap();
        let place = sources.locate(node.at(&["b", "c"]).unwrap().span());
        assert_eq!((place.path.as_str(), place.line, place.column), ("values.yaml", 3, 6));
    }

    #[test]
    fn what_is_no_map_gives_no_values() {
        let sources = Sources::default();
        let id = sources.add("x", b"- a");
        let holder = Node::string("- a", Origin::new(Span::new(id, 0, 3)));
        assert!(parsed(&sources, &holder, "- a").is_err());
        assert!(parsed(&sources, &holder, "a: [").is_err());
        assert!(parsed(&sources, &holder, "").unwrap().entries().is_empty());
    }
}
