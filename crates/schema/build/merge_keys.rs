//! kustomize's merge schema as constants.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `kustomize-merge-keys.yaml`.
#[derive(Deserialize)]
pub(crate) struct Table {
    types: BTreeMap<String, BTreeMap<String, Field>>,
    /// Kinds of which only the metadata merges.
    plain: BTreeMap<String, Vec<String>>,
    kinds: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Field {
    #[serde(default)]
    list: bool,
    keys: Option<Vec<String>>,
    #[serde(rename = "type")]
    of: Option<String>,
}

const METADATA: &str = "v1.ObjectMeta";
const PLAIN: &str = "plain";

/// The constants, each sorted by its first parts.
pub(crate) fn constants(mut table: Table) -> String {
    let metadata = Field { list: false, keys: None, of: Some(METADATA.to_owned()) };
    table.types.insert(PLAIN.to_owned(), BTreeMap::from([("metadata".to_owned(), metadata)]));
    for (api_version, kinds) in table.plain {
        let plain = kinds.into_iter().map(|kind| (kind, PLAIN.to_owned()));
        table.kinds.entry(api_version).or_default().extend(plain);
    }
    let mut out = String::from("static TYPES: &[(&str, &[(&str, Field)])] = &[\n");
    for (name, fields) in &table.types {
        let fields: String =
            fields.iter().map(|(key, field)| format!("({key:?}, {}), ", field.text())).collect();
        out += &format!("({name:?}, &[{fields}]),\n");
    }
    out += "];\nstatic KINDS: &[((&str, &str), &str)] = &[\n";
    for (api_version, kinds) in &table.kinds {
        for (kind, of) in kinds {
            out += &format!("(({api_version:?}, {kind:?}), {of:?}),\n");
        }
    }
    out + "];\n"
}

impl Field {
    fn text(&self) -> String {
        let text = |text: &String| format!("SmolStr::new_static({text:?})");
        let keys = self.keys.as_ref().map(|keys| {
            let keys: Vec<String> = keys.iter().map(text).collect();
            format!("Some(Cow::Borrowed(&[{}]))", keys.join(", "))
        });
        let of = self.of.as_ref().map(|of| format!("Some({})", text(of)));
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "None".to_owned());
        format!("Field {{ list: {}, keys: {}, of: {} }}", self.list, or_none(keys), or_none(of))
    }
}
