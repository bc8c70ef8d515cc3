//! The kustomization file as Argo CD changes it before it builds: `kustomize edit` for each option.
//! Source: `util/kustomize/kustomize.go`, and kustomize's `commands/edit`.

use std::collections::BTreeMap;

use gitops_model::{Problem, ProblemKind, Tree};
use gitops_yaml::{Entry, Node, Origin, Scalar, SmolStr, Span};

use super::environment::Environment;
use crate::files::clamped;

/// What an edit needs besides the file and the options.
pub(super) struct Editing<'a> {
    pub(super) environment: &'a Environment,
    pub(super) tree: &'a dyn Tree,
    pub(super) folder: &'a str,
}

/// Changes `file` as `options`, the `kustomize` field of a source, asks.
pub(super) fn edited(file: &Node, options: &Node, with: &Editing<'_>) -> Result<Node, Problem> {
    let mut file = file.clone();
    if file.is_null() {
        file = Node::map(Vec::new(), file.origin.clone());
    }
    set_texts(&mut file, options, &["namePrefix", "nameSuffix"]);
    images(&mut file, options, with.environment)?;
    replicas(&mut file, options)?;
    labels(&mut file, options, with.environment)?;
    annotations(&mut file, options, with.environment)?;
    set_texts(&mut file, options, &["namespace"]);
    append(&mut file, "patches", items(options, "patches").to_vec());
    components(&mut file, options, with);
    Ok(file)
}

fn items<'n>(node: &'n Node, field: &str) -> &'n [Node] {
    node.get(field).map(Node::items).unwrap_or_default()
}

fn flag(node: &Node, field: &str) -> bool {
    node.get(field).and_then(Node::as_bool).unwrap_or(false)
}

fn wrong<T>(message: impl Into<String>, span: Span) -> Result<T, Problem> {
    Err(Problem::new(ProblemKind::Render, message, Some(span)))
}

/// Sets a field; what stood there stays in the value's history.
fn set(file: &mut Node, key: &str, key_span: Span, mut value: Node) {
    if let Some(old) = file.get(key) {
        value.origin = value.origin.on_top_of("Application", &old.origin);
    }
    file.set(Entry::new(key, key_span, value));
}

fn set_texts(file: &mut Node, options: &Node, fields: &[&str]) {
    for entry in fields.iter().filter_map(|f| options.entry(f)) {
        if let Some(text) = entry.value.text().filter(|t| !t.is_empty()) {
            set(file, &entry.key, entry.key_span, Node::string(text, entry.value.origin.clone()));
        }
    }
}

/// Adds to a list of the file.
fn append(file: &mut Node, field: &str, new: Vec<Node>) {
    let Some(first) = new.first() else { return };
    let origin = first.origin.clone();
    match file.get_mut(field).and_then(Node::as_seq_mut) {
        Some(list) => list.extend(new),
        None => drop(file.set(Entry::new(field, origin.span, Node::seq(new, origin)))),
    }
}

/// A map of texts, all written at one place.
fn written(fields: &[(&str, &str)], origin: &Origin) -> Node {
    let entries = fields.iter().filter(|(_, text)| !text.is_empty());
    let entry = |(key, text): &(&str, &str)| {
        Entry::new(*key, origin.span, Node::string(*text, origin.clone()))
    };
    Node::map(entries.map(entry).collect(), origin.clone())
}

/// Replaces or adds entries of a list by their `name`; the list is sorted by it then.
fn replace_named(file: &mut Node, field: &str, new: BTreeMap<SmolStr, Node>, origin: &Origin) {
    if new.is_empty() {
        return;
    }
    let mut all = BTreeMap::new();
    for old in items(file, field) {
        all.insert(
            SmolStr::new(old.get("name").and_then(Node::text).unwrap_or_default()),
            old.clone(),
        );
    }
    all.extend(new);
    let list = Node::seq(all.into_values().collect(), origin.clone());
    set(file, field, origin.span, list);
}

