//! Results of earlier builds, found again by what they read.

/// Results shared by threads and by all trees of one run.
#[derive(Debug, Default)]
pub struct Memo {}
