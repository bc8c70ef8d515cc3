//! What is true of a Kubernetes kind.
