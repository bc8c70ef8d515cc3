//! What kustomize-controller, source-controller and the Flux Operator make of their objects.

mod envsubst;
mod expand;
mod sourceignore;
mod generate;
