//! `vars`: values of objects that stand for `$(NAME)`.

use std::collections::BTreeMap;

use gitops_yaml::{
    Dialect, Entry, Node, Origin, Scalar, ScalarKind, SmolStr, Style, Value, resolve,
};

use crate::config::{Config, selected};
use crate::decode::{Text, text};
use crate::error::{Error, Result};
use crate::fields::rewrite;
use crate::id::{Id, Kinds};
use crate::kustomization::Var;
use crate::path::{lookup, split};
use crate::resources::Resources;

/// The vars of a build, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vars(BTreeMap<SmolStr, Var>);

impl Vars {
    /// Adds vars; a name may stand once in the whole build.
    pub(crate) fn add(&mut self, vars: impl IntoIterator<Item = Var>) -> Result<()> {
        for var in vars {
            let name: SmolStr = text(&var.name).into();
            if self.0.contains_key(&name) {
                let message = format!("var '{name}' already encountered");
                return Err(Error::new(message, var.span));
            }
            self.0.insert(name, var);
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<()> {
        self.add(other.0.values().cloned())
    }

    /// Marks the objects that vars read from, so that they are found whatever they are called later.
    pub(crate) fn mark(vars: &[Var], resources: &mut Resources, kinds: &Kinds) -> Result<()> {
        for var in vars {
            let id = target(var, kinds);
            let exact = !id.namespace.is_empty() || id.cluster;
            let matches = |other: &Id| {
                if exact { other.same(&id) } else { other.same_gvkn(&id) }
            };
            match resources.positions(kinds, matches).as_slice() {
                [] => {}
                [at] => {
                    if let Some(object) = resources.0.get_mut(*at) {
                        object.vars.push(text(&var.name).into());
                    }
                }
                several => {
                    let message = format!(
                        "found {} resId matches for var {} (unable to disambiguate)",
                        several.len(),
                        text(&var.name)
                    );
                    return Err(Error::new(message, var.span));
                }
            }
        }
        Ok(())
    }

    /// Replaces `$(NAME)` in all fields that may hold vars.
    pub(crate) fn resolve(&self, resources: &mut Resources, config: &Config) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let values = self.0.iter().map(|(name, var)| Ok((name.clone(), value(var, resources)?)));
        let values: BTreeMap<SmolStr, Node> = values.collect::<Result<_>>()?;
        for object in &mut resources.0 {
            let gvk = object.gvk();
            let before = object.body.clone();
            for spec in config.specs("varReference") {
                rewrite(&mut object.body, &gvk, spec, None, &mut |node| expand(node, &values))?;
            }
            crate::shared::spread(&object.shared, &before, &mut object.body);
        }
        Ok(())
    }
}

fn target(var: &Var, kinds: &Kinds) -> Id {
    let object = var.objref.clone().unwrap_or_default();
    let mut gvk = selected(&object.group, &object.version, &object.kind);
    match text(&object.api_version).split('/').collect::<Vec<_>>().as_slice() {
        [group, version] => {
            gvk.group = (*group).into();
            gvk.version = (*version).into();
        }
        [version] if !version.is_empty() => gvk.version = (*version).into(),
        _ => {}
    }
    let part = |t: &Option<Text>| SmolStr::new(text(t));
    // A kind that stands in a kustomization is not looked up: only objects know their scope.
    let _ = kinds;
    Id { gvk, name: part(&object.name), namespace: part(&object.namespace), cluster: false }
}

fn value(var: &Var, resources: &Resources) -> Result<Node> {
    let name = text(&var.name);
    let path = var.fieldref.as_ref().map_or("", |f| text(&f.field_path));
    let path = if path.is_empty() { "metadata.name" } else { path };
    let object =
        resources.0.iter().find(|o| o.vars.iter().any(|v| v == name)).ok_or_else(|| {
            let message =
                format!("var '{name}' cannot be mapped to a field in the set of known resources");
            Error::new(message, var.span)
        })?;
    let parts: Vec<SmolStr> = split(path).iter().flat_map(|p| with_index(p)).collect();
    lookup(&object.body, &parts).ok().flatten().cloned().ok_or_else(|| {
        let message =
            format!("field specified in var '{name}' not found in corresponding resource");
        Error::new(message, var.span)
    })
}

/// `ports[0]` as two steps.
fn with_index(part: &str) -> Vec<SmolStr> {
    let split = part.strip_suffix(']').and_then(|p| p.rsplit_once('['));
    match split.filter(|(_, i)| !i.is_empty() && i.bytes().all(|b| b.is_ascii_digit())) {
        Some(("", index)) => vec![index.into()],
        Some((name, index)) => vec![name.into(), index.into()],
        None => vec![part.into()],
    }
}

type Values = BTreeMap<SmolStr, Node>;

fn expand(node: &Node, values: &Values) -> Result<Option<Node>> {
    match &node.value {
        Value::Scalar(_) => Ok(expand_scalar(node, values)),
        Value::Map(entries) => {
            let mut changed = None;
            for entry in entries.iter() {
                if let Some(value) = expand_scalar(&entry.value, values) {
                    let map: &mut Node = changed.get_or_insert_with(|| node.clone());
                    map.set(Entry { value, ..entry.clone() });
                }
            }
            Ok(changed)
        }
        Value::Seq(items) => {
            let mut new = items.to_vec();
            for item in &mut new {
                if item.as_str().is_none() {
                    return Err(Error::at("invalid value type expect a string", item.span()));
                }
                if let Some(value) = expand_scalar(item, values) {
                    *item = value;
                }
            }
            Ok(Some(Node::seq(new, node.origin.clone())))
        }
    }
}

/// The text with its vars replaced; a var that is the whole text brings its type with it.
fn expand_scalar(node: &Node, values: &Values) -> Option<Node> {
    let input = node.as_str()?;
    if !input.contains('$') {
        return None;
    }
    let (mut out, mut from_vars) = (String::new(), Vec::new());
    let mut rest = input;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let (piece, len) = match after.as_bytes().get(1) {
            None => ("$", 1),
            Some(b'$') => ("$", 2),
            Some(b'(') => match after.find(')') {
                Some(end) => {
                    let (wrapped, name) = (&after[..=end], &after[2..end]);
                    let value = values.get(name).filter(|v| v.as_scalar().is_some());
                    let Some(value) = value else {
                        out.push_str(wrapped);
                        rest = &after[end + 1..];
                        continue;
                    };
                    if wrapped == input {
                        let origin = value.origin.on_top_of("vars", &node.origin);
                        return Some(whole(node, value, origin));
                    }
                    from_vars.push((wrapped, &value.origin));
                    out.push_str(&printed(value));
                    rest = &after[end + 1..];
                    continue;
                }
                None => ("$(", 2),
            },
            Some(_) => {
                let len = 1 + after[1..].chars().next().map_or(0, char::len_utf8);
                (&after[..len], len)
            }
        };
        out.push_str(piece);
        rest = &after[len..];
    }
    out.push_str(rest);
    Some(text_like(node, out, origin_of_text(node, input, &from_vars)))
}

