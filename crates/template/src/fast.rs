//! The simple templates of ApplicationSets: `{{key}}` is replaced where the key is a string parameter.

use gitops_yaml::Exposure;

use crate::error::{Error, ErrorKind};
use crate::rendered::Rendered;
use crate::value::Value;

/// Replaces each `{{ key }}` whose key `data` holds as a string; all else stays as it is.
///
/// # Errors
/// When a text with tags has one that is never closed.
pub fn substitute(text: &str, data: &Value) -> Result<Rendered, Error> {
    let mut out = Rendered {
        text: String::with_capacity(text.len()),
        is_value: false,
        origins: Vec::new(),
        exposure: Exposure::Open,
    };
    // A text without a whole tag in one line is no template.
    if !text.lines().any(|line| next_tag(line).is_some()) {
        out.text.push_str(text);
        return Ok(out);
    }
    let mut rest = text;
    let mut values = 0;
    let mut literal = false;
    while let Some((before, tag, after)) = next_tag(rest) {
        literal |= !before.is_empty();
        out.text.push_str(before);
        let key = tag.trim();
        match data.get(key).filter(|v| !key.is_empty() && v.as_str().is_some()) {
            Some(value) => {
                out.text.push_str(value.as_str().unwrap_or_default());
                out.origins.extend(value.origin().cloned());
                out.exposure = out.exposure.max(value.exposure());
                values += 1;
            }
            None => {
                literal = true;
                out.text.extend(["{{", tag, "}}"]);
            }
        }
        rest = after;
    }
    if rest.contains("{{") {
        return Err(Error::new(
            ErrorKind::Syntax,
            "a `{{` is never closed",
            text.len() - rest.len(),
        ));
    }
    out.text.push_str(rest);
    out.is_value = values == 1 && !literal && rest.is_empty();
    Ok(out)
}

/// What stands before the next tag, in it and behind it.
fn next_tag(text: &str) -> Option<(&str, &str, &str)> {
    let (before, open) = text.split_once("{{")?;
    let (tag, after) = open.split_once("}}")?;
    Some((before, tag, after))
}
