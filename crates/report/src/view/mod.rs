//! What formats for people have in common: the report by cluster, by cause and by line.

mod alerts;
mod causes;
mod clusters;
mod counted;
mod places;
mod reach;
mod words;

pub(crate) use alerts::{Alert, alerts};
pub(crate) use causes::{Cause, PlainChange, causes, in_full, plain_changes};
pub(crate) use clusters::{ClusterRow, Tally, cluster_rows, follows, nothing_changes};
pub(crate) use counted::{count_words, counted};
pub(crate) use places::{Places, places};
pub(crate) use reach::Branch;
pub(crate) use words::{names, plural};
