//! Fleets of growing size, each with a change to one overlay.

use super::measure::Cost;
use super::{Bench, FEW};

const SIZES: [usize; 4] = [10, 100, 1000, 5000];

impl Bench<'_> {
    /// What `diff` costs, and for the largest fleet what `check` and `graph` cost in terms of rendering.
    pub(super) fn fleets(&self) -> Result<(), String> {
        println!("fleets, one overlay changed");
        for clusters in SIZES {
            let out = self.out.path().join(format!("fleet-{clusters}"));
            let out = out.to_string_lossy();
            crate::fleet::run(
                &["--clusters", &clusters.to_string(), "--out", &out].map(str::to_owned),
            )?;
            let [base, head] = ["base", "head"].map(|state| format!("{out}/{state}"));
            let diff = self.ours(&["diff", "--from", &base, "--to", &head], FEW)?;
            let Cost { seconds, peak } = diff;
            let each = seconds * 1e6 / clusters as f64;
            println!(
                "  diff, {clusters} clusters: {seconds:.3} s, {each:.0} µs each, {} MB",
                peak >> 20
            );
            if clusters == 1000 {
                let rendered = format!("{out}/rendered");
                let render = ["render", &head, "--all-clusters", "--output-dir", &rendered];
                let render = self.ours(&render, 1)?.seconds;
                let check = self.ours(&["check", &head], 1)?.seconds;
                println!(
                    "  check, {clusters} clusters: {check:.3} s; {:.1} times rendering",
                    check / render
                );
            }
        }
        Ok(())
    }
}
