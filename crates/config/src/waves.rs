//! Whether the waves fit the clusters that there are.

use gitops_model::Problem;

use crate::config::Config;
use crate::problems::problem;

impl Config {
    /// What is wrong with the waves once the clusters are known: a cluster in two waves or in none, and
    /// a name or pattern that no cluster has.
    #[must_use]
    pub fn check_waves<'a>(&self, clusters: impl IntoIterator<Item = &'a str>) -> Vec<Problem> {
        let clusters: Vec<&str> = clusters.into_iter().collect();
        let mut problems = Vec::new();
        for wave in &self.waves {
            for (pattern, glob) in wave.clusters.patterns.iter().zip(&wave.clusters.globs) {
                if !clusters.iter().any(|c| glob.matches(c)) {
                    let (wave, pattern, span) = (&wave.name.value, &pattern.value, pattern.span);
                    let message =
                        format!("wave `{wave}` names `{pattern}`, and no cluster is called so");
                    problems.push(
                        problem(span, message)
                            .help(format!("the clusters are {}", listed(&clusters))),
                    );
                }
            }
        }
        for cluster in &clusters {
            let mut waves = self.waves_of(cluster).map(|(_, wave)| wave);
            match (waves.next(), waves.next()) {
                (Some(first), Some(second)) => {
                    let (one, two) = (&first.name, &second.name);
                    let message = format!(
                        "cluster `{cluster}` is in the waves `{}` and `{}`",
                        one.value, two.value
                    );
                    problems.push(
                        problem(two.span, message).related(one.span, "it is in this wave first"),
                    );
                }
                (None, _) => {
                    if let Some(last) = self.waves.last() {
                        let message = format!("cluster `{cluster}` is in no wave");
                        problems.push(
                            problem(last.name.span, message)
                                .help("add it to the `clusters` of a wave"),
                        );
                    }
                }
                _ => {}
            }
        }
        problems
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