/// `kustomize edit set image`.
fn images(file: &mut Node, options: &Node, environment: &Environment) -> Result<(), Problem> {
    let mut new = BTreeMap::new();
    for node in items(options, "images") {
        let argument = environment.expand(node.text().unwrap_or_default());
        let Some(image) = Image::parse(&argument) else {
            return wrong(
                format!("`{argument}` gives the image neither a name, a tag nor a digest"),
                node.span(),
            );
        };
        let old = items(file, "images")
            .iter()
            .find(|o| o.get("name").and_then(Node::text) == Some(&image.name));
        // `*` keeps what the file says.
        let kept = |field, text: &str| match text {
            "*" => old.and_then(|o| o.get(field)?.text()).unwrap_or_default().to_owned(),
            text => text.to_owned(),
        };
        let (new_name, tag, digest) = (
            kept("newName", &image.new_name),
            kept("newTag", &image.tag),
            kept("digest", &image.digest),
        );
        let fields = [
            ("name", image.name.as_str()),
            ("newName", &new_name),
            ("newTag", &tag),
            ("digest", &digest),
        ];
        new.insert(SmolStr::new(&image.name), written(&fields, &node.origin));
    }
    let origin = options.get("images").map_or_else(|| options.origin.clone(), |n| n.origin.clone());
    replace_named(file, "images", new, &origin);
    Ok(())
}

/// `name=new:tag@digest`.
struct Image {
    name: String,
    new_name: String,
    tag: String,
    digest: String,
}

impl Image {
    fn parse(argument: &str) -> Option<Self> {
        let (key, value) = argument.split_once('=').unwrap_or(("", argument));
        let (name, tag, digest) = split_image(value);
        if name == argument {
            return None;
        }
        let (name, new_name) = if key.is_empty() { (name, "") } else { (key, name) };
        let [name, new_name, tag, digest] = [name, new_name, tag, digest].map(str::to_owned);
        Some(Self { name, new_name, tag, digest })
    }
}

/// An image's name, tag and digest. A `:` before the first `/` belongs to a port.
fn split_image(image: &str) -> (&str, &str, &str) {
    let (rest, digest) = image.split_once('@').unwrap_or((image, ""));
    let host = rest.find('/').filter(|i| *i > 0).unwrap_or(0);
    match rest[host..].find(':') {
        Some(colon) => (&rest[..host + colon], &rest[host + colon + 1..], digest),
        None => (rest, "", digest),
    }
}

/// `kustomize edit set replicas`; a count may be written as text.
fn replicas(file: &mut Node, options: &Node) -> Result<(), Problem> {
    let mut new = BTreeMap::new();
    for node in items(options, "replicas") {
        let name = node.get("name").and_then(Node::text).unwrap_or_default();
        let count = node.get("count").and_then(Node::text).unwrap_or("0");
        if count.parse::<i64>().is_err() {
            return wrong(format!("`{count}` is no count of replicas"), node.span());
        }
        let mut entry = written(&[("name", name)], &node.origin);
        let origin = node.get("count").map_or_else(|| node.origin.clone(), |c| c.origin.clone());
        entry.set(Entry::new("count", origin.span, Node::scalar(Scalar::plain(count), origin)));
        new.insert(SmolStr::new(name), entry);
    }
    let origin =
        options.get("replicas").map_or_else(|| options.origin.clone(), |n| n.origin.clone());
    replace_named(file, "replicas", new, &origin);
    Ok(())
}

/// `key:value` on a command line: quotes around the value are lost.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

