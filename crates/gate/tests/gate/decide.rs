//! How far a change may go.

use crate::case::{Case, key};
use gitops_model::{
    Action, Apply, Effect, Gate, GateDecision, Suppressed, Unchecked, WaveDecision,
};

const WAVES: &str = "\
waves:
- {name: canary, clusters: [dev], waitTime: 30m}
- {name: prod, clusters: [prod-*]}
";

/// A canary on the main branch, production on a branch of its own.
fn fleet() -> Case {
    Case::new(&[
        ("dev", "dev", "main"),
        ("prod-eu", "production", "prod"),
        ("prod-us", "production", "prod"),
    ])
    .config(WAVES)
}

fn words(gate: &Gate) -> Vec<(&str, &str)> {
    gate.waves.iter().map(|w| (w.name.as_str(), w.decision.as_str())).collect()
}

fn because(gate: &Gate, wave: usize) -> String {
    gate.waves[wave].because.join("; ")
}

#[test]
fn a_promotion_follows_the_canary() {
    let web = || key("Deployment", "web");
    let case = fleet().change(web(), Action::Modified, Effect::Now, &["dev"]).change(
        web(),
        Action::Modified,
        Effect::Queued,
        &["prod-eu", "prod-us"],
    );
    let gate = case.gate();
    assert_eq!(words(&gate), [("canary", "allowed"), ("prod", "after-soak")]);
    assert_eq!(gate.decision, GateDecision::Pass);
    assert_eq!(gate.waves[0].wait_time.as_deref(), Some("30m"));
    assert!(
        because(&gate, 1).starts_with("follows wave `canary`, which soaks 30m"),
        "{}",
        because(&gate, 1)
    );
    assert!(because(&gate, 1).contains("queued until branch `prod` moves"));
}

#[test]
fn what_moves_together_is_held() {
    let clusters = [("dev", "dev", "main"), ("prod-eu", "production", "main")];
    let case = Case::new(&clusters).config(WAVES).change(
        key("Deployment", "web"),
        Action::Modified,
        Effect::Now,
        &["dev", "prod-eu"],
    );
    let gate = case.gate();
    assert_eq!(words(&gate), [("canary", "allowed"), ("prod", "held")]);
    assert_eq!(
        because(&gate, 1),
        "cannot wait for wave `canary`: `prod-eu` and `dev` both follow branch `main`"
    );
    assert_eq!(gate.decision, GateDecision::Hold);
}

#[test]
fn references_of_their_own_keep_waves_apart() {
    let clusters = ["dev", "prod-eu", "prod-us"];
    let gate =
        fleet().change(key("Deployment", "web"), Action::Modified, Effect::Now, &clusters).gate();
    assert_eq!(words(&gate), [("canary", "allowed"), ("prod", "after-soak")]);
}

#[test]
fn a_score_above_the_limit_blocks() {
    let case = Case::production().finding("immutable-field", Some(Apply::Recreated)).dependents(15);
    let gate = case.gate();
    assert_eq!(words(&gate), [("all", "blocked")]);
    assert_eq!(because(&gate, 0), "a risk of 95 is above its limit of 60");
    let lenient = case.config("waves: [{name: all, clusters: ['*'], maxScore: 95}]");
    assert_eq!(words(&lenient.gate()), [("all", "needs-approval")]);
}

#[test]
fn a_hard_stop_blocks_whatever_the_score() {
    let case = Case::new(&[("dev", "dev", "main")]).finding("namespace-removed", None);
    assert_eq!(words(&case.gate()), [("all", "blocked")]);
    let mut known = Case::new(&[("dev", "dev", "main")]).finding("namespace-removed", None);
    known.findings[0].suppressed =
        Some(Suppressed { by: "config", reason: "moved".into(), expires: None });
    assert_eq!(known.gate().decision, GateDecision::Pass);
    assert_eq!(known.risk().score, case.risk().score);
}

#[test]
fn data_is_guarded_in_production_only() {
    let claim = |environment| {
        Case::new(&[("a", environment, "main")])
            .config("waves: [{name: all, clusters: [a], maxScore: 100}]")
            .finding("pvc-removed", Some(Apply::DataLoss))
    };
    assert_eq!(claim("production").gate().decision, GateDecision::Block);
    assert_eq!(claim("dev").gate().decision, GateDecision::Pass);
    let mut guarded = claim("production");
    guarded.mitigations.insert("f0".into(), vec!["retain".into()]);
    assert_eq!(guarded.gate().decision, GateDecision::Pass);
}

#[test]
fn what_is_not_checked_holds_only_where_it_changed() {
    let unchecked = |changed| Unchecked {
        changed,
        ..Unchecked::new("HelmRelease media/plex", "no chart", None)
    };
    let mut case = fleet();
    case.unchecked.push(("prod-eu".into(), unchecked(false)));
    assert_eq!(words(&case.gate()), [("canary", "allowed"), ("prod", "allowed")]);
    case.unchecked.push(("prod-eu".into(), unchecked(true)));
    assert_eq!(words(&case.gate()), [("canary", "allowed"), ("prod", "held")]);
}

#[test]
fn approvals_and_critical_components() {
    let change = |case: Case, key| case.change(key, Action::Modified, Effect::Now, &["a"]);
    let asks = Case::production()
        .config("waves: [{name: all, clusters: ['*'], requireApproval: {count: 2, teams: [sre]}}]");
    let gate = change(asks, key("Deployment", "web")).gate();
    assert_eq!(
        (words(&gate)[0].1, because(&gate, 0).as_str()),
        ("needs-approval", "asks for 2 approvals of sre")
    );
    let mut dns = key("Deployment", "coredns");
    dns.namespace = "kube-system".into();
    let gate = change(Case::production(), dns).gate();
    assert_eq!(gate.waves[0].decision, WaveDecision::NeedsApproval);
}

#[test]
fn clusters_in_no_wave_are_held() {
    let case = Case::new(&[("dev", "dev", "main"), ("lost", "production", "other")]).config(WAVES);
    let case = case.change(key("Deployment", "web"), Action::Modified, Effect::Now, &["lost"]);
    assert_eq!(
        words(&case.gate()),
        [("canary", "allowed"), ("prod", "allowed"), ("unassigned", "held")]
    );
}
