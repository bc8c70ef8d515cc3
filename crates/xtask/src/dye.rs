//! Proves provenance by dye: every value that kustomize only carries gets a text of its own, and wherever
//! that text comes out of the real kustomize, our value must be there and its span must hold the dye.

mod case;
mod sink;
mod trail;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use case::Case;
use gitops_kustomize::{Context, LoadRestrictor, Memo, Options, Rendered};
use gitops_testkit::MemoryTree;
use gitops_yaml::{FileId, Limits, Sources};
use sink::Class;
use trail::{Place, Trail};

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (cases, kustomize) = match arguments {
        [cases] => (cases, home().join("go/bin/kustomize")),
        [cases, flag, bin] if flag == "--kustomize" => (cases, PathBuf::from(bin)),
        _ => return Err("give `CASES_DIR [--kustomize BIN]`".to_owned()),
    };
    let runs = Command::new(&kustomize).arg("version").output().is_ok_and(|o| o.status.success());
    if !runs {
        let bin = kustomize.display();
        return Err(format!(
            "NOTHING WAS TESTED: there is no kustomize at `{bin}`; give `--kustomize BIN`"
        ));
    }
    let mut tally = Tally::default();
    for case in case::read_all(Path::new(cases))? {
        tally.add(&case.name, test(&case, &kustomize)?);
    }
    tally.report()
}

fn home() -> PathBuf {
    std::env::home_dir().unwrap_or_default()
}

/// What came of one case.
enum Outcome {
    /// It has no sinks.
    Plain,
    /// kustomize does not build it.
    Broken,
    /// kustomize builds it only without the dye.
    Spoilt,
    /// Only kustomize builds it.
    Refused(String),
    /// Both do.
    Followed(Vec<(Class, Place)>),
}

fn test(case: &Case, kustomize: &Path) -> Result<Outcome, String> {
    let mut files = case.files.clone();
    let classes = pour(&mut files);
    if classes.is_empty() {
        return Ok(Outcome::Plain);
    }
    let Some(expected) = real(case, &files, kustomize)? else {
        let undyed = real(case, &case.files, kustomize)?;
        return Ok(undyed.map_or(Outcome::Broken, |_| Outcome::Spoilt));
    };
    let sources = Sources::default();
    let rendered = match ours(case, files, &sources) {
        Ok(rendered) => rendered,
        Err(why) => return Ok(Outcome::Refused(why)),
    };
    let parsed = gitops_yaml::parse(sources.add("expected", b""), &expected, &Limits::default());
    let objects = parsed.documents.iter().enumerate();
    let places = objects.flat_map(|(at, object)| {
        trail::follow(object, rendered.resources.get(at).map(AsRef::as_ref), &sources)
    });
    let class = |place: Place| Some((*classes.get(place.dye.checked_sub(1)?)?, place));
    Ok(Outcome::Followed(places.filter_map(class).collect()))
}

/// Pours dye into every sink; gives the class of each, by its number less one.
fn pour(files: &mut BTreeMap<String, String>) -> Vec<Class> {
    let sources = Sources::default();
    let mut classes = Vec::new();
    for (path, text) in files.iter_mut() {
        if is_yaml(path) {
            let file: FileId = sources.add(path, text.as_bytes());
            // From the end, so that what lies before keeps its place.
            for (at, class) in sink::sinks(text, file).into_iter().rev() {
                classes.push(class);
                text.insert_str(at, &trail::dye(classes.len()));
            }
        }
    }
    classes
}

fn is_yaml(path: &str) -> bool {
    let name = Path::new(path);
    name.extension().is_some_and(|e| ["yaml", "yml", "json"].iter().any(|known| e == *known))
        || name.file_name().is_some_and(|n| n == "Kustomization")
}

/// What kustomize prints, or nothing where it fails.
fn real(
    case: &Case,
    files: &BTreeMap<String, String>,
    kustomize: &Path,
) -> Result<Option<String>, String> {
    let say = |e: std::io::Error| format!("{}: {e}", case.name);
    let folder = tempfile::tempdir().map_err(say)?;
    for (path, text) in files {
        crate::fleet::write(folder.path().join(path), text)?;
    }
    let root = folder.path().join(&case.root);
    let mut command = Command::new(kustomize);
    let output = command.arg("build").arg(root).args(&case.arguments).output().map_err(say)?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

fn ours(
    case: &Case,
    files: BTreeMap<String, String>,
    sources: &Sources,
) -> Result<std::sync::Arc<Rendered>, String> {
    let tree: MemoryTree = files.into_iter().collect();
    let memo = Memo::default();
    let cx = Context { tree: &tree, sources, memo: &memo };
    let free = case.arguments.iter().any(|a| a.ends_with("LoadRestrictionsNone"));
    let load_restrictor = if free { LoadRestrictor::None } else { LoadRestrictor::RootOnly };
    let options = Options { load_restrictor, ..Options::default() };
    gitops_kustomize::build(&cx, &case.root, &options).map_err(|failure| {
        let problem = failure.problems.first().map(|p| p.message.to_string());
        problem.unwrap_or_else(|| "no problem is named".to_owned())
    })
}

/// What came of all cases.
#[derive(Default)]
struct Tally {
    plain: usize,
    broken: usize,
    spoilt: usize,
    refused: usize,
    followed: usize,
    /// Of each class: how many places ended how.
    places: BTreeMap<(Class, Trail), usize>,
    /// Dyes that came out, and those that ended so at every place.
    dyes: usize,
    exact: usize,
    composed: usize,
}

impl Tally {
    fn add(&mut self, name: &str, outcome: Outcome) {
        match outcome {
            Outcome::Plain => self.plain += 1,
            Outcome::Broken => self.broken += 1,
            Outcome::Spoilt => {
                self.spoilt += 1;
                println!("{name}: kustomize builds it only without the dye");
            }
            Outcome::Refused(why) => {
                self.refused += 1;
                println!("{name}: only kustomize builds it: {why}");
            }
            Outcome::Followed(places) => self.count(name, &places),
        }
    }

    fn count(&mut self, name: &str, places: &[(Class, Place)]) {
        self.followed += 1;
        let mut worst = BTreeMap::new();
        for (class, place) in places {
            *self.places.entry((*class, place.trail)).or_default() += 1;
            let trail = worst.entry(place.dye).or_insert(place.trail);
            *trail = place.trail.max(*trail);
            if place.trail != Trail::Exact {
                let (dye, text) = (trail::dye(place.dye), place.text.trim());
                println!("{name}: {class} {dye} {:?} at {}: {text:?}", place.trail, place.at);
            }
        }
        let ended = |trail| worst.values().filter(|worst| **worst == trail).count();
        self.dyes += worst.len();
        self.exact += ended(Trail::Exact);
        self.composed += ended(Trail::Composed);
    }

    fn report(&self) -> Result<(), String> {
        let Self { plain, broken, spoilt, refused, followed, dyes, exact, .. } = self;
        println!("cases: {followed} followed, {refused} built by kustomize alone");
        println!(
            "cases left out: {plain} without a sink, {broken} that fail, {spoilt} spoilt by the dye"
        );
        for ((class, trail), count) in &self.places {
            println!("places: {class:<12} {:<7} {count}", format!("{trail:?}"));
        }
        let composed = self.composed;
        println!("dyes: {exact} of {dyes} exact ({:.2} %)", share(*exact, *dyes));
        println!("with parts of composed values: {:.2} %", share(exact + composed, *dyes));
        if *dyes == 0 || exact + composed < *dyes || *refused > 0 {
            return Err("not every dye leads to the text it was poured into".to_owned());
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share for people to read")]
fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}
