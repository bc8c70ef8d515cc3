//! The two engines that fill templates.

use gitops_api::argocd::ApplicationSet;
use gitops_template::{
    ErrorKind, Library, MissingKey, Options, Rendered, Template, Value, substitute,
};
use gitops_yaml::{Entry, Exposure, Node, Origin, ScalarKind, Value as Yaml};

use super::Stop;

/// Go's templates, or fasttemplate.
pub(super) enum Engine {
    Go(Options),
    Fast,
}

/// Fields of generators whose texts may name parameters that are not there yet.
const KEEPS_VALUES: [&str; 6] =
    ["clusters", "git", "scmProvider", "pullRequest", "plugin", "clusterDecisionResource"];

impl Engine {
    pub(super) fn of(set: ApplicationSet<'_>) -> Result<Self, Stop> {
        if !set.uses_go_templates() {
            return Ok(Self::Fast);
        }
        match Options::from_go(set.go_template_options()) {
            Some(options) => Ok(Self::Go(options)),
            None => {
                let at = set.object().at(&["spec", "goTemplateOptions"]);
                let span = at.map_or(set.object().body.span(), Node::span);
                Err(Stop::wrong("Go's templates have no such option", span))
            }
        }
    }

    pub(super) fn is_go(&self) -> bool {
        matches!(self, Self::Go(_))
    }

    /// Fills one text.
    pub(super) fn fill(&self, text: &str, at: &Origin, params: &Value) -> Result<Rendered, Stop> {
        self.run(text, at, params, None).map_err(|e| Stop::template(&e, at))
    }

    fn run(
        &self,
        text: &str,
        at: &Origin,
        params: &Value,
        missing: Option<MissingKey>,
    ) -> Result<Rendered, gitops_template::Error> {
        match self {
            Self::Fast => substitute(text, params),
            Self::Go(options) => {
                let options = Options { missing: missing.unwrap_or(options.missing), ..*options };
                Template::parse(text, &Library::APPLICATION_SET, at.span)?.render(params, &options)
            }
        }
    }

    /// Fills every text at and below a node, keys included. Nulls are left out.
    pub(super) fn fill_all(&self, node: &Node, params: &Value) -> Result<Node, Stop> {
        self.deep(node, params, false)
    }

    /// Fills a generator with the parameters of the one before it. Its `values` may name parameters that it
    /// makes itself: those texts are left for later.
    pub(super) fn fill_generator(&self, node: &Node, params: &Value) -> Result<Node, Stop> {
        self.deep(node, params, true)
    }

    fn deep(&self, node: &Node, params: &Value, is_generator: bool) -> Result<Node, Stop> {
        let value = match &node.value {
            Yaml::Scalar(scalar)
                if scalar.kind == ScalarKind::Str && scalar.text.contains("{{") =>
            {
                let filled = self.fill(&scalar.text, &node.origin, params)?;
                return Ok(text_node(&filled, &node.origin, scalar.exposure));
            }
            Yaml::Scalar(_) => return Ok(node.clone()),
            Yaml::Seq(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.deep(item, params, is_generator)).collect();
                return Ok(Node::seq(items?, node.origin.clone()));
            }
            Yaml::Map(entries) => entries,
        };
        let mut filled = Node::map(Vec::new(), node.origin.clone());
        for entry in value.iter().filter(|e| !e.value.is_null()) {
            let keeps = is_generator && KEEPS_VALUES.contains(&entry.key.as_str());
            let new = match entry.value.get("values").filter(|_| keeps) {
                None => self.deep(&entry.value, params, is_generator)?,
                Some(values) => {
                    let mut rest = entry.value.clone();
                    let values = self.present_values(values, params)?;
                    rest.remove("values");
                    let mut rest = self.deep(&rest, params, is_generator)?;
                    rest.set(Entry::new("values", values.span(), values));
                    rest
                }
            };
            let key = if entry.key.contains("{{") {
                self.fill(&entry.key, &Origin::new(entry.key_span), params)?.text.into()
            } else {
                entry.key.clone()
            };
            filled.set(Entry::new(key, entry.key_span, new));
        }
        Ok(filled)
    }

    /// Texts filled as far as their parameters are there.
    fn present_values(&self, values: &Node, params: &Value) -> Result<Node, Stop> {
        let mut filled = values.clone();
        for entry in filled.as_map_mut().into_iter().flatten() {
            let Some(text) = entry.value.text() else { continue };
            let origin = entry.value.origin.clone();
            match self.run(text, &origin, params, Some(MissingKey::Error)) {
                Ok(new) => entry.value = text_node(&new, &origin, Exposure::Open),
                Err(e) if e.kind == ErrorKind::Missing => {}
                Err(e) => return Err(Stop::template(&e, &origin)),
            }
        }
        Ok(filled)
    }
}

/// What a template printed, as a node.
fn text_node(filled: &Rendered, at: &Origin, exposure: Exposure) -> Node {
    let mut node = Node::string(filled.text.as_str(), filled.origin(at));
    node.expose(filled.exposure.max(exposure));
    node
}
