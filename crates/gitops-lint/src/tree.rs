//! Files on disk: a folder, one file, folders in each other. What git lists is in `git`.

mod directory;
mod mounted;
mod path;
mod single;

pub(crate) use directory::DirectoryTree;
pub(crate) use mounted::{Mounted, RepoMap};
pub(crate) use path::{join, parent};
pub(crate) use single::SingleFile;
