//! Scores and decisions of whole changes.

mod case;
mod decide;
mod weigh;
