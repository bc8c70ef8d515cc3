//! Writes facts as tables: plain YAML, one field a line.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Sections;
use super::facts::Section;

pub(crate) const HEAD: &str = "\
# How the API server decodes its own kinds: every field's type, and how lists and maps are merged.
#
# Written by `cargo xtask codegen` from the Go types of Kubernetes 1.36 (k8s.io/api, apimachinery,
# apiextensions-apiserver and kube-aggregator). The status of a kind is left out, but for that of
# claims, which stand in the templates of StatefulSets.
#
#   int, long whole numbers of 32 and of 64 bits         =A|B      one of these texts
#   ?T        a pointer: absent differs from empty       {T}       a map of strings to T
#   [T]       a list                                     $: atomic a structure owned as a whole
#   atomic, set, by KEYS     how server-side apply owns a list or map
#   merge, merge KEY         how a strategic merge patch merges a list; otherwise it replaces it
#   retain                   the patch drops the fields of the union that it does not name
#   required                 the types ask for a value
";

pub(crate) const DELIVERY: &str = "\
# What the CustomResourceDefinitions of Flux 2.9, its operator and Argo CD 3.5 ask of their kinds, in the
# notation of `types.yaml`. What they share with built-in kinds stands there.
#
# Written by `cargo xtask codegen` from their Go types (the modules and versions are in
# `crates/xtask/src/codegen.rs`). Status is left out.
#
#   from A, to B             bounds of a number, of the length of a text, or of that of a list
#   matches R                a text has to have this pattern
";

const OLDER: &str = "\
# What older releases of Kubernetes have otherwise than the next newer one, in the notation of
# `types.yaml`; `null` is what they do not have. Written by `cargo xtask codegen`.
";

/// A table of kinds under its head.
pub(crate) fn table(head: &str, sections: &Sections) -> String {
    let mut out = head.to_owned();
    for (name, section) in sections {
        let _ = writeln!(out, "{name}:");
        for (name, fields) in section {
            structure(&mut out, "  ", name, fields.iter().map(|(k, v)| (k, Some(v))));
        }
    }
    out
}

fn structure<'a>(
    out: &mut String,
    indent: &str,
    name: &str,
    fields: impl Iterator<Item = (&'a String, Option<&'a String>)>,
) {
    let mut empty = true;
    let _ = write!(out, "{indent}{name}:");
    for (key, text) in fields {
        let text = text.map_or("null".to_owned(), |text| scalar(text));
        let _ = write!(out, "\n{indent}  {key}: {text}");
        empty = false;
    }
    out.push_str(if empty { " {}\n" } else { "\n" });
}

/// Quoted where YAML would read it as something else than text.
fn scalar(text: &str) -> String {
    if text.contains(['\\', '"', '#']) || text.contains(": ") {
        format!("'{}'", text.replace('\'', "''"))
    } else if text.starts_with(['?', '[', '{', '=']) {
        format!("\"{text}\"")
    } else {
        text.to_owned()
    }
}

/// What a release has otherwise than the next newer one; `None` is what it does not have.
pub(crate) type Difference = BTreeMap<String, Option<BTreeMap<String, Option<Fields>>>>;
type Fields = Vec<(String, Option<String>)>;

/// How to get from the newer to the older.
pub(crate) fn difference(newer: &Sections, older: &Sections) -> Difference {
    let names = newer.keys().chain(older.keys());
    let all = names.map(|name| {
        let known = older.get(name).map(|section| structures(newer.get(name), section));
        (name.clone(), known)
    });
    all.filter(|(_, section)| section.as_ref().is_none_or(|s| !s.is_empty())).collect()
}

fn structures(newer: Option<&Section>, older: &Section) -> BTreeMap<String, Option<Fields>> {
    let gone = newer.into_iter().flatten().filter(|(name, _)| !older.contains_key(*name));
    let mut all: BTreeMap<String, Option<Fields>> =
        gone.map(|(name, _)| (name.clone(), None)).collect();
    for (name, fields) in older {
        let now = newer.and_then(|section| section.get(name));
        let known = |key: &str, fields: &[(String, String)]| {
            fields.iter().find(|(k, _)| k == key).map(|(_, text)| text.clone())
        };
        let mut changed: Fields = Vec::new();
        for (key, text) in fields {
            if now.and_then(|now| known(key, now)).as_ref() != Some(text) {
                changed.push((key.clone(), Some(text.clone())));
            }
        }
        for (key, _) in now.into_iter().flatten() {
            if known(key, fields).is_none() {
                changed.push((key.clone(), None));
            }
        }
        if !changed.is_empty() || now.is_none() {
            all.insert(name.clone(), Some(changed));
        }
    }
    all
}

/// The table of the older releases, newest first.
pub(crate) fn older(releases: &[(u32, Difference)]) -> String {
    let mut out = OLDER.to_owned();
    for (minor, sections) in releases {
        let _ = writeln!(out, "{minor}:");
        for (name, section) in sections {
            let Some(section) = section else {
                let _ = writeln!(out, "  {name}: null");
                continue;
            };
            let _ = writeln!(out, "  {name}:");
            for (name, fields) in section {
                match fields {
                    Some(fields) => {
                        let fields = fields.iter().map(|(k, v)| (k, v.as_ref()));
                        structure(&mut out, "    ", name, fields);
                    }
                    None => drop(writeln!(out, "    {name}: null")),
                }
            }
        }
    }
    out
}
