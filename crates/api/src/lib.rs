//! Flux and Argo CD objects as typed values with spans.
