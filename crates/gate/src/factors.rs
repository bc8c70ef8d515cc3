//! The formula: factors, decibels, scores.

use gitops_model::Reason;
use libm::{exp, log2, log10, pow};

use crate::table::{Classes, Mitigation, Weights};

/// All that one risk is the product of.
#[derive(Debug, Clone)]
pub(crate) struct Factors<'a> {
    pub(crate) classes: Classes<'a>,
    /// Distinct objects that it disturbs, at least 1.
    pub(crate) victims: usize,
    /// What the victims do, for people.
    pub(crate) victims_label: String,
    /// Clusters that are hit together, at least 1.
    pub(crate) clusters: usize,
    pub(crate) environment: &'a str,
    pub(crate) critical: bool,
    /// Whether no entry point reaches the clusters, though entry points reach others.
    pub(crate) unreached: bool,
    /// What stands against it already.
    pub(crate) mitigations: Vec<&'a Mitigation>,
    /// The finding that says so.
    pub(crate) finding: Option<&'a str>,
}

impl Factors<'_> {
    /// The factors in decibels; they add up to the raw risk's.
    pub(crate) fn reasons(&self, weights: &Weights) -> Vec<Reason> {
        let Classes { likelihood, severity, reversibility, .. } = self.classes;
        let mut reasons = vec![
            self.reason(likelihood.label.clone(), likelihood.weight),
            self.reason(format!("{} ({})", severity.1.label, severity.0), severity.1.weight),
            self.reason(self.victims_label.clone(), blast(self.victims)),
        ];
        if self.clusters > 1 {
            reasons.push(self.reason(
                format!("{} clusters at once", self.clusters),
                simultaneity(self.clusters),
            ));
        }
        reasons.push(self.reason(
            format!("{} ({})", reversibility.1.label, reversibility.0),
            reversibility.1.weight,
        ));
        reasons.push(self.reason(self.environment.to_owned(), weights.exposure(self.environment)));
        if self.critical {
            reasons.push(self.reason("critical component".into(), weights.critical()));
        }
        if self.unreached {
            let label = "no entry point reaches it".to_owned();
            reasons.push(self.reason(label, weights.unreached()));
        }
        if !self.mitigations.is_empty() {
            let labels: Vec<&str> = self.mitigations.iter().map(|m| m.label.as_str()).collect();
            reasons.push(self.reason(labels.join(", "), weights.mitigated(&self.mitigations)));
        }
        reasons
    }

    fn reason(&self, label: String, factor: f64) -> Reason {
        Reason {
            label,
            decibels: 10.0 * log10(factor),
            finding: self.finding.map(ToOwned::to_owned),
        }
    }

    /// The score, 0 to 100.
    pub(crate) fn score(&self, weights: &Weights) -> u8 {
        score(&self.reasons(weights), weights.scale)
    }
}

/// One victim or none: 1.25; fifteen: 2; never more than 2.5.
fn blast(victims: usize) -> f64 {
    (1.0 + log2(1.0 + victims.max(1) as f64) / 4.0).min(2.5)
}

/// One cluster: 1; four at once: 2.
fn simultaneity(clusters: usize) -> f64 {
    1.0 + 0.5 * log2(clusters.max(1) as f64)
}

/// The score of reasons: 100 · (1 − e^(−raw / scale)), rounded half up.
pub(crate) fn score(reasons: &[Reason], scale: f64) -> u8 {
    let raw = pow(10.0, reasons.iter().map(|r| r.decibels).sum::<f64>() / 10.0);
    round(100.0 * (1.0 - exp(-raw / scale)))
}

/// The score of several causes: those from 5 as if they struck independently; those below 5 together as
/// one, of at most 10.
///
/// ```
/// assert_eq!(gitops_gate::combine([51, 8, 3]), 56);
/// ```
#[must_use]
pub fn combine(scores: impl IntoIterator<Item = u8>) -> u8 {
    let (large, small): (Vec<u8>, Vec<u8>) = scores.into_iter().partition(|s| *s >= 5);
    let small = small.iter().map(|s| u32::from(*s)).sum::<u32>().min(10);
    let spared = |score: f64| 1.0 - score / 100.0;
    let all =
        large.iter().map(|s| spared(f64::from(*s))).product::<f64>() * spared(f64::from(small));
    round(100.0 * (1.0 - all))
}

fn round(score: f64) -> u8 {
    (score + 0.5).floor().clamp(0.0, 100.0) as u8
}

#[cfg(test)]
mod tests {
    use gitops_config::RiskConfig;

    use super::*;

    /// Likelihood, severity, victims, clusters, reversibility, exposure, mitigation, raw risk, score.
    type Case = (&'static str, f64, f64, usize, usize, f64, f64, f64, f64, u8);

    const WORKED: &[Case] = &[
        ("image patch in production", 0.08, 10.0, 1, 4, 0.7, 1.0, 1.0, 1.4, 3),
        ("stale configuration in production", 0.6, 3.0, 1, 4, 0.7, 1.0, 1.0, 3.2, 8),
        ("image major in production", 0.25, 10.0, 1, 4, 0.7, 1.0, 1.0, 4.4, 10),
        ("a base restarts 60 workloads", 0.25, 10.0, 60, 4, 1.0, 1.0, 1.0, 12.4, 27),
        ("undefined variable, 20 objects", 1.0, 10.0, 20, 1, 0.7, 1.0, 1.0, 14.7, 31),
        ("selector, 15 dependents blocked", 1.0, 10.0, 15, 4, 0.7, 1.0, 1.0, 28.0, 50),
        ("the same with force", 1.0, 30.0, 15, 4, 1.0, 1.0, 1.0, 120.0, 95),
        ("selector with force in dev", 1.0, 30.0, 1, 1, 1.0, 0.1, 1.0, 3.8, 9),
        ("volume claim deleted", 1.0, 100.0, 1, 1, 3.0, 1.0, 1.0, 375.0, 100),
        ("the same in dev", 1.0, 100.0, 1, 1, 3.0, 0.1, 1.0, 37.5, 61),
        ("the same with pruning disabled", 1.0, 100.0, 1, 1, 3.0, 1.0, 0.05, 18.8, 37),
        ("definition with 40 objects removed", 1.0, 100.0, 40, 4, 3.0, 1.0, 1.0, 1404.0, 100),
    ];

    #[test]
    fn worked_numbers() {
        let weights = Weights::of(&RiskConfig::default());
        for (what, p, s, victims, clusters, v, e, m, raw, points) in WORKED {
            let factors = [*p, *s, blast(*victims), simultaneity(*clusters), *v, *e, *m];
            let product: f64 = factors.iter().product();
            assert!((product - raw).abs() / raw < 0.04, "{what}: {product}");
            let reasons: Vec<Reason> = factors
                .iter()
                .map(|f| Reason { label: String::new(), decibels: 10.0 * log10(*f), finding: None })
                .collect();
            assert_eq!(score(&reasons, weights.scale), *points, "{what}");
        }
    }

    #[test]
    fn causes_combine() {
        assert_eq!(combine([51, 8, 3]), 56);
        assert_eq!(combine([]), 0);
        assert_eq!(combine([4, 4, 4, 4]), 10);
        assert_eq!(combine([100, 50]), 100);
    }
}
