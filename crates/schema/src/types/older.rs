//! What older releases have otherwise than the next newer one.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

type Fields = BTreeMap<&'static str, Option<&'static str>>;

/// A release: sections, structures and fields that differ; absent is what it does not have.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Release(
    #[serde(borrow = "'static")]
    BTreeMap<&'static str, Option<BTreeMap<&'static str, Option<Fields>>>>,
);

/// Every older release by its minor number.
pub(super) fn older() -> &'static BTreeMap<u32, Release> {
    static RELEASES: OnceLock<BTreeMap<u32, Release>> = OnceLock::new();
    RELEASES.get_or_init(|| serde_json::from_str(crate::tables::TYPES_OLDER).unwrap_or_default())
}

impl Release {
    /// Makes a structure of the next newer release that of this one.
    pub(super) fn apply(
        &'static self,
        section: &str,
        name: &str,
        fields: &mut Option<BTreeMap<&'static str, &'static str>>,
    ) {
        let Some(structures) = self.0.get(section) else { return };
        let Some(changed) = structures.as_ref().map_or(Some(&None), |all| all.get(name)) else {
            return;
        };
        let Some(changed) = changed else {
            *fields = None;
            return;
        };
        let fields = fields.get_or_insert_default();
        for (key, text) in changed {
            match text {
                Some(text) => fields.insert(key, text),
                None => fields.remove(key),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let releases: BTreeMap<u32, Release> =
            serde_json::from_str(crate::tables::TYPES_OLDER).expect("well formed");
        assert_eq!(releases.keys().copied().collect::<Vec<_>>(), [33, 34, 35]);
    }
}