/// Adds texts to a map; one that is there already is an error without `force`.
fn add_to_map(
    map: &mut Node,
    new: &[Entry],
    expand: impl Fn(&str) -> String,
    force: bool,
    what: &str,
) -> Result<(), Problem> {
    for entry in new {
        let text = expand(entry.value.text().unwrap_or_default());
        if map.get(&entry.key).is_some() && !force {
            let message = format!("the kustomization has the {what} `{}` already", entry.key);
            let help = format!("set `forceCommon{what}s: true` to replace it");
            return wrong(message, entry.key_span).map_err(|p: Problem| p.help(help));
        }
        let value = Node::string(unquoted(&text), entry.value.origin.clone());
        set(map, &entry.key, entry.key_span, value);
    }
    Ok(())
}

/// The map of a field, made where it is missing.
fn map_of<'n>(file: &'n mut Node, field: &str, origin: &Origin) -> Option<&'n mut Node> {
    if file.get(field).is_none_or(Node::is_null) {
        file.set(Entry::new(field, origin.span, Node::map(Vec::new(), origin.clone())));
    }
    file.get_mut(field)
}

/// `kustomize edit add label`.
fn labels(file: &mut Node, options: &Node, environment: &Environment) -> Result<(), Problem> {
    let Some(labels) = options.get("commonLabels").filter(|l| !l.entries().is_empty()) else {
        return Ok(());
    };
    let force = flag(options, "forceCommonLabels");
    let (without_selector, templates) =
        (flag(options, "labelWithoutSelector"), flag(options, "labelIncludeTemplates"));
    if templates && !without_selector {
        return wrong("`labelIncludeTemplates` needs `labelWithoutSelector`", labels.span());
    }
    let expand = |text: &str| environment.expand(text);
    if !without_selector {
        let Some(map) = map_of(file, "commonLabels", &labels.origin) else { return Ok(()) };
        return add_to_map(map, labels.entries(), expand, force, "Label");
    }
    let fits = |n: &Node| !flag(n, "includeSelectors") && flag(n, "includeTemplates") == templates;
    if !items(file, "labels").iter().any(fits) {
        let origin = &labels.origin;
        let mut block = Node::map(
            vec![Entry::new("pairs", origin.span, Node::map(Vec::new(), origin.clone()))],
            origin.clone(),
        );
        if templates {
            block.set(Entry::new(
                "includeTemplates",
                origin.span,
                Node::scalar(Scalar::plain("true"), origin.clone()),
            ));
        }
        append(file, "labels", vec![block]);
    }
    let blocks = file.get_mut("labels").and_then(Node::as_seq_mut);
    let block = blocks.and_then(|blocks| blocks.iter_mut().find(|b| fits(b)));
    match block.and_then(|b| map_of(b, "pairs", &labels.origin)) {
        Some(pairs) => add_to_map(pairs, labels.entries(), expand, force, "Label"),
        None => Ok(()),
    }
}

/// `kustomize edit add annotation`.
fn annotations(file: &mut Node, options: &Node, environment: &Environment) -> Result<(), Problem> {
    let Some(annotations) = options.get("commonAnnotations").filter(|a| !a.entries().is_empty())
    else {
        return Ok(());
    };
    let substitutes = flag(options, "commonAnnotationsEnvsubst");
    let expand = |text: &str| if substitutes { environment.expand(text) } else { text.to_owned() };
    let Some(map) = map_of(file, "commonAnnotations", &annotations.origin) else { return Ok(()) };
    add_to_map(
        map,
        annotations.entries(),
        expand,
        flag(options, "forceCommonAnnotations"),
        "Annotation",
    )
}

/// `kustomize edit add component`.
fn components(file: &mut Node, options: &Node, with: &Editing<'_>) {
    let ignores_missing = flag(options, "ignoreMissingComponents");
    let is_there = |c: &&Node| {
        let path = format!("{}/{}", with.folder, c.text().unwrap_or_default());
        !ignores_missing || with.tree.kind(&clamped("", &path)).is_some()
    };
    let is_new = |c: &&Node| !items(file, "components").iter().any(|o| o.text() == c.text());
    let new: Vec<Node> =
        items(options, "components").iter().filter(is_there).filter(is_new).cloned().collect();
    append(file, "components", new);
}
