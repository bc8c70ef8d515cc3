//! Plain scalars against go-yaml: their kinds to both readers, and how they are printed.

use gitops_yaml::{
    Dialect, FileId, Node, Origin, PrintOptions, Scalar, ScalarKind, Span, print, resolve,
};

fn name(kind: ScalarKind) -> &'static str {
    match kind {
        ScalarKind::Null => "null",
        ScalarKind::Bool => "bool",
        ScalarKind::Int => "int",
        ScalarKind::Float => "float",
        ScalarKind::Str => "str",
        ScalarKind::Timestamp => "timestamp",
    }
}

#[test]
fn plain_scalars_mean_what_go_yaml_says() {
    let rows = include_str!("scalars.txt").lines().filter(|l| !l.starts_with("# "));
    let mut seen = 0;
    for row in rows {
        let [text, kustomize, kubectl, printed] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("four columns: {row}");
        };
        assert_eq!(name(resolve(text, Dialect::Kustomize)), kustomize, "{text} to kustomize");
        assert_eq!(name(resolve(text, Dialect::Kubectl)), kubectl, "{text} to kubectl");
        if printed != "!" {
            let origin = Origin::new(Span::new(FileId::for_tests(0), 0, 0));
            let node = Node::scalar(Scalar::plain(text), origin);
            assert_eq!(print(&node, &PrintOptions::KUSTOMIZE).trim_end(), printed, "{text}");
        }
        seen += 1;
    }
    assert!(seen > 200, "{seen} rows");
}
