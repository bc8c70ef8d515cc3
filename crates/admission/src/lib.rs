//! Says whether the API server accepts an update, and why not.
