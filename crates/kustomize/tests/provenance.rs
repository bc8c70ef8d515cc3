//! Every value of every case leads to the text that wrote it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read their cases")]

mod support;

use std::path::Path;

use base64::Engine as _;
use gitops_kustomize::{Context, Memo, Options, build};
use gitops_yaml::{Limits, Node, Sources, Value};
use support::Files;

/// Whether the text at a value's span can have written the value: as it is, as a part of it (a prefix, an
/// image's tag), as the whole of which it is a part (`key=value`), or in base64.
fn explains(text: &str, node: &Node) -> bool {
    let value = node.text().unwrap_or_default();
    let parsed = gitops_yaml::parse(node.span().file, text, &Limits::default());
    let written = parsed.documents.first().and_then(Node::text).unwrap_or(text).trim();
    let decoded = base64::engine::general_purpose::STANDARD.decode(value.replace('\n', ""));
    let decoded = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (value, written) = (words(value), words(written));
    value.contains(&written)
        || written.contains(&value)
        || written.split([':', '@', '"']).any(|piece| value.contains(piece))
        || node.is_null()
        || decoded.is_some_and(|d| written.contains(words(&d).as_str()))
        || node.as_scalar().is_some_and(|s| s.kind != gitops_yaml::ScalarKind::Str)
}

/// What kustomize writes without being told: the type of what it generates, and its own annotations.
fn is_made(path: &str) -> bool {
    let made = ["apiVersion", "kind", "type", "immutable"];
    let own = ["kubernetes.io/origin", "kubernetes.io/transformations", "kubernetes.io/managed-by"];
    made.contains(&path.trim_start_matches('.'))
        || own.iter().any(|key| path.ends_with(key))
        || path.contains("internal.config.kubernetes.io/")
}

fn check(node: &Node, path: &str, sources: &Sources, wrong: &mut Vec<String>) {
    match &node.value {
        Value::Scalar(_) => {
            let span = node.span();
            let file = sources.file(span.file);
            let text = &file.text[span.start as usize..span.end as usize];
            if !is_made(path) && !explains(text, node) {
                let value = node.text().unwrap_or_default();
                wrong
                    .push(format!("{path}: {value:?} is not written by {text:?} in {}", file.path));
            }
        }
        Value::Seq(items) => {
            items.iter().for_each(|item| check(item, &format!("{path}[]"), sources, wrong));
        }
        Value::Map(entries) => {
            for entry in entries.iter() {
                check(&entry.value, &format!("{path}.{}", entry.key), sources, wrong);
            }
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods)]
fn values_lead_to_the_text_that_wrote_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/kustomize");
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let files = Files::parse(&std::fs::read_to_string(&path).unwrap());
        let (sources, memo) = (Sources::default(), Memo::default());
        let cx = Context { tree: &files, sources: &sources, memo: &memo };
        let Ok(rendered) = build(&cx, "", &Options::default()) else { continue };
        for resource in &rendered.resources {
            count += 1;
            let name = format!("{}: {}", path.file_name().unwrap().to_string_lossy(), resource.key);
            let mut here = Vec::new();
            check(&resource.body, "", &sources, &mut here);
            wrong.extend(here.into_iter().map(|w| format!("{name}{w}")));
        }
    }
    assert!(count > 40, "only {count} objects");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_patch_stands_on_top_of_what_it_replaces() {
    let files = Files::parse(
        "=== kustomization.yaml\nresources: [d.yaml]\npatches: [{path: p.yaml}]\n\
         images: [{name: a, newTag: \"2\"}]\n\
         === d.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: b}], hostNetwork: true}\n\
         === p.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a}], hostNetwork: null}\n",
    );
    let (sources, memo) = (Sources::default(), Memo::default());
    let cx = Context { tree: &files, sources: &sources, memo: &memo };
    let rendered = build(&cx, "", &Options::default()).unwrap();
    let pod = &rendered.resources[0];
    let image = pod.at(&["spec", "containers"]).unwrap().items()[0].get("image").unwrap();
    assert_eq!(image.text(), Some("a:2"));
    let writers: Vec<_> = image.origin.writers().map(|s| sources.locate(s).path).collect();
    assert_eq!(writers, ["kustomization.yaml", "p.yaml", "d.yaml"]);
    let removal = &pod.removed[0];
    assert_eq!(removal.path.to_string(), "spec.hostNetwork");
    assert_eq!(sources.locate(removal.by).path, "p.yaml");
}

