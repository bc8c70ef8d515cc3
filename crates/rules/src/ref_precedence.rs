//! `ref-precedence`: a GitRepository names several references, or none.

use gitops_model::{FieldPath, Severity};

use crate::{Check, Draft, State};

rule!(
    "ref-precedence",
    Warning,
    Check::State(check),
    "names several references of which one counts, or none"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for source in state.of_kind("source.toolkit.fluxcd.io", "GitRepository") {
        let reference = |key| source.at(&["spec", "ref", key]);
        if let (Some(tag), Some(range)) = (reference("tag"), reference("semver")) {
            out.push(
                Draft::new(format!(
                    "`{}` names a tag and a range of versions: the controller takes the tag, \
                     although its documentation says the range",
                    source.key
                ))
                .on(source)
                .field(FieldPath::keys(&["spec", "ref", "semver"]))
                .at(range)
                .related(tag.span(), "this one counts")
                .help("keep the one that is meant"),
            );
        }
        if source.at(&["spec", "ref"]).is_none_or(|r| r.entries().is_empty()) {
            out.push(
                Draft::new(format!(
                    "`{}` names no reference: it follows the branch `master`",
                    source.key
                ))
                .on(source)
                .severity(Severity::Warning)
                .help("say which branch it follows in `spec.ref.branch`"),
            );
        }
    }
}
