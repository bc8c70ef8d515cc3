//! What the targets share: a repository made from a text, and what holds for all that is made of it.

use gitops_testkit::MemoryTree;
use gitops_yaml::{Node, Sources};

/// Files behind lines of `=== path`. Paths that no repository has are left out.
#[must_use]
pub fn tree(text: &str) -> MemoryTree {
    let parts = format!("\n{text}");
    let files = parts.split("\n=== ").skip(1);
    files.map(|f| f.split_once('\n').unwrap_or((f, ""))).filter(|(path, _)| is_path(path)).collect()
}

fn is_path(path: &str) -> bool {
    path.len() < 200 && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Panics unless all that wrote a node is text of a file.
pub fn check_spans(sources: &Sources, node: &Node) {
    node.walk(&mut |n| {
        for span in n.origin.writers() {
            let file = sources.file(span.file);
            let text = file.text.get(span.start as usize..span.end as usize);
            assert!(text.is_some(), "{span:?} of {} is no text", file.path);
        }
    });
}
