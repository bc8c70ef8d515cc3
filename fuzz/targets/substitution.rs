//! Puts variables into any text as Flux does: no panic, and no text that grows without end.
#![no_main]
#![allow(dead_code, reason = "the modules are another crate's")]

#[path = "../../crates/fleet/src/flux/envsubst/mod.rs"]
mod envsubst;
#[path = "../../crates/fleet/src/glob.rs"]
mod glob;

use envsubst::{Lookup, Template};

fn lookup(name: &str) -> Lookup<'static> {
    match name {
        "a" => Lookup::Value("aaaa"),
        "b" => Lookup::Value("é b/c.d"),
        "hidden" => Lookup::Hidden,
        "possible" => Lookup::Possible,
        _ => Lookup::Missing,
    }
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(template) = Template::parse(text) else { return };
    for strict in [false, true] {
        if let Ok(out) = template.evaluate(&lookup, strict, &mut |e| e.name.clone()) {
            assert!(out.len() <= 1 << 22, "{} bytes of {text}", out.len());
        }
    }
});