#[test]
fn a_text_with_parts_of_others_is_named_by_what_holds_them() {
    let files = Files::parse(
        "=== kustomization.yaml\nresources: [pod.yaml, map.yaml]\n\
         vars: [{name: V, objref: {kind: ConfigMap, name: m, apiVersion: v1}, fieldref: {fieldpath: data.v}}]\n\
         replacements:\n- source: {kind: ConfigMap, fieldPath: data.v}\n  targets:\n\
         \x20 - {select: {kind: Pod}, fieldPaths: [metadata.annotations.far], options: {delimiter: /, index: 1}}\n\
         \x20 - {select: {kind: Pod}, fieldPaths: [metadata.annotations.near], options: {delimiter: /, index: 0}}\n\
         === pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {far: a.long.host/x, near: x/y}}\n\
         spec: {containers: [{name: c, args: [$(V), to $(V)]}]}\n\
         === map.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {v: part}\n",
    );
    let (sources, memo) = (Sources::default(), Memo::default());
    let cx = Context { tree: &files, sources: &sources, memo: &memo };
    let rendered = build(&cx, "", &Options::default()).unwrap();
    let pod = rendered.resources.iter().find(|r| r.gvk.kind == "Pod").unwrap();
    let args = pod.at(&["spec", "containers"]).unwrap().items()[0].get("args").unwrap();
    let annotation = |name| pod.at(&["metadata", "annotations", name]).unwrap();
    for (node, text, first, second) in [
        (&args.items()[0], "part", "map.yaml", "pod.yaml"),
        (&args.items()[1], "to part", "pod.yaml", "map.yaml"),
        (annotation("far"), "a.long.host/part", "pod.yaml", "map.yaml"),
        (annotation("near"), "part/y", "map.yaml", "pod.yaml"),
    ] {
        assert_eq!(node.text(), Some(text));
        let writers: Vec<_> = node.origin.writers().map(|s| sources.locate(s).path).collect();
        assert_eq!(writers, [first, second], "{text}");
    }
}

#[test]
fn what_is_gone_is_told_by_the_line_that_took_it() {
    let files = Files::parse(
        "=== kustomization.yaml\nresources: [base]\n\
         patches:\n- path: patch.yaml\n- target: {kind: Pod}\n  patch: |-\n    - op: remove\n      path: /spec/hostNetwork\n\
         === base/kustomization.yaml\nresources: [pod.yaml]\n\
         === base/pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}}\n\
         spec: {hostNetwork: true, hostPID: true, containers: [{name: c, image: c}, {name: d, image: d}], dnsConfig: {options: []}}\n\
         === patch.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  labels: null\n\
         spec:\n  hostPID: null\n  dnsConfig:\n    $patch: delete\n  containers:\n  - name: d\n    $patch: delete\n",
    );
    let (sources, memo) = (Sources::default(), Memo::default());
    let cx = Context { tree: &files, sources: &sources, memo: &memo };
    let rendered = build(&cx, "", &Options::default()).unwrap();
    let mut gone: Vec<_> = rendered.resources[0]
        .removed
        .iter()
        .map(|r| {
            let at = sources.locate(r.by);
            format!("{} by {}:{}", r.path, at.path, at.line)
        })
        .collect();
    gone.sort();
    assert_eq!(
        gone,
        [
            "metadata.labels by patch.yaml:5",
            "spec.containers[name=d] by patch.yaml:12",
            "spec.dnsConfig by patch.yaml:9",
            "spec.hostNetwork by kustomization.yaml:6",
            "spec.hostPID by patch.yaml:7",
        ]
    );
}

#[test]
fn equal_inputs_are_rendered_once() {
    let files = Files::parse(
        "=== a/kustomization.yaml\nresources: [../base]\n=== base/kustomization.yaml\nresources: [c.yaml]\n\
         === base/c.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    );
    let (sources, memo) = (Sources::default(), Memo::default());
    let build_in = |files: &Files| {
        let cx = Context { tree: files, sources: &sources, memo: &memo };
        build(&cx, "a", &Options::default()).unwrap()
    };
    let first = build_in(&files);
    let mut other = files.clone();
    other.0.insert("elsewhere.yaml".into(), "x".into());
    assert!(std::sync::Arc::ptr_eq(&first, &build_in(&other)));
    other.0.insert(
        "base/c.yaml".into(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n".into(),
    );
    let changed = build_in(&other);
    assert_ne!(first.inputs, changed.inputs);
    assert_eq!(changed.resources[0].key.name, "d");
}
