//! Files of Jsonnet, as far as their texts tell which others they read. They are not evaluated.

use std::sync::OnceLock;

use gitops_model::{EntryKind, Tree};
use gitops_yaml::{ContentId, Node, SmolStr};
use regex::Regex;

use crate::files::{clamped, join, parent};

/// A file below a folder and all that it imports, by path: from beside the file that imports it, else from the
/// folder, else from one of the libraries, which stand below the top (`makeJsonnetVM` of Argo CD).
pub(super) fn read(
    tree: &dyn Tree,
    folder: &str,
    file: &str,
    options: Option<&Node>,
) -> Vec<(SmolStr, ContentId)> {
    let libraries = options.and_then(|o| o.at(&["jsonnet", "libs"])).map(Node::items);
    let libraries = libraries.unwrap_or_default().iter().filter_map(Node::text);
    let places: Vec<String> =
        std::iter::once(folder.to_owned()).chain(libraries.map(|l| clamped("", l))).collect();
    let mut found: Vec<(SmolStr, ContentId)> = Vec::new();
    let mut open = vec![clamped("", &join(folder, file))];
    while let Some(path) = open.pop() {
        let Ok(id) = tree.content_id(&path) else { continue };
        if found.iter().any(|(known, _)| *known == path) {
            continue;
        }
        let text = tree.read(&path).unwrap_or_default();
        for name in imports(&String::from_utf8_lossy(&text)) {
            let beside = std::iter::once(parent(&path));
            let places = beside.chain(places.iter().map(String::as_str));
            let mut paths = places.map(|place| clamped("", &join(place, name)));
            open.extend(paths.find(|path| tree.kind(path) == Some(EntryKind::File)));
        }
        found.push((path.into(), id));
    }
    found.sort();
    found
}

/// What a text imports.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    let pattern = r#"\bimport(?:str|bin)?\s*@?(?:"([^"\n]+)"|'([^'\n]+)')"#;
    let pattern = PATTERN.get_or_init(|| Regex::new(pattern).expect("a constant pattern"));
    pattern.captures_iter(text).filter_map(|c| Some(c.get(1).or(c.get(2))?.as_str()))
}

#[cfg(test)]
mod tests {
    use gitops_testkit::MemoryTree;

    use super::*;

    #[test]
    fn imports_are_found_beside_the_file_and_in_libraries() {
        let mut tree = MemoryTree::default();
        tree.add(
            "app/main.jsonnet",
            "local k = import 'k.libsonnet';\n(import \"lib/web.libsonnet\") + k",
        );
        tree.add(
            "app/lib/web.libsonnet",
            "{ motd: importstr 'motd.txt', main: import '../main.jsonnet' }",
        );
        tree.add("app/lib/motd.txt", "hello");
        tree.add("vendor/k.libsonnet", "{}");
        tree.add("app/other.jsonnet", "{}");
        let mut options = MemoryTree::default();
        options.add("o.yaml", "jsonnet: {libs: [vendor]}");
        let sources = gitops_yaml::Sources::default();
        let options = crate::files::load(&sources, &options, "o.yaml").unwrap();
        let found = read(&tree, "app", "main.jsonnet", options.documents.first());
        let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
        let want =
            ["app/lib/motd.txt", "app/lib/web.libsonnet", "app/main.jsonnet", "vendor/k.libsonnet"];
        assert_eq!(paths, want);
    }
}
