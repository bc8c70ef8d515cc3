//! What one build shares among all its roots.

use std::cell::RefCell;
use std::sync::Arc;

use gitops_model::{Problem, Unchecked};
use gitops_schema::MergeSchema;
use gitops_yaml::{Node, Origin, Span};

use crate::error::{Context as _, Error, Result};
use crate::id::{Asked, Kinds};
use crate::kustomization::Kustomization;
use crate::load::Loader;
use crate::{Context, Options};

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
                if let Some(error) = file.errors.first() {
                    return Err(Error::at("invalid schema file", error.span));
                }
                let empty = Node::null(Origin::new(Span::new(file.id, 0, 0)));
                let document = file.documents.first().unwrap_or(&empty);
                let schema = MergeSchema::from_openapi(document);
                let mut kinds = self.kinds.borrow_mut();
                let schema = match kinds.asked.most() {
                    Asked::NOTHING => schema,
                    Asked::SCOPE => schema.behind_builtin(),
                    _ => schema.before_builtin(),
                };
                kinds.custom = Some(Arc::new(schema));
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
