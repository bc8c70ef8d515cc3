//! YAML text to nodes that know where they came from, and back.
//!
//! Every [`Node`] carries an [`Origin`]: the bytes of a real file that wrote it, and, when something
//! replaced an earlier value, the history behind it. Nothing here knows of Kubernetes.
//!
//! ```
//! use gitops_yaml::{Sources, ContentId};
//!
//! let sources = Sources::default();
//! let file = sources.load("app.yaml", ContentId::of(b"replicas: 3\n"), b"replicas: 3\n");
//! let replicas = file.documents[0].get("replicas").unwrap();
//! assert_eq!(replicas.text(), Some("3"));
//! let at = sources.locate(replicas.origin.span);
//! assert_eq!((at.path.as_str(), at.line, at.column), ("app.yaml", 1, 11));
//! ```

mod comments;
mod lines;
mod node;
mod number;
mod origin;
mod parse;
mod print;
mod scalar;
mod source;
mod span;
mod timestamp;

pub use comments::Comment;
pub use node::{Entry, Node, Value};
pub use number::Number;
pub use origin::{Origin, Overridden};
pub use parse::{ErrorKind, Limits, ParseError, Parsed, parse};
pub use print::{KeyOrder, PrintOptions, print, print_all};
pub use scalar::{Dialect, Exposure, Scalar, ScalarKind, Style, resolve};
pub use smol_str::SmolStr;
pub use source::{ContentId, ParsedFile, SourceFile, Sources};
pub use span::{FileId, Location, Span};
pub use timestamp::rfc3339;
