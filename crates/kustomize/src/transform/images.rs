//! `images`: new names, tags and digests.

use gitops_yaml::{Node, Span, Value};
use regex::Regex;

use crate::config::Spec;
use crate::decode::text;
use crate::error::{Error, Result};
use crate::fields::{Tag, rewrite, written, wrong_kind};
use crate::kustomization::Image;
use crate::options::Release;
use crate::pattern::{behind, go_regex, is_words};
use crate::resources::Resources;

/// Two passes, as kustomize makes them: every `containers` and `initContainers` anywhere, then the specs.
pub(crate) fn apply(
    resources: &mut Resources,
    image: &Image,
    specs: &[Spec],
    release: Release,
    asked: Span,
) -> Result<()> {
    let Some(update) = Update::new(image, release, asked)? else { return Ok(()) };
    for object in &mut resources.0 {
        let gvk = object.gvk();
        if gvk.kind == "CustomResourceDefinition" {
            continue;
        }
        if let Some(body) = update.everywhere(&object.body)? {
            object.body = body;
        }
        for spec in specs {
            rewrite(&mut object.body, &gvk, spec, None, &mut |node| update.image(node))?;
        }
    }
    Ok(())
}

struct Update<'a> {
    image: &'a Image,
    matches: Matches<'a>,
    /// The line that asks for the change.
    span: Span,
}

impl<'a> Update<'a> {
    /// `None` for a name that is no regular expression: it matches nothing.
    fn new(image: &'a Image, release: Release, asked: Span) -> Result<Option<Self>> {
        let name = text(&image.name);
        let wanted = [&image.new_tag, &image.digest, &image.new_name, &image.tag_suffix];
        let span = wanted.into_iter().flatten().map(|t| t.span).next().or(image.span);
        let span = span.unwrap_or(asked);
        match Matches::new(name, release) {
            Ok(matches) => Ok(Some(Self { image, matches, span })),
            Err(_) if release >= Release::V5_8_2 => Ok(None),
            Err(e) => {
                Err(Error::at(format!("images: `{name}` is no regular expression: {e}"), span))
            }
        }
    }

    /// The value with every image of a container changed; `None` where nothing changes.
    fn everywhere(&self, node: &Node) -> Result<Option<Node>> {
        match &node.value {
            Value::Scalar(_) => Ok(None),
            Value::Seq(items) => {
                let mut changed = None;
                for (i, item) in items.iter().enumerate() {
                    if let Some(new) = self.everywhere(item)? {
                        put_item(changed.get_or_insert_with(|| node.clone()), i, new);
                    }
                }
                Ok(changed)
            }
            Value::Map(entries) => {
                let mut changed: Option<Node> = None;
                for entry in entries.iter() {
                    let below = self.everywhere(&entry.value)?;
                    let value = below.as_ref().unwrap_or(&entry.value);
                    let is_list = matches!(entry.key.as_str(), "containers" | "initContainers");
                    let containers = if is_list { self.containers(value)? } else { None };
                    if let Some(new) = containers.or(below) {
                        let map = changed.get_or_insert_with(|| node.clone());
                        if let Some(slot) = map.get_mut(&entry.key) {
                            *slot = new;
                        }
                    }
                }
                Ok(changed)
            }
        }
    }

    fn containers(&self, list: &Node) -> Result<Option<Node>> {
        let mut changed = None;
        for (i, container) in list.items().iter().enumerate() {
            if container.is_null() {
                continue;
            }
            if container.as_map().is_none() {
                return Err(wrong_kind(container, "MappingNode"));
            }
            let Some(image) = container.get("image") else { continue };
            if let Some(new) = self.image(image)? {
                let mut container = container.clone();
                if let Some(slot) = container.get_mut("image") {
                    *slot = new;
                }
                put_item(changed.get_or_insert_with(|| list.clone()), i, container);
            }
        }
        Ok(changed)
    }

