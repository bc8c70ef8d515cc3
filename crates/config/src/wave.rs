//! Waves, and what their gate asks for.

use std::collections::BTreeMap;

use gitops_yaml::{Entry, Node, SmolStr};

use crate::pattern::{Glob, pattern};
use crate::problems::Problems;
use crate::risk::score;
use crate::time::{Duration, Window};
use crate::value::Spanned;
use crate::value::{Map, boolean, count, number, spanned, text, texts};

/// One entry of `waves`.
#[derive(Debug, Clone)]
pub struct Wave {
    /// Its name.
    pub name: Spanned<SmolStr>,
    /// Its clusters.
    pub clusters: WaveClusters,
    /// `waitTime`: how long it soaks before the next wave may follow.
    pub wait_time: Option<Duration>,
    /// `healthChecks`: what must hold all the while.
    pub health_checks: Vec<Spanned<Check>>,
    /// `minSamples`: samples of evidence that every check needs at least.
    pub min_samples: u32,
    /// `evidence`: what evidence must be.
    pub evidence: EvidenceConfig,
    /// `tolerance`: what may fail before the wave is rolled back.
    pub tolerance: Tolerance,
    /// `requireApproval`: who must say yes.
    pub approval: Option<Approval>,
    /// `windows`: when it may start.
    pub windows: Windows,
    /// `maxScore`: the score above which it is blocked.
    pub max_score: u8,
}

impl Wave {
    /// The score above which a wave is blocked where it does not say.
    pub const MAX_SCORE: u8 = 60;

    pub(crate) fn read(problems: &mut Problems, node: &Node, at: String) -> Option<Self> {
        let mut map = Map::new(problems, node, at)?;
        let name = map.required(problems, "name", spanned);
        let wave = Self {
            clusters: WaveClusters::read(problems, &mut map),
            wait_time: map.optional(problems, "waitTime", duration),
            health_checks: map.list(problems, "healthChecks", Check::read),
            min_samples: map.optional(problems, "minSamples", count).unwrap_or(1).max(1),
            evidence: map.optional(problems, "evidence", EvidenceConfig::read).unwrap_or_default(),
            tolerance: map.optional(problems, "tolerance", Tolerance::read).unwrap_or_default(),
            approval: map.optional(problems, "requireApproval", Approval::read).flatten(),
            windows: map.optional(problems, "windows", Windows::read).unwrap_or_default(),
            max_score: map.optional(problems, "maxScore", score).unwrap_or(Self::MAX_SCORE),
            name: name.clone().unwrap_or(Spanned { value: SmolStr::default(), span: node.span() }),
        };
        map.finish(problems);
        name.map(|_| wave)
    }
}

/// Which clusters a wave has: those that one of the patterns fits, and those with all the labels.
#[derive(Debug, Clone, Default)]
pub struct WaveClusters {
    /// `clusters`: names or patterns.
    pub patterns: Vec<Spanned<SmolStr>>,
    pub(crate) globs: Vec<Glob>,
    /// `clusterSelector.matchLabels`: labels that `clusters` gives.
    pub labels: BTreeMap<SmolStr, SmolStr>,
}

impl WaveClusters {
    fn read(problems: &mut Problems, map: &mut Map<'_>) -> Self {
        let listed = map.list(problems, "clusters", |problems, node, _| {
            Some((spanned(problems, node)?, pattern(problems, node, Glob::name)?))
        });
        let labels = map.optional(problems, "clusterSelector", |problems, node| {
            let mut map = Map::new(problems, node, "clusterSelector")?;
            let labels = map.named(problems, "matchLabels", texts);
            map.finish(problems);
            Some(labels)
        });
        let (patterns, globs) = listed.into_iter().unzip();
        Self { patterns, globs, labels: labels.unwrap_or_default() }
    }

    pub(crate) fn matches(
        &self,
        cluster: &str,
        labels: Option<&BTreeMap<SmolStr, SmolStr>>,
    ) -> bool {
        let selected =
            |labels: &BTreeMap<_, _>| self.labels.iter().all(|(k, v)| labels.get(k) == Some(v));
        self.globs.iter().any(|g| g.matches(cluster))
            || !self.labels.is_empty() && labels.is_some_and(selected)
    }
}

/// One of `healthChecks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// `flux-ready`: every Kustomization is ready.
    FluxReady,
    /// `helm-ready`: every HelmRelease is ready.
    HelmReady,
    /// `argocd-sync`: every Application is in sync.
    ArgoCdSync,
    /// `argocd-health`: every Application is healthy.
    ArgoCdHealth,
    /// `pod-health`: every pod runs, and none restarts.
    PodHealth,
    /// `metric:NAME`: the metric is within its limits.
    Metric(SmolStr),
}

impl Check {
    fn read(problems: &mut Problems, node: &Node, _: String) -> Option<Spanned<Self>> {
        let named = node.text().and_then(|t| t.strip_prefix("metric:")).filter(|n| !n.is_empty());
        let check = match named {
            Some(metric) => Self::Metric(metric.into()),
            None => {
                let words = [
                    ("flux-ready", 0),
                    ("helm-ready", 1),
                    ("argocd-sync", 2),
                    ("argocd-health", 3),
                    ("pod-health", 4),
                    ("metric:NAME", 5),
                ];
                match problems.word(node, &words)? {
                    0 => Self::FluxReady,
                    1 => Self::HelmReady,
                    2 => Self::ArgoCdSync,
                    3 => Self::ArgoCdHealth,
                    4 => Self::PodHealth,
                    _ => Self::Metric("NAME".into()),
                }
            }
        };
        Some(Spanned { value: check, span: node.span() })
    }
}

