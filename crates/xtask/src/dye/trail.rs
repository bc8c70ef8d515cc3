//! Follows dye from kustomize's output through ours to the text that it was poured into.

use std::sync::LazyLock;

use base64::Engine as _;
use gitops_model::Resource;
use gitops_yaml::{Node, Sources, Span, Value};
use regex::Regex;

static DYE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"dye-\d{4}-").ok());

/// The text to pour into the sink of a number.
pub(super) fn dye(number: usize) -> String {
    format!("dye-{number:04}-")
}

/// How far a place of kustomize's output can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trail {
    /// Our node's span holds the dye.
    Exact,
    /// The value is composed of several texts: the span names another of them, the history this one.
    Composed,
    /// The node is there, and leads to a text that is not in the value.
    Astray,
    /// We have no such value there.
    Absent,
}

/// One dye at one place.
pub(super) struct Place {
    pub(super) dye: usize,
    pub(super) trail: Trail,
    /// The object and the path.
    pub(super) at: String,
    /// What stands at our span.
    pub(super) text: String,
}

/// Every place of kustomize's `expected` object that dye reached, followed through `ours`.
pub(super) fn follow(expected: &Node, ours: Option<&Resource>, sources: &Sources) -> Vec<Place> {
    let name = |node: &Node| {
        let text = |path: &[&str]| node.at(path).and_then(Node::text).map(str::to_owned);
        [&["apiVersion"][..], &["kind"], &["metadata", "namespace"], &["metadata", "name"]]
            .map(text)
    };
    let ours = ours.filter(|ours| name(&ours.body) == name(expected));
    let title = name(expected).into_iter().flatten().collect::<Vec<_>>().join(" ");
    let mut places = Vec::new();
    descend(expected, ours.map(|r| &r.body), title, sources, &mut places);
    places
}

fn descend(
    expected: &Node,
    ours: Option<&Node>,
    at: String,
    sources: &Sources,
    places: &mut Vec<Place>,
) {
    match &expected.value {
        Value::Scalar(scalar) => {
            let ours = ours.filter(|ours| ours.text() == Some(&scalar.text));
            let text = ours.map_or(String::new(), |ours| written(ours.span(), sources));
            places.extend(dyes(&scalar.text).into_iter().map(|dye| Place {
                dye,
                trail: ours.map_or(Trail::Absent, |ours| trail(dye, ours, sources)),
                at: at.clone(),
                text: text.clone(),
            }));
        }
        Value::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                let ours = ours.and_then(|ours| ours.items().get(index));
                descend(item, ours, format!("{at}[{index}]"), sources, places);
            }
        }
        Value::Map(entries) => {
            for entry in entries.iter() {
                let ours = ours.and_then(|ours| ours.get(&entry.key));
                descend(&entry.value, ours, format!("{at}.{}", entry.key), sources, places);
            }
        }
    }
}

fn trail(number: usize, ours: &Node, sources: &Sources) -> Trail {
    let dye = dye(number);
    match ours.origin.writers().position(|span| written(span, sources).contains(&dye)) {
        Some(0) => Trail::Exact,
        Some(_) if is_part(&written(ours.span(), sources), ours) => Trail::Composed,
        _ => Trail::Astray,
    }
}

/// Whether something of a text stands in a value: its dye, or all of it but a generator's key and quotes.
fn is_part(text: &str, value: &Node) -> bool {
    let value = value.text().unwrap_or_default();
    let bare = text.rsplit('=').next().unwrap_or_default().trim_matches(['"', '\'', '\n', ' ']);
    let here = dyes(value);
    dyes(text).iter().any(|dye| here.contains(dye)) || !bare.is_empty() && value.contains(bare)
}

fn written(span: Span, sources: &Sources) -> String {
    let text = &sources.file(span.file).text;
    text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned()
}

/// The numbers of the dyes in a value, as it is or in base64.
fn dyes(value: &str) -> Vec<usize> {
    let packed: String = value.split_whitespace().collect();
    let decoded = base64::engine::general_purpose::STANDARD.decode(packed).unwrap_or_default();
    let text = format!("{value}\n{}", String::from_utf8_lossy(&decoded));
    let found = DYE.iter().flat_map(|dye| dye.find_iter(&text));
    let mut numbers: Vec<usize> = found.filter_map(|m| m.as_str()[4..8].parse().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[cfg(test)]
mod tests {
    use gitops_yaml::ContentId;

    use super::*;

    /// How the value of `ours` at `data.a` is followed when it was written where `data.<writer>` stands.
    fn followed(expected: &str, ours: &str, writer: &str) -> Vec<Trail> {
        let head = "kind: ConfigMap\nmetadata: {name: a}\ndata: ";
        let sources = Sources::default();
        let [expected, mut ours] = [expected, ours].map(|data| {
            let text = format!("{head}{data}");
            let file = sources.load(data, ContentId::of(text.as_bytes()), text.as_bytes());
            file.documents[0].clone()
        });
        let origin = ours.at(&["data", writer]).unwrap().origin.clone();
        let a = ours.at_mut(&["data", "a"]).unwrap();
        if writer != "a" {
            a.origin = origin.on_top_of("vars", &a.origin);
        }
        let places = follow(&expected, Resource::new(ours).as_ref(), &sources);
        places.iter().map(|place| place.trail).collect()
    }

    #[test]
    fn a_span_that_holds_no_dye_is_told() {
        let dyed = "{a: dye-0001-xy, b: x, c: z}";
        let plain = "{a: dye-0001-xy}";
        assert_eq!(followed(plain, dyed, "a"), [Trail::Exact]);
        assert_eq!(followed(plain, dyed, "b"), [Trail::Composed]);
        assert_eq!(followed(plain, dyed, "c"), [Trail::Astray]);
        assert_eq!(followed(plain, "{a: xy}", "a"), [Trail::Absent]);
    }

    #[test]
    fn dye_is_found_in_base64() {
        assert_eq!(dyes("ZHllLTAwMDEtYQ=="), [1]);
        assert_eq!(dyes("dye-0001-a dye-0002-b dye-01-c"), [1, 2]);
    }
}
