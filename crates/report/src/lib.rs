//! Says a report in one format per file.
