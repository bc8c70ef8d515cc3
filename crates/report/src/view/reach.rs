//! What a change reaches, as a tree: who feels it, and below each who feels that.

use std::collections::BTreeSet;

use gitops_model::{ImpactEdge, ObjectKey};

use super::words::objects;

/// How deep the tree is followed.
const MAX_DEPTH: usize = 8;

/// Objects that feel one thing in one way.
pub(crate) struct Branch<'a> {
    /// 0 for what the change itself reaches.
    pub(crate) depth: usize,
    /// What happens to them: `breaks now`.
    pub(crate) consequence: &'a str,
    objects: Vec<&'a ObjectKey>,
    reason: &'static str,
    to: &'a ObjectKey,
}

impl Branch<'_> {
    /// `Service shop/web (routes to Deployment shop/web)`; below another branch it is plain to what.
    pub(crate) fn words(&self) -> String {
        let objects = objects(&self.objects, 3);
        match self.depth {
            0 => format!("{objects} ({} {})", self.reason, self.to),
            _ => format!("{objects} ({} it)", self.reason),
        }
    }
}

/// The tree below some objects, each object once, and how many branches it leaves out beyond `most`.
pub(crate) fn tree<'a>(
    roots: &BTreeSet<&'a ObjectKey>,
    edges: &[&'a ImpactEdge],
    most: usize,
) -> (Vec<Branch<'a>>, usize) {
    let mut tree = Tree { edges, seen: roots.clone(), branches: Vec::new() };
    for root in roots {
        tree.grow(root, 0);
    }
    let left_out = tree.branches.len().saturating_sub(most);
    tree.branches.truncate(most);
    (tree.branches, left_out)
}

struct Tree<'a, 'e> {
    edges: &'e [&'a ImpactEdge],
    seen: BTreeSet<&'a ObjectKey>,
    branches: Vec<Branch<'a>>,
}

impl<'a> Tree<'a, '_> {
    fn grow(&mut self, to: &'a ObjectKey, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let mut here: Vec<Branch<'a>> = Vec::new();
        for edge in self.edges.iter().filter(|e| e.to == *to) {
            if !self.seen.insert(&edge.from) {
                continue;
            }
            let same =
                |b: &&mut Branch<'_>| b.consequence == edge.consequence && b.reason == edge.reason;
            match here.iter_mut().find(same) {
                Some(branch) => branch.objects.push(&edge.from),
                None => here.push(Branch {
                    depth,
                    consequence: &edge.consequence,
                    objects: vec![&edge.from],
                    reason: edge.reason,
                    to,
                }),
            }
        }
        for branch in here {
            let objects = branch.objects.clone();
            self.branches.push(branch);
            objects.into_iter().for_each(|object| self.grow(object, depth + 1));
        }
    }
}
