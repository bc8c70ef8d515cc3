//! Keys and values of generators: from env files, literals and files, in this order.

use std::sync::Arc;

use gitops_yaml::{FileId, SmolStr, Span};

use crate::decode::Text;
use crate::error::{Context as _, Error, Result};
use crate::kustomization::GeneratorArgs;
use crate::load::Loader;

/// A key, its value, and the text that wrote the value.
pub(crate) struct KeyValue {
    pub(crate) key: SmolStr,
    pub(crate) value: Arc<[u8]>,
    pub(crate) span: Span,
}

pub(crate) fn load(args: &GeneratorArgs, loader: &Loader) -> Result<Vec<KeyValue>> {
    let mut all = Vec::new();
    for path in &args.envs.0 {
        from_env_file(path, loader, &mut all)
            .or_at(path.span)
            .context("loading KV pairs: env source files")?;
    }
    for literal in &args.literals.0 {
        all.push(from_literal(literal).context("loading KV pairs: literal sources")?);
    }
    for file in &args.files.0 {
        let pair = from_file(file, loader).or_at(file.span);
        all.push(pair.context("loading KV pairs: file sources")?);
    }
    Ok(all)
}

fn from_literal(literal: &Text) -> Result<KeyValue> {
    let (key, value) =
        literal.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| {
            let message = format!("invalid literal source {}, expected key=value", literal.text);
            Error::at(message, literal.span)
        })?;
    Ok(KeyValue { key: key.into(), value: unquoted(value).as_bytes().into(), span: literal.span })
}

/// The text without one pair of quotes around it.
fn unquoted(text: &str) -> &str {
    let inside = |quote: char| {
        (text.len() >= 2).then(|| text.strip_prefix(quote)?.strip_suffix(quote)).flatten()
    };
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

fn from_file(source: &Text, loader: &Loader) -> Result<KeyValue> {
    let (key, path) = match source.matches('=').count() {
        0 => (source.rsplit('/').find(|p| !p.is_empty()).unwrap_or(source), &**source),
        1 => source.split_once('=').unwrap_or(("", "")),
        _ => {
            let message = format!("source {:?} key name or file path contains '='", &**source);
            return Err(Error::at(message, source.span));
        }
    };
    if key.is_empty() || path.is_empty() {
        let (missing, present) = if key.is_empty() {
            ("key name for file path", path)
        } else {
            ("file path for key name", key)
        };
        let message = format!("missing {missing} {present:?} in source {:?}", &**source);
        return Err(Error::at(message, source.span));
    }
    let (file, bytes) = read(path, loader)?;
    let len = loader.sources.file(file).text.len() as u32;
    Ok(KeyValue { key: key.into(), value: bytes, span: Span::new(file, 0, len) })
}

/// The bytes of a file that need not be YAML.
fn read(path: &str, loader: &Loader) -> Result<(FileId, Arc<[u8]>)> {
    let content = loader.load(path)?;
    let bytes = loader.bytes(&content)?;
    Ok((loader.sources.add(&content.path, &bytes), bytes))
}

fn from_env_file(path: &Text, loader: &Loader, into: &mut Vec<KeyValue>) -> Result<()> {
    let (file, bytes) = read(path, loader)?;
    let mut start = 0;
    for (i, raw) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let line_start = start;
        start += raw.len();
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let span = Span::new(file, line_start as u32, (line_start + line.len()) as u32);
        let Ok(text) = std::str::from_utf8(line) else {
            return Err(Error::at(format!("line {} has invalid utf8 bytes", i + 1), span));
        };
        let text = if i == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        let text = text.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        if !key.is_empty() {
            into.push(KeyValue { key: key.into(), value: value.as_bytes().into(), span });
        }
    }
    Ok(())
}
