//! Says how the program is linked.

#![allow(clippy::disallowed_methods, reason = "cargo tells of the target in the environment")]

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // At an address of its own: a position-independent program writes some 64,000 addresses into its tables
    // each time it starts, which takes longer than rendering a small root.
    let of_target =
        |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    if of_target("OS") == "linux" && of_target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
