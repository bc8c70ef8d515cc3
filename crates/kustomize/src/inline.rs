//! YAML inside a string of a kustomization: its values point at the lines of the file that holds it.

use gitops_yaml::{Entry, Limits, Node, Origin, Parsed, Sources, Span, Value, parse as parse_text};

use crate::decode::Text;

/// Parses the text of a scalar; every span leads into the file where the scalar stands.
pub(crate) fn parse(sources: &Sources, text: &Text) -> Parsed {
    let source = sources.file(text.span.file).text.clone();
    let places = Places::new(&text.text, &source, text.span);
    let mut parsed = parse_text(text.span.file, &text.text, &Limits::default());
    parsed.documents.iter_mut().for_each(|document| *document = places.moved(document));
    for error in &mut parsed.errors {
        error.span = places.span(error.span);
        error.first = error.first.take().map(|first| Box::new(places.entry(&first)));
    }
    parsed
}

/// Where each byte of a scalar's text stands in its file.
pub(crate) struct Places {
    at: Vec<u32>,
    whole: Span,
}

impl Places {
    /// Folding, indentation and quoting change white space and add characters; the visible characters
    /// come in the same order.
    pub(crate) fn new(text: &str, source: &str, whole: Span) -> Self {
        let start = whole.start as usize;
        let mut rest = source.get(start..).unwrap_or_default().char_indices();
        let mut at = Vec::with_capacity(text.len() + 1);
        let mut next = whole.start;
        for c in text.chars() {
            let mut here = next;
            if !c.is_whitespace()
                && let Some((i, found)) = rest.by_ref().find(|(_, s)| *s == c)
            {
                here = (start + i) as u32;
                next = here + found.len_utf8() as u32;
            }
            at.extend(std::iter::repeat_n(here, c.len_utf8()));
        }
        at.push(next);
        Self { at, whole }
    }

    /// The place of a span of the text.
    pub(crate) fn span(&self, span: Span) -> Span {
        let start = self.place(span.start as usize);
        let end = match span.end.checked_sub(1).filter(|_| span.end > span.start) {
            Some(last) => self.place(last as usize) + 1,
            None => start,
        };
        Span::new(self.whole.file, start, end.max(start))
    }

    fn place(&self, at: usize) -> u32 {
        self.at.get(at).or(self.at.last()).copied().unwrap_or(self.whole.start)
    }

    fn entry(&self, entry: &Entry) -> Entry {
        Entry::new(entry.key.clone(), self.span(entry.key_span), self.moved(&entry.value))
    }

    fn moved(&self, node: &Node) -> Node {
        let origin = Origin::new(self.span(node.origin.span));
        match &node.value {
            Value::Scalar(_) => Node { value: node.value.clone(), origin },
            Value::Seq(items) => Node::seq(items.iter().map(|n| self.moved(n)).collect(), origin),
            Value::Map(entries) => {
                Node::map(entries.iter().map(|e| self.entry(e)).collect(), origin)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Text, parse};
    use gitops_yaml::{ContentId, Sources};

    #[test]
    fn values_of_a_block_point_at_their_lines() {
        let text = b"patches:\n- patch: |-\n    a:\n      b: naive # why\n";
        let sources = Sources::default();
        let file = sources.load("kustomization.yaml", ContentId::of(text), text);
        let patch = file.documents[0].get("patches").unwrap().items()[0].get("patch").unwrap();
        let text = Text { text: patch.text().unwrap().into(), span: patch.span() };
        let parsed = parse(&sources, &text);
        let value = parsed.documents[0].at(&["a", "b"]).unwrap();
        let span = value.span();
        assert_eq!(&file.source.text[span.start as usize..span.end as usize], "naive");
    }
}