/// `evidence`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceConfig {
    /// `maxAge`: how old the newest sample may be.
    pub max_age: Duration,
    /// `weak: hold`: whether weak evidence holds the wave.
    pub weak_holds: bool,
}

impl Default for EvidenceConfig {
    fn default() -> Self {
        Self { max_age: Duration::parse("15m").unwrap_or_default(), weak_holds: false }
    }
}

impl EvidenceConfig {
    fn read(problems: &mut Problems, node: &Node) -> Option<Self> {
        let default = Self::default();
        let mut map = Map::new(problems, node, "evidence")?;
        let max_age = map.optional(problems, "maxAge", duration).unwrap_or(default.max_age);
        let weak =
            map.optional(problems, "weak", |p, n| p.word(n, &[("note", false), ("hold", true)]));
        map.finish(problems);
        Some(Self { max_age, weak_holds: weak.unwrap_or(default.weak_holds) })
    }
}

/// `tolerance`: this many failing samples of one check, over at least this time, are a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tolerance {
    /// At least 2: one sample never rolls anything back.
    pub samples: u32,
    /// The time that they span.
    pub duration: Duration,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { samples: 2, duration: Duration::parse("5m").unwrap_or_default() }
    }
}

impl Tolerance {
    fn read(problems: &mut Problems, node: &Node) -> Option<Self> {
        let default = Self::default();
        let mut map = Map::new(problems, node, "tolerance")?;
        let samples = map.optional(problems, "samples", count).unwrap_or(default.samples);
        let duration = map.optional(problems, "for", duration).unwrap_or(default.duration);
        map.finish(problems);
        Some(Self { samples: samples.max(2), duration })
    }
}

/// `requireApproval`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// How many people.
    pub count: u32,
    /// Of which teams; of any where empty.
    pub teams: Vec<SmolStr>,
    /// How old an approval may be.
    pub max_age: Option<Duration>,
}

impl Approval {
    /// `true` is one approval of anyone; `false` is none.
    fn read(problems: &mut Problems, node: &Node) -> Option<Option<Self>> {
        if node.as_map().is_none() {
            let wanted = boolean(problems, node)?;
            return Some(wanted.then(|| Self { count: 1, teams: Vec::new(), max_age: None }));
        }
        let mut map = Map::new(problems, node, "requireApproval")?;
        let approval = Self {
            count: map.optional(problems, "count", count).unwrap_or(1).max(1),
            teams: map.list(problems, "teams", |p, n, _| text(p, n)),
            max_age: map.optional(problems, "maxAge", duration),
        };
        map.finish(problems);
        Some(Some(approval))
    }
}

/// `windows`: a wave starts inside one of `allow`, where there are any, and never inside one of `deny`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Windows {
    /// When it may start.
    pub allow: Vec<Spanned<Window>>,
    /// When it may not.
    pub deny: Vec<Spanned<Window>>,
}

impl Windows {
    fn read(problems: &mut Problems, node: &Node) -> Option<Self> {
        let mut map = Map::new(problems, node, "windows")?;
        let windows = Self {
            allow: map.list(problems, "allow", window),
            deny: map.list(problems, "deny", window),
        };
        map.finish(problems);
        Some(windows)
    }
}

fn window(problems: &mut Problems, node: &Node, _: String) -> Option<Spanned<Window>> {
    let what =
        "a window such as `Mon-Thu 08:00-15:00 Europe/Berlin` or `2026-12-20..2027-01-03 UTC`";
    let value = problems.parse(node, what, Window::parse)?;
    Some(Spanned { value, span: node.span() })
}

/// One entry of `metrics`: the limits, both inclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Metric {
    /// The highest value that holds.
    pub max: Option<f64>,
    /// The lowest value that holds.
    pub min: Option<f64>,
}

impl Metric {
    pub(crate) fn read(problems: &mut Problems, entry: &Entry, name: String) -> Option<Self> {
        let mut map = Map::new(problems, &entry.value, name)?;
        let max = map.optional(problems, "max", number);
        let min = map.optional(problems, "min", number);
        map.finish(problems);
        if max.is_none() && min.is_none() {
            problems
                .add(&entry.value, format!("metric `{}` has neither `max` nor `min`", entry.key));
            return None;
        }
        Some(Self { max, min })
    }
}

/// `promotion`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// The branch that changes are merged to.
    pub from: SmolStr,
    /// The branch that is moved along it.
    pub branch: SmolStr,
    /// The wave whose clusters follow that branch.
    pub wave: Spanned<SmolStr>,
}

impl Promotion {
    pub(crate) fn read(problems: &mut Problems, node: &Node) -> Option<Self> {
        let mut map = Map::new(problems, node, "promotion")?;
        let from = map.required(problems, "from", text);
        let branch = map.required(problems, "branch", text);
        let wave = map.required(problems, "wave", spanned);
        map.finish(problems);
        Some(Self { from: from?, branch: branch?, wave: wave? })
    }
}

fn duration(problems: &mut Problems, node: &Node) -> Option<Duration> {
    problems.parse(node, "a duration such as `30m`", Duration::parse)
}
