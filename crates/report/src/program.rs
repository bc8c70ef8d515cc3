//! What formats name of the program itself.

/// The program's version, as formats name it.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where the program's pages are read on the web.
pub(crate) const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
