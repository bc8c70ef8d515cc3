//! Fleets of growing size, each with a change to one overlay or to what all overlays share.

use super::measure::Cost;
use super::{Bench, FEW};

const SIZES: [usize; 4] = [10, 100, 1000, 5000];

/// A command that looks at every object, and the clusters, of 68 objects each, that it looks at: so many that
/// a graph of 10,000 objects is built, and that 70,000 are checked.
const WHOLE: [(&str, usize); 2] = [("graph", 147), ("check", 1030)];

impl Bench<'_> {
    /// What `diff` costs, and what commands that look at all objects cost in terms of rendering them.
    pub(super) fn fleets(&self) -> Result<(), String> {
        println!("fleets, one overlay changed");
        for clusters in SIZES {
            self.diff(clusters, "head")?;
        }
        println!("fleets, a shared base changed");
        for clusters in &SIZES[1..3] {
            self.diff(*clusters, "shared")?;
        }
        WHOLE.iter().try_for_each(|(command, clusters)| self.whole(command, *clusters))
    }

    /// The folder of a fleet, written once.
    fn fleet(&self, clusters: usize) -> Result<String, String> {
        let out = self.out.path().join(format!("fleet-{clusters}"));
        let text = out.to_string_lossy().into_owned();
        if !out.exists() {
            let arguments = ["--clusters", &clusters.to_string(), "--out", &text];
            crate::fleet::run(&arguments.map(str::to_owned))?;
        }
        Ok(text)
    }

    fn diff(&self, clusters: usize, head: &str) -> Result<(), String> {
        let fleet = self.fleet(clusters)?;
        let [base, head] = ["base", head].map(|state| format!("{fleet}/{state}"));
        let Cost { seconds, peak, .. } =
            self.ours(&["diff", "--from", &base, "--to", &head], FEW)?;
        let each = seconds * 1e6 / clusters as f64;
        let peak = peak >> 20;
        println!("  diff, {clusters} clusters: {seconds:.3} s, {each:.0} µs each, {peak} MB");
        Ok(())
    }

    fn whole(&self, command: &str, clusters: usize) -> Result<(), String> {
        let fleet = self.fleet(clusters)?;
        let (base, out) = (format!("{fleet}/base"), format!("{fleet}/rendered"));
        let render = ["render", &base, "--all-clusters", "--output-dir", &out];
        let render = self.ours(&render, FEW)?.seconds;
        let Cost { seconds, peak, .. } = self.ours(&[command, &base], FEW)?;
        let (times, peak) = (seconds / render, peak >> 20);
        println!(
            "  {command}, {clusters} clusters: {seconds:.3} s, {times:.1} times rendering, {peak} MB"
        );
        Ok(())
    }
}
