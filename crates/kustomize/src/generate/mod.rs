//! `configMapGenerator` and `secretGenerator`.

mod pairs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gitops_yaml::{Entry, Exposure, Node, Origin, Scalar, SmolStr, Span, Style};

use crate::decode::{Pairs, text};
use crate::error::{Context as _, Error, Result};
use crate::fields::string;
use crate::kustomization::{GeneratorArgs, GeneratorOptions};
use crate::load::Loader;
use crate::object::{Behavior, Object, set_below};
use crate::written::check_new_key;

/// What a generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    ConfigMap,
    Secret,
}

/// Makes the object of one generator entry.
pub(crate) fn generate(
    args: &GeneratorArgs,
    kind: Kind,
    global: Option<&GeneratorOptions>,
    loader: &Loader,
    asked: Span,
) -> Result<Object> {
    let span = args.span.unwrap_or(asked);
    let Some(name) = &args.name else {
        return Err(Error::at("a configmap must have a name", span));
    };
    let options = merged_options(args.options.as_ref(), global);
    let pairs = pairs::load(args, loader).or_at(span)?;
    let mut body = base(kind, span);
    let field = |key: &str, text: &SmolStr, at: Span| {
        Entry::new(key, at, string(text.clone(), Origin::new(at)))
    };
    set_below(&mut body, &["metadata"], field("name", &name.text, name.span));
    if let Some(namespace) = &args.namespace {
        let entry = field("namespace", &namespace.text, namespace.span);
        set_below(&mut body, &["metadata"], entry);
    }
    if kind == Kind::Secret {
        let secret_type = args.secret_type.as_ref();
        let (text, at) = secret_type.map_or(("Opaque".into(), span), |t| (t.text.clone(), t.span));
        body.set(field("type", &text, at));
        body.set(Entry::new("data", span, Node::map(Vec::new(), Origin::new(span))));
    }
    let mut seen = Vec::new();
    for pair in pairs {
        if seen.contains(&pair.key) {
            let message =
                format!("configmap {} illegally repeats the key `{}`", name.text, pair.key);
            return Err(Error::at(message, pair.span));
        }
        check_new_key(&pair.key, pair.span)?;
        let (data, value) = value_of(kind, &pair);
        set_below(&mut body, &[data], Entry::new(pair.key.clone(), pair.span, value));
        seen.push(pair.key);
    }
    if let Some(options) = &options {
        for (field, pairs) in [("labels", &options.labels), ("annotations", &options.annotations)] {
            set_metadata(&mut body, field, pairs)?;
        }
        if options.immutable {
            let at = options.span.unwrap_or(span);
            let yes = Node::scalar(Scalar::plain("true"), Origin::new(at));
            body.set(Entry::new("immutable", at, yes));
        }
    }
    let mut object = Object::new(body);
    object.history.needs_hash = !options.is_some_and(|o| o.disable_name_suffix_hash);
    object.history.behavior = Behavior::named(text(&args.behavior));
    Ok(object)
}

fn base(kind: Kind, span: Span) -> Node {
    let kind = match kind {
        Kind::ConfigMap => "ConfigMap",
        Kind::Secret => "Secret",
    };
    let field = |key, text| Entry::new(key, span, string(text, Origin::new(span)));
    Node::map(vec![field("apiVersion", "v1"), field("kind", kind)], Origin::new(span))
}

fn set_metadata(body: &mut Node, field: &str, pairs: &Pairs) -> Result<()> {
    for (key, pair) in pairs {
        check_new_key(key, pair.key_span)?;
        let value = string(pair.value.text.clone(), Origin::new(pair.value.span));
        let entry = Entry::new(key.clone(), pair.key_span, value);
        set_below(body, &["metadata", field], entry);
    }
    Ok(())
}

/// In which map a value goes, and how: text as it is in a ConfigMap, everything else in base64.
fn value_of(kind: Kind, pair: &pairs::KeyValue) -> (&'static str, Node) {
    let exposure = if kind == Kind::Secret { Exposure::Secret } else { Exposure::Open };
    let (field, text) = match (kind, std::str::from_utf8(&pair.value)) {
        (Kind::ConfigMap, Ok(text)) => ("data", text.to_owned()),
        (Kind::ConfigMap, Err(_)) => ("binaryData", base64_lines(&pair.value)),
        (Kind::Secret, _) => ("data", base64_lines(&pair.value)),
    };
    let style = if text.contains('\n') { Style::Literal } else { Style::Plain };
    let mut node = string(text, Origin::new(pair.span));
    if let gitops_yaml::Value::Scalar(s) = &mut node.value {
        s.exposure = exposure;
        if style == Style::Literal {
            s.style = style;
        }
    }
    (field, node)
}

/// Base64, broken into lines of 70 characters where it is that long.
pub(crate) fn base64_lines(bytes: &[u8]) -> String {
    const WIDTH: usize = 70;
    let encoded = STANDARD.encode(bytes);
    if encoded.len() < WIDTH {
        return encoded;
    }
    let lines = encoded.as_bytes().chunks(WIDTH).map(String::from_utf8_lossy);
    lines.flat_map(|line| [line, "\n".into()]).collect()
}

/// The options of one generator with those of all generators behind.
fn merged_options(
    own: Option<&GeneratorOptions>,
    global: Option<&GeneratorOptions>,
) -> Option<GeneratorOptions> {
    let Some(global) = global else { return own.cloned() };
    let mut options = own.cloned().unwrap_or_default();
    let under = |own: &mut Pairs, global: &Pairs| {
        for (key, pair) in global {
            own.entry(key.clone()).or_insert_with(|| pair.clone());
        }
    };
    under(&mut options.labels, &global.labels);
    under(&mut options.annotations, &global.annotations);
    options.disable_name_suffix_hash |= global.disable_name_suffix_hash;
    options.immutable |= global.immutable;
    options.span = options.span.or(global.span);
    Some(options)
}

#[cfg(test)]
mod tests {
    use super::base64_lines;

    #[test]
    fn long_base64_ends_each_line() {
        assert_eq!(base64_lines(b"a"), "YQ==");
        let long = base64_lines(&[0; 60]);
        assert_eq!(long.lines().map(str::len).collect::<Vec<_>>(), [70, 10]);
        assert!(long.ends_with('\n'));
    }
}
