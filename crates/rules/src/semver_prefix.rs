//! `semver-prefix`: a range of versions is asked to match tags that have a prefix.

use gitops_model::FieldPath;

use crate::{Check, Draft, State};

rule!(
    "semver-prefix",
    Error,
    Check::State(check),
    "is a range of versions with a prefix, which no tag can match"
);

fn check(state: &State<'_>, out: &mut Vec<Draft>) {
    for source in state.of_kind("source.toolkit.fluxcd.io", "GitRepository") {
        let Some(range) = source.at(&["spec", "ref", "semver"]) else { continue };
        if range.text().is_some_and(has_prefix) {
            out.push(
                Draft::new(format!(
                    "`{}` asks for the versions `{}`: a range matches tags such as `v1.2.3` and \
                     knows no prefix",
                    source.key,
                    range.text().unwrap_or_default(),
                ))
                .on(source)
                .field(FieldPath::keys(&["spec", "ref", "semver"]))
                .at(range)
                .help(
                    "follow one tag in `spec.ref.tag` and move it by a promotion, or filter \
                 with `spec.ref.semver` over tags without prefix",
                ),
            );
        }
    }
}

/// Whether a part of the range begins with a word, as in `staging-v1.x`.
fn has_prefix(range: &str) -> bool {
    range.split([' ', ',', '|']).filter(|part| !part.is_empty()).any(|part| {
        let version = part.trim_start_matches(['>', '<', '=', '!', '~', '^']);
        let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
        version.starts_with(|c: char| c.is_alphabetic() && !matches!(c, 'x' | 'X'))
    })
}

#[cfg(test)]
mod tests {
    use super::has_prefix;

    #[test]
    fn ranges() {
        assert!(has_prefix("staging-v1.x") && has_prefix(">=prod-1.0.0"));
        for range in [">=1.0.0 <2.0.0", "v1.x", "x", "*", "^1.2 || ~2.0.0-rc.1", ">= 1.0"] {
            assert!(!has_prefix(range), "{range}");
        }
    }
}
