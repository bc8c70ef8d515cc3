//! Turns the tables of `schemas/tables` from YAML, which people edit, into JSON, which is read many times
//! faster each time the program starts; those that every `build` reads become constants.

#![allow(clippy::disallowed_methods, reason = "a build step reads and writes where cargo says")]

#[path = "build/cluster_scoped.rs"]
mod cluster_scoped;
#[path = "build/field_specs.rs"]
mod field_specs;
#[path = "build/merge_keys.rs"]
mod merge_keys;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let tables = Path::new("../../schemas/tables");
    println!("cargo::rerun-if-changed={}", tables.display());
    let out = env::var("OUT_DIR")?;
    for entry in fs::read_dir(tables)? {
        let file = entry?.path();
        let Some(name) = file.file_stem().filter(|_| file.extension().is_some_and(|e| e == "yaml"))
        else {
            continue;
        };
        let table: serde_yaml::Value = serde_yaml::from_str(&fs::read_to_string(&file)?)?;
        fs::write(
            Path::new(&out).join(name).with_extension("json"),
            serde_json::to_string(&table)?,
        )?;
    }
    let read = |name| fs::read_to_string(tables.join(name));
    let write = |name, constants| fs::write(Path::new(&out).join(name), constants);
    let order = serde_yaml::from_str(&read("kustomize-order.yaml")?)?;
    let specs = serde_yaml::from_str(&read("kustomize-field-specs.yaml")?)?;
    write("field_specs.rs", field_specs::constants(&specs, &order))?;
    let keys = serde_yaml::from_str(&read("kustomize-merge-keys.yaml")?)?;
    write("merge_keys.rs", merge_keys::constants(keys))?;
    let rows: Vec<_> = serde_yaml::from_str(&read("kustomize-cluster-scoped.yaml")?)?;
    write("cluster_scoped.rs", cluster_scoped::constants(&rows))?;
    Ok(())
}
