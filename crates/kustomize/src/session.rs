//! What one build shares among all its roots.

use std::cell::RefCell;
use std::sync::Arc;

use gitops_model::{Problem, Unchecked};
use gitops_schema::MergeSchema;
use gitops_yaml::{Node, Span};

use crate::context::Context;
use crate::error::{Context as _, Error, Result};
use crate::id::{Asked, Custom, Kinds};
use crate::kustomization::Kustomization;
use crate::load::Loader;
use crate::options::Options;

/// One build.
pub(crate) struct Session<'a> {
    pub(crate) cx: &'a Context<'a>,
    pub(crate) options: &'a Options,
    /// The kinds as they are known now: the first `openapi` that is met counts for the rest of the build.
    pub(crate) kinds: RefCell<Kinds>,
    pub(crate) schema_is_set: RefCell<bool>,
    pub(crate) warnings: RefCell<Vec<Problem>>,
    /// Remote resources that were left out so far.
    pub(crate) left_out: &'a RefCell<Vec<Unchecked>>,
    /// Whether the root asks for `buildMetadata`, and on which line.
    pub(crate) build_metadata: Option<Span>,
}

impl Session<'_> {
    pub(crate) fn kinds(&self) -> Kinds {
        self.kinds.borrow().clone()
    }

    /// Notes remote resources that were left out.
    pub(crate) fn leave_out(&self, left_out: &[Unchecked]) {
        let mut known = self.left_out.borrow_mut();
        for unchecked in left_out {
            if !known.contains(unchecked) {
                known.push(unchecked.clone());
            }
        }
    }

    /// Takes the schema of an `openapi` field, unless one counts already.
    pub(crate) fn set_schema(&self, kustomization: &Kustomization, loader: &Loader) -> Result<()> {
        let field = |name: &str| {
            let found = kustomization.openapi.iter().find(|(k, _)| *k == name);
            found.map(|(_, pair)| pair.value.clone())
        };
        let (path, version) = (field("path"), field("version"));
        let content = path.as_ref().map(|p| loader.load(p).or_at(p.span)).transpose()?;
        if *self.schema_is_set.borrow() {
            return Ok(());
        }
        match (content, version) {
            (Some(_), Some(version)) => {
                let message = "builtin version and custom schema provided, cannot use both";
                Err(Error::at(message, version.span))
            }
            (Some(content), None) => {
                let file = loader.parse(&content)?;
                let document = file.documents.first();
                let empty = Span::new(file.id, 0, 0);
                let fault = match file.errors.first() {
                    Some(error) => Some(error.span),
                    None => document.map_or(Some(empty), fault_of),
                };
                let schema = document.map(MergeSchema::from_openapi).unwrap_or_default();
                let mut kinds = self.kinds.borrow_mut();
                let schema = match kinds.asked.most() {
                    Asked::NOTHING => schema,
                    Asked::SCOPE => schema.behind_builtin(),
                    _ => schema.before_builtin(),
                };
                kinds.custom = Some(Arc::new(Custom { schema, fault }));
                *self.schema_is_set.borrow_mut() = true;
                Ok(())
            }
            (None, Some(version)) if version.text == "v1.21.2" => {
                *self.schema_is_set.borrow_mut() = true;
                Ok(())
            }
            (None, Some(version)) if !version.is_empty() => {
                let message = "the specified OpenAPI version is not built in";
                Err(Error::at(message, version.span))
            }
            (None, _) => Ok(()),
        }
    }
}

/// Where a document is no OpenAPI schema: it, its definitions, each of them and their properties are maps.
fn fault_of(document: &Node) -> Option<Span> {
    let no_map = |node: &Node| (node.as_map().is_none() && !node.is_null()).then(|| node.span());
    let definitions = document.get("definitions");
    let mut each = definitions.map(Node::entries).unwrap_or_default().iter().map(|e| &e.value);
    no_map(document)
        .or_else(|| definitions.and_then(no_map))
        .or_else(|| each.find_map(|d| no_map(d).or_else(|| d.get("properties").and_then(no_map))))
}
