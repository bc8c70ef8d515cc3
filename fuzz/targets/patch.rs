//! Patches the first document of a text with the second, and with itself: no panic, spans that hold,
//! and a patch that repeats the object changes nothing.
#![no_main]

use gitops_fuzz::check_spans;
use gitops_kustomize::{Context, Memo, Options, build, print as print_all};
use gitops_testkit::MemoryTree;
use gitops_yaml::{
    Entry, FileId, Limits, Node, Origin, PrintOptions, ScalarKind, Sources, Value, parse, print,
};

/// What is built of an object and a patch of it.
fn patched(object: &str, patch: Option<(&str, &Node)>) -> Option<String> {
    let mut tree = MemoryTree::default();
    let mut root = "resources: [object.yaml]\n".to_owned();
    tree.add("object.yaml", object);
    if let Some((target, patch)) = patch {
        root += &format!("patches: [{{path: patch.yaml{target}}}]\n");
        tree.add("patch.yaml", &print(patch, &PrintOptions::READABLE));
    }
    tree.add("kustomization.yaml", &root);
    let (sources, memo) = (Sources::default(), Memo::default());
    let context = Context { tree: &tree, sources: &sources, memo: &memo };
    let rendered = build(&context, "", &Options::default()).ok()?;
    rendered.resources.iter().for_each(|r| check_spans(&sources, &r.body));
    Some(print_all(&rendered.resources))
}

/// Whether a patch can say all of the object: a null or a directive would remove, a JSON patch writes numbers
/// and dates anew, which shows where they end as text, items that are alike in a field may be one item to
/// it, and a list whose items lack the field that tells them apart is emptied.
fn can_be_repeated(object: &Node) -> bool {
    let mut can = true;
    object.walk(&mut |node| match &node.value {
        Value::Scalar(s) => can &= s.kind == ScalarKind::Str || is_as_json(&s.text),
        Value::Map(entries) => {
            can &= !entries.is_empty() && entries.iter().all(|e| !e.key.starts_with('$'));
        }
        Value::Seq(items) => {
            let mut fields: Vec<_> = items.iter().flat_map(fields).collect();
            let all = fields.len();
            fields.sort_unstable();
            fields.dedup();
            can &= !items.is_empty() && fields.len() == all;
            can &= items.windows(2).all(|pair| keys(&pair[0]).eq(keys(&pair[1])));
        }
    });
    can
}

/// Whether a scalar that is no text is written as in JSON, as far as that is simple; beyond 2^53 numbers lose digits.
fn is_as_json(text: &str) -> bool {
    let number = text.parse::<u32>().ok();
    matches!(text, "true" | "false") || number.is_some_and(|n| n.to_string() == text)
}

fn keys(item: &Node) -> impl Iterator<Item = &str> {
    item.entries().iter().map(|e| e.key.as_str())
}

/// The scalars of an item by their keys.
fn fields(item: &Node) -> Vec<(&str, &str)> {
    let entries = item.entries().iter();
    let fields = entries.filter_map(|e| Some((e.key.as_str(), e.value.text()?)));
    fields.chain(item.text().map(|text| ("", text))).collect()
}

/// A JSON patch that replaces every field of an object by itself.
fn replacing(object: &Node) -> Node {
    let at = Origin::new(object.span());
    let entry = |key: &str, value| Entry::new(key, object.span(), value);
    let string = |text: &str| Node::string(text, at.clone());
    let operation = |field: &Entry| {
        let path = format!("/{}", field.key.replace('~', "~0").replace('/', "~1"));
        let fields = [
            entry("op", string("replace")),
            entry("path", string(&path)),
            entry("value", field.value.clone()),
        ];
        Node::map(fields.into(), at.clone())
    };
    Node::seq(object.entries().iter().map(operation).collect(), at.clone())
}

const ANY: &str = ", target: {kind: .*}";

libfuzzer_sys::fuzz_target!(|text: &str| {
    let documents = parse(FileId::for_tests(0), text, &Limits::default()).documents;
    let Some(object) = documents.first() else { return };
    let written = print(object, &PrintOptions::READABLE);
    if let Some(patch) = documents.get(1) {
        patched(&written, Some(("", patch)));
        patched(&written, Some((ANY, patch)));
    }
    let Some(plain) = patched(&written, None) else { return };
    if object.get("kind").is_some() && can_be_repeated(object) {
        // An object that its schema does not allow cannot be merged.
        let merged = patched(&written, Some(("", object)));
        assert!(merged.is_none_or(|merged| merged == plain), "{plain}");
        // What was patched can be referred to, so its references are looked at, too, and can be malformed.
        let json = patched(&written, Some((ANY, &replacing(object))));
        assert!(json.is_none_or(|json| json == plain), "{plain}");
    }
});
