//! How risky the sample is, and how far it may go.

use gitops_model::*;

pub(super) fn risk() -> Risk {
    let reason = |label: &str, decibels| Reason {
        label: label.into(),
        decibels,
        finding: Some("f1".into()),
    };
    let cause = |cause: &str,
                 environment: &str,
                 label: &str,
                 score,
                 reasons: Vec<Reason>,
                 lowers: &[(&str, u8)]| CauseRisk {
        cause: cause.into(),
        environment: environment.into(),
        label: label.into(),
        score,
        reasons,
        lowers: lowers
            .iter()
            .map(|(label, score)| Lower { label: (*label).into(), score: *score })
            .collect(),
    };
    Risk {
        score: 56,
        model: "1:8c5b3f0a2d17".into(),
        causes: vec![
            cause(
                "c1",
                "production",
                "`spec.selector` of Deployment shop/web",
                50,
                vec![
                    reason("certain", 0.0),
                    reason("outage or blocked reconciliation (D3)", 10.0),
                    reason("15 dependents wait", 3.010_299_956_6),
                    reason("4 clusters at once", 3.010_299_956_6),
                    reason("a revert restores it (R0)", -1.549_019_599_9),
                    reason("production", 0.0),
                ],
                &[("let one cluster of `prod` go first", 29)],
            ),
            cause(
                "c2",
                "production",
                "`spec.serviceName` of StatefulSet shop/db",
                8,
                vec![
                    reason("likely", -2.2),
                    reason("degraded (D2)", 4.8),
                    reason("2 clusters at once", 2.6),
                ],
                &[],
            ),
            cause(
                "c1",
                "dev",
                "`spec.selector` of Deployment shop/web",
                3,
                vec![
                    reason("certain", 0.0),
                    reason("outage or blocked reconciliation (D3)", 10.0),
                    reason("dev", -10.0),
                ],
                &[],
            ),
        ],
    }
}

pub(super) fn gate() -> Gate {
    let wave =
        |name: &str, clusters: &[&str], score, decision, wait: Option<&str>, because: &[&str]| {
            WaveGate {
                name: name.into(),
                clusters: clusters.iter().map(|c| (*c).into()).collect(),
                score,
                decision,
                wait_time: wait.map(Into::into),
                because: because.iter().map(|b| (*b).into()).collect(),
            }
        };
    Gate {
        decision: GateDecision::Block,
        waves: vec![
            wave("canary", &["dev", "lab"], 9, WaveDecision::Allowed, Some("30m"), &[]),
            wave(
                "early",
                &["staging"],
                24,
                WaveDecision::AfterSoak,
                Some("2h"),
                &["follows wave `canary`, which soaks 30m"],
            ),
            wave(
                "prod",
                &["prod-eu", "prod-us"],
                56,
                WaveDecision::Blocked,
                None,
                &[
                    "a risk of 56 is above its limit of 40",
                    "its clusters follow the same tag `prod-v1.4.2`",
                ],
            ),
        ],
    }
}
