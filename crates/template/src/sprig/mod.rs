//! Sprig's functions, one table per family.

mod cases;
mod defaults;
mod dicts;
mod encoding;
mod json;
mod lists;
mod math;
mod names;
mod paths;
mod patterns;
mod refused;
mod strings;
mod types;
mod wrapping;

use crate::library::Library;
use crate::{builtins, yaml};

pub use dicts::merge;
pub use names::normalize;

impl Library {
    /// What the templates of ApplicationSets may call: Sprig without the environment and the network, and a
    /// few functions of Argo CD's own. Source: `applicationset/utils/utils.go`.
    pub const APPLICATION_SET: Self = Self(&[
        strings::TABLE,
        cases::TABLE,
        wrapping::TABLE,
        lists::TABLE,
        dicts::TABLE,
        defaults::TABLE,
        math::TABLE,
        types::TABLE,
        json::TABLE,
        encoding::TABLE,
        patterns::TABLE,
        paths::TABLE,
        names::TABLE,
        yaml::TABLE,
        refused::TABLE,
        builtins::TABLE,
    ]);
}
