//! How much a text may ask.

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
