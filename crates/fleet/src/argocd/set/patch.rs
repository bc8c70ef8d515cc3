//! `templatePatch`: a template whose text is laid over the Application.

use gitops_template::Value;
use gitops_yaml::{Entry, Exposure, Limits, Node, Origin, Value as Yaml, parse};

use super::Stop;
use super::engine::Engine;

/// Fills the patch and lays it over `body`. The project stays what the template says.
pub(super) fn apply(
    body: &mut Node,
    template: &Node,
    engine: &Engine,
    params: &Value,
) -> Result<(), Stop> {
    let filled = engine.fill(template.text().unwrap_or_default(), &template.origin, params)?;
    let parsed = parse(template.span().file, &filled.text, &Limits::default());
    let broken = parsed.errors.iter().find(|e| e.kind.is_fatal());
    let document = parsed.documents.first();
    let patch = match (broken, document) {
        (Some(error), _) => {
            let message = format!("`templatePatch` makes no YAML: {}", error.message);
            return Err(Stop::wrong(message, template.span()));
        }
        (None, None) => return Ok(()),
        (None, Some(patch)) if patch.is_null() => return Ok(()),
        (None, Some(patch)) if patch.as_map().is_none() => {
            return Err(Stop::wrong("`templatePatch` makes no map", template.span()));
        }
        (None, Some(patch)) => patch,
    };
    let patch = written_at(patch, &filled.origin(&template.origin), filled.exposure);
    check(&patch)?;
    let project = body.at(&["spec", "project"]).cloned();
    lay_over(body, &patch, "");
    if let Some(spec) = body.get_mut("spec") {
        match project {
            Some(project) => drop(spec.set(Entry::new("project", project.span(), project))),
            None => drop(spec.remove("project")),
        }
    }
    Ok(())
}

/// A computed value, as if all of it were written at `origin`.
pub(super) fn written_at(node: &Node, origin: &Origin, exposure: Exposure) -> Node {
    let mut node = node.clone();
    move_to(&mut node, origin);
    node.expose(exposure);
    node
}

fn move_to(node: &mut Node, origin: &Origin) {
    node.origin = origin.clone();
    for item in node.as_seq_mut().into_iter().flatten() {
        move_to(item, origin);
    }
    for entry in node.as_map_mut().into_iter().flatten() {
        entry.key_span = origin.span;
        move_to(&mut entry.value, origin);
    }
}

/// What cannot be read as an Application stops the set: the types of the fields that are used most.
fn check(patch: &Node) -> Result<(), Stop> {
    let maps = [
        &["metadata"][..],
        &["spec"],
        &["spec", "destination"],
        &["spec", "source"],
        &["spec", "syncPolicy"],
    ];
    let lists = [
        &["spec", "sources"][..],
        &["spec", "syncPolicy", "syncOptions"],
        &["metadata", "finalizers"],
    ];
    let wrong = |path: &[&str], what: &str| {
        let node = patch.at(path)?;
        let fits = if what == "map" { node.as_map().is_some() } else { node.as_seq().is_some() };
        (!fits && !node.is_null()).then(|| {
            Stop::wrong(format!("`{}` of an Application is a {what}", path.join(".")), patch.span())
        })
    };
    let first = maps
        .iter()
        .find_map(|p| wrong(p, "map"))
        .or_else(|| lists.iter().find_map(|p| wrong(p, "list")));
    first.map_or(Ok(()), Err)
}

/// A strategic merge of an Application: maps deeply, nulls remove, lists are replaced, finalizers joined.
fn lay_over(node: &mut Node, patch: &Node, field: &str) {
    if patch.get("$patch").and_then(Node::text) == Some("replace") {
        let mut new = patch.clone();
        new.remove("$patch");
        *node = new;
        return;
    }
    for entry in patch.entries() {
        let removes = entry.value.is_null()
            || entry.value.get("$patch").and_then(Node::text) == Some("delete");
        if removes {
            node.remove(&entry.key);
            continue;
        }
        match node.get_mut(&entry.key) {
            Some(own) if own.as_map().is_some() && entry.value.as_map().is_some() => {
                lay_over(own, &entry.value, &entry.key);
            }
            Some(own) if field == "metadata" && entry.key == "finalizers" => {
                let new: Vec<Node> = entry
                    .value
                    .items()
                    .iter()
                    .filter(|f| !own.items().iter().any(|o| o.same(f)))
                    .cloned()
                    .collect();
                own.as_seq_mut().into_iter().for_each(|own| own.extend(new.clone()));
            }
            Some(own) => {
                let origin = entry.value.origin.on_top_of("templatePatch", &own.origin);
                *own = Node { value: entry.value.value.clone(), origin };
            }
            None => {
                node.set(Entry { value: without_nulls(&entry.value), ..Entry::clone(entry) });
            }
        }
    }
}

fn without_nulls(node: &Node) -> Node {
    let Yaml::Map(entries) = &node.value else { return node.clone() };
    let kept = entries.iter().filter(|e| !e.value.is_null());
    let kept = kept.map(|e| Entry { value: without_nulls(&e.value), ..Entry::clone(e) }).collect();
    Node::map(kept, node.origin.clone())
}
