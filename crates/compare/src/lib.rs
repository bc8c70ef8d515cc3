//! Pairs two rendered sets and says which fields changed.