    /// The new value of an image, if the entry is about it.
    fn image(&self, node: &Node) -> Result<Option<Node>> {
        let Some(scalar) = node.as_scalar() else { return Err(wrong_kind(node, "ScalarNode")) };
        if !self.matches.image(&scalar.text) {
            return Ok(None);
        }
        let (name, mut tag, mut digest) = split(&scalar.text);
        let image = self.image;
        let (new_tag, new_digest) = (text(&image.new_tag), text(&image.digest));
        let suffixed = format!("{tag}{}", text(&image.tag_suffix));
        if !new_tag.is_empty() || !new_digest.is_empty() {
            (tag, digest) = (new_tag, new_digest);
        } else if image.tag_suffix.is_some() {
            (tag, digest) = (&suffixed, "");
        }
        let mut new = image.new_name.as_ref().map_or(name, |n| n.text.as_str()).to_owned();
        for (mark, part) in [(':', tag), ('@', digest)] {
            if !part.is_empty() {
                new.push(mark);
                new.push_str(part);
            }
        }
        written(node, new, Tag::Implied, "images", self.span).map(Some)
    }
}

/// The images that an entry is about: those of a name, whatever their tag and digest.
enum Matches<'a> {
    Words(&'a str, Release),
    Regex(Regex),
}

impl<'a> Matches<'a> {
    fn new(name: &'a str, release: Release) -> std::result::Result<Self, regex::Error> {
        if is_words(name) {
            return Ok(Self::Words(name, release));
        }
        let algorithm = match release {
            Release::V5_8_1 => "sha256",
            Release::V5_8_2 => "[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*",
        };
        let word = r"[a-zA-Z0-9_.\{\}-]*";
        go_regex(&format!("^{name}(:{word})?(@{algorithm}:{word})?$")).map(Self::Regex)
    }

    fn image(&self, image: &str) -> bool {
        match self {
            Self::Words(name, release) => {
                behind(name, image).is_some_and(|rest| is_version(rest, *release))
            }
            Self::Regex(regex) => regex.is_match(image),
        }
    }
}

/// Whether a text is what may follow an image's name: `:tag`, `@algorithm:digest`, both or nothing.
fn is_version(text: &str, release: Release) -> bool {
    let (tag, digest) = text.split_once('@').map_or((text, None), |(t, d)| (t, Some(d)));
    let is_word =
        |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.{}-".contains(&b));
    let is_algorithm = |text: &str| match release {
        Release::V5_8_1 => text == "sha256",
        Release::V5_8_2 => text
            .split(['.', '+', '_', '-'])
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric())),
    };
    let is_digest = |text: &str| {
        text.split_once(':').is_some_and(|(before, hash)| is_algorithm(before) && is_word(hash))
    };
    (tag.is_empty() || tag.strip_prefix(':').is_some_and(is_word)) && digest.is_none_or(is_digest)
}

fn put_item(list: &mut Node, at: usize, new: Node) {
    if let Some(slot) = list.as_seq_mut().and_then(|items| items.get_mut(at)) {
        *slot = new;
    }
}

/// Name, tag and digest. A `:` before the first `/` belongs to the registry's port.
fn split(image: &str) -> (&str, &str, &str) {
    let from = image.find('/').unwrap_or(0);
    let rest = &image[from..];
    let at = rest.find('@').map(|i| i + from);
    let colon = rest.find(':').map(|i| i + from).filter(|c| at.is_none_or(|a| *c < a));
    match (colon, at) {
        (None, None) => (image, "", ""),
        (None, Some(at)) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
        (Some(colon), Some(at)) => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Matches, is_version, split};
    use crate::options::Release;

    #[test]
    fn ports_are_no_tags() {
        assert_eq!(split("localhost:5000/app"), ("localhost:5000/app", "", ""));
        assert_eq!(split("a/b:1@sha256:2"), ("a/b", "1", "sha256:2"));
        assert_eq!(split("a@sha256:2"), ("a", "", "sha256:2"));
        assert_eq!(split("nginx:1"), ("nginx", "1", ""));
    }

    #[test]
    fn names_without_operators_match_as_regular_expressions_do() {
        for release in [Release::V5_8_1, Release::V5_8_2] {
            for rest in
                ["", ":1", "@sha256:2", ":1@sha256:2", "@sha-1:2", "@:2", "/b", ":1:2", "@a"]
            {
                // The group makes it an expression.
                let Ok(Matches::Regex(regex)) = Matches::new("(a)", release) else { panic!() };
                let wanted = regex.is_match(&format!("a{rest}"));
                assert_eq!(is_version(rest, release), wanted, "{rest}");
            }
        }
    }
}
