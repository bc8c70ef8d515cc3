//! What is reached, how risky it is, and how far it may go.

use gitops_model::{CauseRisk, Gate, Impact, ImpactEdge, Reason, Risk, WaveGate};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct ImpactJson<'a> {
    nodes: Vec<String>,
    edges: Vec<EdgeJson<'a>>,
}

impl<'a> ImpactJson<'a> {
    pub(super) fn of(impact: &'a Impact) -> Self {
        let edge = |e: &'a ImpactEdge| EdgeJson {
            from: e.from.to_string(),
            to: e.to.to_string(),
            kind: e.kind,
            reason: e.reason,
            effect: e.effect.as_str(),
            consequence: &e.consequence,
            clusters: e.clusters.iter().map(AsRef::as_ref).collect(),
        };
        Self {
            nodes: impact.nodes.iter().map(ToString::to_string).collect(),
            edges: impact.edges.iter().map(edge).collect(),
        }
    }
}

#[derive(Serialize)]
struct EdgeJson<'a> {
    from: String,
    to: String,
    kind: &'static str,
    reason: &'static str,
    effect: &'static str,
    consequence: &'a str,
    clusters: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct RiskJson<'a> {
    score: u8,
    band: &'static str,
    model: &'a str,
    causes: Vec<CauseJson<'a>>,
}

impl<'a> RiskJson<'a> {
    pub(super) fn of(risk: &'a Risk) -> Self {
        let reason = |r: &'a Reason| ReasonJson {
            label: &r.label,
            decibels: r.decibels,
            finding: r.finding.as_deref(),
        };
        let cause = |c: &'a CauseRisk| CauseJson {
            cause: &c.cause,
            environment: &c.environment,
            label: &c.label,
            score: c.score,
            reasons: c.reasons.iter().map(reason).collect(),
            lowers: c
                .lowers
                .iter()
                .map(|l| LowerJson { label: &l.label, score: l.score })
                .collect(),
        };
        Self {
            score: risk.score,
            band: risk.band(),
            model: &risk.model,
            causes: risk.causes.iter().map(cause).collect(),
        }
    }
}

#[derive(Serialize)]
struct CauseJson<'a> {
    cause: &'a str,
    environment: &'a str,
    label: &'a str,
    score: u8,
    reasons: Vec<ReasonJson<'a>>,
    lowers: Vec<LowerJson<'a>>,
}

#[derive(Serialize)]
struct ReasonJson<'a> {
    label: &'a str,
    decibels: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'a str>,
}

#[derive(Serialize)]
struct LowerJson<'a> {
    label: &'a str,
    score: u8,
}

#[derive(Serialize)]
pub(super) struct GateJson<'a> {
    decision: &'static str,
    waves: Vec<WaveJson<'a>>,
}

impl<'a> GateJson<'a> {
    pub(super) fn of(gate: &'a Gate) -> Self {
        let wave = |w: &'a WaveGate| WaveJson {
            name: &w.name,
            clusters: w.clusters.iter().map(AsRef::as_ref).collect(),
            score: w.score,
            decision: w.decision.as_str(),
            wait_time: w.wait_time.as_deref(),
            because: &w.because,
        };
        Self { decision: gate.decision.as_str(), waves: gate.waves.iter().map(wave).collect() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WaveJson<'a> {
    name: &'a str,
    clusters: Vec<&'a str>,
    score: u8,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_time: Option<&'a str>,
    because: &'a [String],
}