/// The origin of a text with vars in it: the text itself, unless it has no word beside them.
fn origin_of_text(node: &Node, input: &str, vars: &[(&str, &Origin)]) -> Origin {
    let around = vars.iter().fold(input.to_owned(), |text, (name, _)| text.replace(name, ""));
    let has_words = around.contains(char::is_alphanumeric);
    vars.iter().fold(node.origin.clone(), |origin, (_, var)| {
        if has_words { origin.on_top_of("vars", var) } else { var.on_top_of("vars", &origin) }
    })
}

fn text_like(node: &Node, text: String, origin: Origin) -> Node {
    let mut new = crate::fields::string(text, origin);
    if let (Value::Scalar(new), Some(old)) = (&mut new.value, node.as_scalar()) {
        new.exposure = old.exposure;
    }
    new
}

/// A value in the place of the whole text: numbers and booleans stay what they are.
fn whole(node: &Node, value: &Node, origin: Origin) -> Node {
    let Some(scalar) = value.as_scalar() else { return node.clone() };
    match scalar.kind {
        ScalarKind::Int | ScalarKind::Float | ScalarKind::Bool => {
            let style = if resolve(&scalar.text, Dialect::Kustomize) == scalar.kind {
                Style::Plain
            } else {
                Style::Tagged
            };
            let text = printed(value).into();
            Node::scalar(Scalar { text, style, ..scalar.clone() }, origin)
        }
        _ => {
            let mut new = crate::fields::string(scalar.text.clone(), origin);
            if let Value::Scalar(s) = &mut new.value {
                s.exposure = scalar.exposure;
            }
            new
        }
    }
}

/// A value inside text, as Go prints it.
fn printed(value: &Node) -> String {
    let Some(scalar) = value.as_scalar() else { return String::new() };
    match scalar.kind {
        ScalarKind::Bool => scalar.text.to_ascii_lowercase(),
        ScalarKind::Int | ScalarKind::Float => crate::json::number(&scalar.text),
        _ => scalar.text.to_string(),
    }
}
