//! Follows a small repository from its entry points: no panic, and the same clusters each time.
#![no_main]

use std::sync::Arc;

use gitops_config::Config;
use gitops_fleet::{Memo, SourceTree, SourceTrees, World, follow};
use gitops_fuzz::{check_spans, tree};
use gitops_model::{Deployed, SourceRef, Tracks, Tree};
use gitops_yaml::{PrintOptions, Sources, print};

struct OneTree(Arc<dyn Tree>);

impl SourceTrees for OneTree {
    fn tree(&self, _: &str, _: &SourceRef, _: Option<&str>, _: &Tracks) -> SourceTree {
        SourceTree::Here { tree: self.0.clone(), revision: None, deployed: Deployed::Assumed }
    }
}

/// Every object with its cluster and unit.
fn told(tree: &Arc<dyn Tree>) -> Vec<String> {
    let (sources, memo, config) = (Sources::default(), Memo::default(), Config::default());
    let world = World {
        tree,
        sources: &sources,
        memo: &memo,
        trees: &OneTree(tree.clone()),
        config: &config,
        urls: &[],
        target_branch: None,
        deferred: &|_| false,
    };
    let mut told = Vec::new();
    for state in follow(&world) {
        for (unit, object) in state.objects() {
            check_spans(&sources, &object.body);
            let body = print(&object.body, &PrintOptions::READABLE);
            told.push(format!("{} {} {body}", state.cluster.name, unit.id));
        }
    }
    told
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let tree: Arc<dyn Tree> = Arc::new(tree(text));
    assert_eq!(told(&tree), told(&tree));
});
