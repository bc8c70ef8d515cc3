//! How much a template may ask of the machine.

use crate::error::Fault;

/// Limits of one rendering.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nodes evaluated and items ranged over.
    pub steps: u64,
    /// Bytes of text made, by printing or by functions.
    pub bytes: usize,
    /// Actions, parentheses and templates inside each other, while they run.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 2_000_000, bytes: 32 << 20, depth: 500 }
    }
}

/// What is left of the [`Limits`].
#[derive(Debug)]
pub(crate) struct Budget {
    steps: u64,
    bytes: usize,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { steps: limits.steps, bytes: limits.bytes }
    }

    /// Pays for work on `count` things.
    pub(crate) fn steps(&mut self, count: usize) -> Result<(), Fault> {
        match self.steps.checked_sub(count as u64) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(Fault::limit("the template takes too many steps")),
        }
    }

    /// Pays for text of `count` bytes, before it is made.
    pub(crate) fn bytes(&mut self, count: usize) -> Result<(), Fault> {
        match self.bytes.checked_sub(count) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => Err(Fault::limit("the template makes too much text")),
        }
    }
}
