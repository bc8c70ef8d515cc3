//! Compares two states, split by a line `===`: no panic, and nothing differs from itself.
#![no_main]

use gitops_compare::compare;
use gitops_model::ClusterState;
use gitops_testkit::{state, unit};
use gitops_yaml::Sources;

/// A state whose fields are looked at, since nothing says that its inputs were equal.
fn read(sources: &Sources, text: &str, inputs: &[u8]) -> ClusterState {
    let mut unit = unit(sources, "apps", text);
    unit.inputs = Some(gitops_yaml::ContentId::of(inputs));
    // Read anew, lest the objects be the same in memory.
    unit.resources = unit.resources.iter().map(|r| (**r).clone().into()).collect::<Vec<_>>().into();
    state(vec![unit])
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let sources = Sources::default();
    let (before, after) = text.split_once("\n===\n").unwrap_or((text, ""));
    let state = read(&sources, before, b"before");
    let same = compare(&state, &read(&sources, before, b"again"));
    assert!(same.is_empty(), "{same:?}");
    let other = read(&sources, after, b"after");
    assert_eq!(compare(&state, &other).len(), compare(&other, &state).len());
});
