//! Who wrote a value, and what stood there before.

use std::sync::Arc;

use crate::Span;

/// The history of one value, newest writer first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The text that wrote the value as it is now.
    pub span: Span,
    /// What it replaced, if anything.
    pub over: Option<Arc<Overridden>>,
}

/// A value that was replaced, and by which kind of step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Overridden {
    /// The step that replaced it, in the words of its tool: `patches`, `images`, `namePrefix`, ...
    pub by: &'static str,
    /// The origin of the value before that step.
    pub before: Origin,
}

impl Origin {
    /// The origin of a value that was read and never replaced.
    #[must_use]
    pub fn new(span: Span) -> Self {
        Self { span, over: None }
    }

    /// The origin of a value that `span` wrote over this one.
    #[must_use]
    pub fn overridden(&self, by: &'static str, span: Span) -> Self {
        Self { span, over: Some(Arc::new(Overridden { by, before: self.clone() })) }
    }

    /// This origin, with the history of `older` linked behind its oldest writer. For values that
    /// arrive with a history of their own and replace another one.
    #[must_use]
    pub fn on_top_of(&self, by: &'static str, older: &Self) -> Self {
        let over = match &self.over {
            None => Overridden { by, before: older.clone() },
            Some(o) => Overridden { by: o.by, before: o.before.on_top_of(by, older) },
        };
        Self { span: self.span, over: Some(Arc::new(over)) }
    }

    /// All writers, newest first.
    pub fn writers(&self) -> impl Iterator<Item = Span> {
        let mut next = Some(self);
        std::iter::from_fn(move || {
            let origin = next?;
            next = origin.over.as_deref().map(|o| &o.before);
            Some(origin.span)
        })
    }

    /// The line under review that is to blame: the newest writer for which `touched` holds, else the
    /// newest writer.
    pub fn blame(&self, touched: impl Fn(Span) -> bool) -> Span {
        self.writers().find(|s| touched(*s)).unwrap_or(self.span)
    }
}
