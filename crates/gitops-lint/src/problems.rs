//! Problems of a single command, on standard error.

use std::io::{BufWriter, Write};

use gitops_model::Problem;
use gitops_yaml::Sources;

/// Prints each problem with its place.
pub(crate) fn print(problems: &[Problem], severity: &str, sources: &Sources) {
    let mut out = BufWriter::new(std::io::stderr().lock());
    for problem in problems {
        // A closed standard error leaves nobody to tell.
        let severity = if problem.kind.is_harmless() { "warning" } else { severity };
        let _ = writeln!(out, "{severity}: {}", problem.message);
        if let Some(at) = problem.span.map(|s| sources.locate(s)) {
            let _ = writeln!(out, "  --> {}:{}:{}", at.path, at.line, at.column);
        }
        if let Some(help) = &problem.help {
            let _ = writeln!(out, "  help: {help}");
        }
    }
}
