//! Comments, which are no part of the tree.

use crate::lines::BYTE_ORDER_MARK;
use crate::{FileId, Node, Span, Value};

/// One comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What stands behind the `#`, without white space around it.
    pub text: String,
    /// From the `#` to the end of the line.
    pub span: Span,
    /// Whether nothing else stands on its line.
    pub own_line: bool,
}

/// The comments of a text: every `#` behind white space that is in none of the scalars of `documents`.
pub(crate) fn comments(file: FileId, text: &str, documents: &[Node]) -> Vec<Comment> {
    if !text.contains('#') {
        return Vec::new();
    }
    let mut scalars = Vec::new();
    documents.iter().for_each(|d| push_scalars(d, &mut scalars));
    scalars.sort_unstable();
    let mut scalars = scalars.into_iter().peekable();
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = text[from..].find('#').map(|i| from + i) {
        let mut inside = None;
        while let Some((_, end)) = scalars.next_if(|(start, _)| *start as usize <= at) {
            inside = inside.max(Some(end as usize).filter(|end| *end > at));
        }
        from = inside.unwrap_or(at + 1);
        if inside.is_none() && text[..at].chars().next_back().is_none_or(is_gap) {
            let comment = comment(file, text, at);
            from = comment.span.end as usize;
            found.push(comment);
        }
    }
    found
}

/// White space, or the mark that some editors put at the start of a file.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == BYTE_ORDER_MARK
}

fn comment(file: FileId, text: &str, at: usize) -> Comment {
    let len = text[at..].find(['\n', '\r']).unwrap_or(text.len() - at);
    let line_start = text[..at].rfind(['\n', '\r']).map_or(0, |i| i + 1);
    Comment {
        text: text[at + 1..at + len].trim().to_owned(),
        span: Span::new(file, at as u32, (at + len) as u32),
        own_line: text[line_start..at].chars().all(is_gap),
    }
}

fn push_scalars(node: &Node, out: &mut Vec<(u32, u32)>) {
    let mut push = |span: Span| out.push((span.start, span.end));
    match &node.value {
        Value::Scalar(_) => push(node.span()),
        Value::Seq(items) => items.iter().for_each(|n| push_scalars(n, out)),
        Value::Map(entries) => {
            entries.iter().for_each(|e| push(e.key_span));
            entries.iter().for_each(|e| push_scalars(&e.value, out));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{ContentId, Sources};

    fn found(text: &str) -> Vec<(String, u32, bool)> {
        let file = Sources::default().load("x", ContentId::of(text.as_bytes()), text.as_bytes());
        let comments = file.comments().iter();
        comments.map(|c| (c.text.clone(), c.span.start, c.own_line)).collect()
    }

    #[test]
    fn comments_are_told_from_text() {
        let text = "# one\na: b#c # two\nd: '# no' #three\ne: |\n  # no\n  x # no\n  # four\nf: >- # five\n  # no\n#six\n\"# k\": [1, # seven\n  2]\n";
        let texts: Vec<_> = found(text).into_iter().map(|(text, _, own)| (text, own)).collect();
        let want = [
            ("one", true),
            ("two", false),
            ("three", false),
            ("five", false),
            ("six", true),
            ("seven", false),
        ];
        let want: Vec<_> = want.iter().map(|(t, own)| ((*t).to_owned(), *own)).collect();
        assert_eq!(texts, want);
    }

    #[test]
    fn comments_survive_broken_documents_and_aliases() {
        let text = "\u{feff}# é\n---\na: [ # b\n---\nc: &x '#' # d\ne: *x # f";
        let texts: Vec<_> = found(text).into_iter().map(|(text, ..)| text).collect();
        assert_eq!(texts, ["é", "b", "d", "f"]);
        assert_eq!(found("\u{feff}# é\n")[0], ("é".to_owned(), 3, true));
    }
}
