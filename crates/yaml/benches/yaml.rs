//! Parsing and printing, beside the library's bare event loop.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use gitops_yaml::{FileId, Limits, Node, PrintOptions, parse, print};
use yaml_rust2::Event;
use yaml_rust2::parser::Parser;

fn main() {
    divan::main();
}

/// A file of many manifests, as controllers are shipped.
fn manifests() -> String {
    let manifest = |i: usize| {
        format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{i}\n  labels: &labels\n    \
             app.kubernetes.io/name: app-{i} # the same everywhere\nspec:\n  replicas: {i}\n  selector:\n    \
             matchLabels: *labels\n  template:\n    spec:\n      containers:\n      - name: main\n        image: \
             \"registry.example/app:1.{i}\"\n        args: [\"--level\", 'info']\n        command:\n        - sh\n        \
             - -c\n        - |\n          set -eu\n          exec app --port=8080 --name naïve\n        ports:\n        \
             - containerPort: 8080\n          protocol: TCP\n        resources:\n          limits: {{cpu: 500m, memory: \
             512Mi}}\n"
        )
    };
    (0..1000).map(manifest).collect()
}

fn documents(text: &str) -> Vec<Node> {
    parse(FileId::for_tests(0), text, &Limits::default()).documents
}

#[divan::bench]
fn bare_events(bencher: Bencher) {
    let text = manifests();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let mut parser = Parser::new_from_str(black_box(&text));
        let mut events = 0;
        while !matches!(parser.next_token(), Ok((Event::StreamEnd, _)) | Err(_)) {
            events += 1;
        }
        events
    });
}

#[divan::bench]
fn trees(bencher: Bencher) {
    let text = manifests();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| documents(black_box(&text)));
}

#[divan::bench]
fn printing(bencher: Bencher) {
    let text = manifests();
    let documents = documents(&text);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        documents.iter().map(|d| print(black_box(d), &PrintOptions::KUSTOMIZE).len()).sum::<usize>()
    });
}
