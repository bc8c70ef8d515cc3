//! Charts that Applications install: which, and with which values. Sources: `reposerver/repository`,
//! `helmTemplate`, and `getResolvedValueFiles`.

use std::sync::Arc;

use gitops_api::argocd::{Source, Tool};
use gitops_model::{Chart, Tree};
use gitops_yaml::{Entry, Exposure, Node, Origin, Span};

use super::made::{Gap, Installed};
use super::value_files::{Place, Shelf, Unread};
use crate::charts::{Typing, merge, parsed, set};
use crate::files::{join, load};

/// What is not known of some values.
type Gaps = Vec<Gap>;

impl Shelf<'_> {
    /// What a source installs.
    pub(super) fn installed(&self, source: Source<'_>, gaps: &mut Gaps) -> Installed {
        let chart = match self.own {
            Some((tree, folder)) => self.local(source, tree, folder),
            None => registered(source),
        };
        Installed { chart, values: self.values(source, gaps) }
    }

    /// A chart in a repository, by its `Chart.yaml`.
    fn local(&self, source: Source<'_>, tree: &dyn Tree, folder: &str) -> Chart {
        let file = load(self.sources, tree, &join(folder, "Chart.yaml")).ok();
        let field = |key: &str| file.as_ref()?.documents.first()?.get(key);
        let text = |key: &str| field(key).and_then(Node::text).unwrap_or_default();
        let asked = source.node().get("path").unwrap_or(source.node());
        Chart {
            name: if text("name").is_empty() { folder.into() } else { text("name").into() },
            version: text("version").into(),
            source: source.repo_url().into(),
            content: tree.digest(folder),
            span: field("version").unwrap_or(asked).span(),
        }
    }

    /// The values: of files in their order, then those written inline, then single ones.
    fn values(&self, source: Source<'_>, gaps: &mut Gaps) -> Node {
        let mut values = Node::map(Vec::new(), source.node().origin.clone());
        let Some(options) = source.options(Tool::Helm) else { return values };
        for (file, asked) in self.value_files(options, gaps) {
            match self.file(&file, asked) {
                Ok(read) => merge(&mut values, &read),
                Err(unread) => gaps.push(Gap::new(unread.why(), asked.span())),
            }
        }
        // Beside `valuesObject`, `values` counts for nothing.
        let object = options.get("valuesObject").filter(|o| o.as_map().is_some());
        match (object, options.get("values")) {
            (Some(object), _) => merge(&mut values, object),
            (None, Some(text)) => {
                match parsed(self.sources, text, text.text().unwrap_or_default()) {
                    Ok(read) => merge(&mut values, &read),
                    Err(why) => gaps
                        .push(Gap::new(format!("its values cannot be read: {why}"), text.span())),
                }
            }
            (None, None) => {}
        }
        for typing in [Typing::Inferred, Typing::Text] {
            self.parameters(options, typing, &mut values, gaps);
        }
        self.file_parameters(options, &mut values, gaps);
        values
    }

    /// `parameters`: those that are text by force come after the others.
    fn parameters(&self, options: &Node, typing: Typing, values: &mut Node, gaps: &mut Gaps) {
        for parameter in options.get("parameters").map(Node::items).unwrap_or_default() {
            let forced = parameter.get("forceString").and_then(Node::as_bool).unwrap_or_default();
            if forced != (typing == Typing::Text) {
                continue;
            }
            let text = |key: &str| parameter.get(key).and_then(Node::text).unwrap_or_default();
            let value = with_commas(&self.environment.expand(text("value")));
            let at = parameter.get("value").unwrap_or(parameter);
            let assignment = format!("{}={value}", text("name"));
            if set(values, &assignment, typing, &at.origin).is_none() {
                let why = format!("the parameter `{}` cannot be read", text("name"));
                gaps.push(Gap::new(why, parameter.span()));
            }
        }
    }

    /// `fileParameters`: the content of a file as one text.
    fn file_parameters(&self, options: &Node, values: &mut Node, gaps: &mut Gaps) {
        for parameter in options.get("fileParameters").map(Node::items).unwrap_or_default() {
            let name = parameter.get("name").and_then(Node::text).unwrap_or_default();
            let path = parameter.get("path").unwrap_or(parameter);
            let (content, span) = match self.content(path) {
                Ok((bytes, at)) => {
                    let file = self.sources.add(&at, &bytes);
                    (String::from_utf8_lossy(&bytes).into_owned(), Span::new(file, 0, 0))
                }
                Err(unread) => {
                    gaps.push(Gap::new(unread.why(), path.span()));
                    continue;
                }
            };
            // The content is no part of the assignment's grammar: set a text in its place.
            let origin = Origin::new(span);
            let assignment = format!("{name}={}", with_commas(&content.replace('\\', r"\\")));
            if set(values, &assignment, Typing::Text, &origin).is_none() {
                let why = format!("the parameter `{name}` cannot be read");
                gaps.push(Gap::new(why, path.span()));
            }
        }
    }

    /// The values that a file holds.
    fn file(&self, Place { tree, path }: &Place<'_>, asked: &Node) -> Result<Node, Unread> {
        let file = load(self.sources, *tree, path).map_err(|e| Unread::Unknown(e.to_string()))?;
        let document = file.documents.first();
        match document {
            None => Ok(Node::map(Vec::new(), asked.origin.clone())),
            Some(values) if values.get("sops").is_some() => {
                let mut hidden = values.clone();
                hidden.expose(Exposure::Secret);
                let key = format!("the encrypted `{path}`");
                Ok(Node::map(vec![Entry::new(key, values.span(), hidden)], values.origin.clone()))
            }
            Some(values) => Ok(values.clone()),
        }
    }

    fn content(&self, asked: &Node) -> Result<(Arc<[u8]>, String), Unread> {
        let Place { tree, path } = self.place(asked)?.file()?;
        let content = tree.read(&path).map_err(|e| Unread::Unknown(e.to_string()))?;
        Ok((content, tree.written_at(&path).to_string()))
    }
}

/// A chart of a registry.
fn registered(source: Source<'_>) -> Chart {
    let node = source.node();
    let span = node.get("targetRevision").or(node.get("chart")).unwrap_or(node).span();
    Chart {
        name: source.chart().or(source.path()).unwrap_or_default().into(),
        version: source.target_revision().into(),
        source: source.repo_url().into(),
        content: None,
        span,
    }
}

/// A value whose commas are part of it, unless it is a list.
fn with_commas(value: &str) -> String {
    if value.starts_with('{') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut last = ' ';
    for c in value.chars() {
        if c == ',' && last != '\\' {
            out.push('\\');
        }
        out.push(c);
        last = c;
    }
    out
}
