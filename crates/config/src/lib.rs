//! The project's own configuration, as typed values with spans.
