//! Turns the tables of `schemas/tables` from YAML, which people edit, into JSON, which is read many times
//! faster each time the program starts; one that every start reads becomes a constant.

#![allow(clippy::disallowed_methods, reason = "a build step reads and writes where cargo says")]

#[path = "build/field_specs.rs"]
mod field_specs;

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
    let specs = serde_yaml::from_str(&read("kustomize-field-specs.yaml")?)?;
    let order = serde_yaml::from_str(&read("kustomize-order.yaml")?)?;
    let constants = field_specs::constants(&specs, &order);
    fs::write(Path::new(&out).join("field_specs.rs"), constants)?;
    Ok(())
}
