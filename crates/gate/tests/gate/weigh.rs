//! The score: worked cases through the whole model, and the orders that must hold for any case.

use crate::case::{Case, key};
use gitops_model::{Action, Apply, CauseRisk, Effect};
use proptest::prelude::*;

const REJECTED: Option<Apply> = Some(Apply::Rejected);
const RECREATED: Option<Apply> = Some(Apply::Recreated);
const VERDICTS: [Option<Apply>; 4] = [None, REJECTED, RECREATED, Some(Apply::DataLoss)];

fn score(case: &Case) -> u8 {
    case.risk().score
}

#[test]
fn worked_cases() {
    let selector = |apply| Case::production().finding("immutable-field", apply).dependents(15);
    assert_eq!(score(&selector(REJECTED)), 50);
    assert_eq!(score(&selector(RECREATED)), 95);
    let dev = Case::new(&[("dev", "dev", "main")]).finding("immutable-field", RECREATED);
    assert_eq!(score(&dev), 9);
    let claim = |environment| {
        Case::new(&[("a", environment, "main")]).finding("pvc-removed", Some(Apply::DataLoss))
    };
    assert_eq!((score(&claim("production")), score(&claim("dev"))), (100, 61));
    let mut guarded = claim("production");
    guarded.mitigations.insert("f0".into(), vec!["prune-disabled".into()]);
    assert_eq!(score(&guarded), 37);
    let image = Case::production().change(
        key("Deployment", "web"),
        Action::Modified,
        Effect::Now,
        &["a", "b", "c", "d"],
    );
    assert_eq!(score(&image), 3);
}

#[test]
fn one_line_is_one_cause() {
    let worse = Case::production().finding("immutable-field", REJECTED);
    let both =
        Case::production().finding("immutable-field", REJECTED).finding("selector-changed", None);
    assert_eq!(both.risk().causes.len(), 1);
    assert_eq!(score(&both), score(&worse));
}

#[test]
fn what_would_lower_it() {
    let case = Case::production().finding("pvc-removed", Some(Apply::DataLoss));
    let cause = &case.risk().causes[0];
    assert!(
        cause.lowers.iter().all(|l| l.score <= cause.score) && !cause.lowers.is_empty(),
        "{cause:?}"
    );
    assert!(cause.lowers.is_sorted_by_key(|l| l.score));
}

#[test]
fn what_reaches_nobody_weighs_nothing() {
    let case = Case::production().finding_on("immutable-field", REJECTED, Effect::Never, &["a"]);
    assert_eq!(score(&case), 0);
}

/// What the contract says of scores: reasons add up to the raw score, causes to the score.
fn adds_up(case: &Case) {
    let risk = case.risk();
    let of = |cause: &CauseRisk| {
        let raw = 10f64.powf(cause.reasons.iter().map(|r| r.decibels).sum::<f64>() / 10.0);
        (100.0 * (1.0 - (-raw / 40.0).exp()) + 0.5).floor() as u8
    };
    for cause in &risk.causes {
        assert_eq!(cause.score, of(cause), "{cause:?}");
    }
    assert_eq!(risk.score, gitops_gate::combine(risk.causes.iter().map(|c| c.score)));
}

fn fleet(environment: &str, clusters: usize) -> Case {
    let names: Vec<String> = (0..clusters).map(|n| format!("c{n}")).collect();
    let clusters: Vec<_> = names.iter().map(|n| (n.as_str(), environment, "main")).collect();
    Case::new(&clusters)
}

proptest! {
    #[test]
    fn scores_add_up(verdict in 0..4usize, clusters in 1..9usize, dependents in 0..60usize) {
        adds_up(&fleet("production", clusters).finding("some-rule", VERDICTS[verdict]).dependents(dependents));
    }

    #[test]
    fn production_weighs_most(verdict in 0..4usize, clusters in 1..9usize, dependents in 0..60usize) {
        let of = |environment| score(&fleet(environment, clusters).finding("some-rule", VERDICTS[verdict]).dependents(dependents));
        prop_assert!(of("dev") <= of("staging") && of("staging") <= of("production"));
        prop_assert_eq!(of("unknown"), of("production"));
        prop_assert_eq!(of("edge"), of("production"));
    }

    #[test]
    fn more_is_never_less(verdict in 0..4usize, clusters in 1..9usize, dependents in 0..60usize) {
        let of = |clusters, dependents| score(&fleet("production", clusters).finding("some-rule", VERDICTS[verdict]).dependents(dependents));
        prop_assert!(of(clusters, dependents) <= of(clusters + 1, dependents));
        prop_assert!(of(clusters, dependents) <= of(clusters, dependents + 1));
    }

    #[test]
    fn force_reaches_further_and_a_block_is_never_nothing(clusters in 1..9usize, dependents in 0..60usize) {
        let of = |apply| score(&fleet("production", clusters).finding("immutable-field", apply).dependents(dependents));
        prop_assert!(of(REJECTED) > 0 && of(REJECTED) <= of(RECREATED));
    }

    #[test]
    fn mitigations_never_raise(verdict in 0..4usize, clusters in 1..9usize, which in 0..3usize) {
        let plain = fleet("production", clusters).finding("some-rule", VERDICTS[verdict]);
        let mut guarded = fleet("production", clusters).finding("some-rule", VERDICTS[verdict]);
        let ids = ["prune-disabled", "retain", "redundant"];
        guarded.mitigations.insert("f0".into(), vec![ids[which].into()]);
        prop_assert!(score(&guarded) <= score(&plain));
    }

    #[test]
    fn splitting_a_wave_never_raises(verdict in 0..4usize, split in 1..8usize) {
        let one = fleet("production", 8).finding("some-rule", VERDICTS[verdict]);
        let first: Vec<String> = (0..split).map(|n| format!("c{n}")).collect();
        let last: Vec<String> = (split..8).map(|n| format!("c{n}")).collect();
        let waves = format!("waves: [{{name: one, clusters: [{}]}}, {{name: two, clusters: [{}]}}]", first.join(", "), last.join(", "));
        let two = fleet("production", 8).config(&waves).finding("some-rule", VERDICTS[verdict]);
        prop_assert!(score(&two) <= score(&one));
    }
}
