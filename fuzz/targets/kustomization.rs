//! Builds the top of a small repository: no panic, spans that hold, the same bytes each time.
#![no_main]

use gitops_fuzz::{check_spans, tree};
use gitops_kustomize::{Context, Memo, Options, build, print};
use gitops_testkit::MemoryTree;
use gitops_yaml::Sources;

fn printed(tree: &MemoryTree) -> Option<String> {
    let (sources, memo) = (Sources::default(), Memo::default());
    let context = Context { tree, sources: &sources, memo: &memo };
    let rendered = build(&context, "", &Options::default()).ok()?;
    rendered.resources.iter().for_each(|r| check_spans(&sources, &r.body));
    Some(print(&rendered.resources))
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let tree = tree(text);
    assert_eq!(printed(&tree), printed(&tree));
});
