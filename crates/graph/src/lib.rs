//! Who selects, mounts, owns and waits for whom; what a change reaches.
//!
//! [`Graph::of`] joins the objects of one cluster by what they name, select, own, produce and wait for.
//! An edge leads from the object that needs another to the one that is needed, and says what happens
//! to the first when the second changes or goes. An object that is named and not rendered is one that
//! another object brings about, or one outside: never simply missing.
//!
//! Which field names which object is data: `schemas/tables/references.yaml`.

mod argo;
mod build;
mod calico;
mod convention;
mod dangling;
mod draw;
mod edge;
mod grants;
mod guess;
mod labels;
mod mesh;
mod order;
mod pattern;
mod produced;
mod reach;
mod references;
mod relation;
mod restart;
mod selections;
mod shared;
mod table;
mod template;

pub use build::Graph;
pub use dangling::{Dangling, Missing};
pub use draw::{dot, mermaid};
pub use edge::{Edge, Link, Presence, Vertex};
pub use labels::selects;
pub use order::{Disorder, reports_health};
pub use reach::{Reached, reach};
pub use relation::{Consequence, Order, Relation};
pub use restart::{Outage, Replacement, Restart, replicas, restart};
pub use selections::{Selection, SelectionChange};
pub use template::PodTemplate;

#[cfg(test)]
mod cases;
