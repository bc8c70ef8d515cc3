//! What is wrong with the file, in the words that all of its parts share.

use gitops_model::{Problem, ProblemKind};
use gitops_yaml::{Node, Span, Value};

/// What is wrong with the file, so far.
pub(crate) struct Problems {
    pub(crate) list: Vec<Problem>,
}

impl Problems {
    /// Notes what is wrong at a node.
    pub(crate) fn add(&mut self, node: &Node, message: impl Into<String>) {
        self.list.push(problem(node.span(), message));
    }

    /// Notes that a node is of another kind than it must be.
    pub(crate) fn expected(&mut self, node: &Node, what: &str) {
        let found = match &node.value {
            Value::Map(_) => "a map".into(),
            Value::Seq(_) => "a list".into(),
            Value::Scalar(s) => format!("`{}`", s.text),
        };
        self.add(node, format!("expected {what}, found {found}"));
    }

    /// What `parse` makes of a scalar's text; else notes that `what` was expected.
    pub(crate) fn parse<T>(
        &mut self,
        node: &Node,
        what: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = node.text().and_then(parse);
        if value.is_none() {
            self.expected(node, what);
        }
        value
    }

    /// One word of a few.
    pub(crate) fn word<T: Copy>(&mut self, node: &Node, words: &[(&'static str, T)]) -> Option<T> {
        let found = words.iter().find(|(w, _)| node.text() == Some(w)).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = words.iter().map(|(w, _)| *w).collect();
            self.expected(node, &format!("one of {}", quoted(&words)));
            if let (Some(text), Some(last)) = (node.text(), self.list.last_mut()) {
                last.help = nearest(text, &words).map(|w| format!("did you mean `{w}`?"));
            }
        }
        found
    }
}

/// A problem of the configuration.
pub(crate) fn problem(span: Span, message: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Config, message, Some(span))
}

/// The known word that comes near one that is not known.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = |k: &&'a str| strsim::damerau_levenshtein(&word.to_lowercase(), &k.to_lowercase());
    let best = known.iter().copied().map(|k| (near(&k), k)).min()?;
    (best.0 <= 1 + word.len() / 4).then_some(best.1)
}

/// Words as messages list them.
pub(crate) fn quoted(words: &[&str]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}
