//! Renders one kustomization and keeps every value's history.
