//! Writes what is derived in `schemas/`: the types of built-in kinds, and of those of Flux and Argo CD.

mod facts;
mod go;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use facts::{Section, Universe};
use go::Package;

/// The newest minor release of Kubernetes 1 that is known, and the oldest.
const NEWEST: u32 = 36;
const OLDEST: u32 = 33;

/// The modules of a Kubernetes release, and the folder in each under which its packages stand.
const KUBERNETES: &[&str] = &[
    "k8s.io/api",
    "k8s.io/apimachinery",
    "k8s.io/apiextensions-apiserver",
    "k8s.io/kube-aggregator",
];

/// Groups whose objects are questions to the API server, and stand in no repository.
const QUESTIONS: &[&str] =
    &["admission", "apidiscovery", "authentication", "authorization", "imagepolicy"];

/// Packages outside `k8s.io/api`: the import path and the section that it makes.
const ELSEWHERE: &[(&str, &str)] = &[
    ("k8s.io/apimachinery/pkg/apis/meta/v1", "meta.k8s.io/v1"),
    ("k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1", "apiextensions.k8s.io/v1"),
    ("k8s.io/kube-aggregator/pkg/apis/apiregistration/v1", "apiregistration.k8s.io/v1"),
];

/// The packages of Flux 2.9, its operator and Argo CD 3.5: the module with its version, the folder in it, and
/// the section that it makes.
const DELIVERY: &[(&str, &str, &str)] = &[
    (
        "github.com/argoproj/argo-cd/v3@v3.5.1",
        "pkg/apis/application/v1alpha1",
        "argoproj.io/v1alpha1",
    ),
    (
        "github.com/controlplaneio-fluxcd/flux-operator@v0.58.1",
        "api/v1",
        "fluxcd.controlplane.io/v1",
    ),
    ("github.com/fluxcd/helm-controller/api@v1.6.3", "v2", "helm.toolkit.fluxcd.io/v2"),
    (
        "github.com/fluxcd/image-automation-controller/api@v1.2.4",
        "v1",
        "image.toolkit.fluxcd.io/v1",
    ),
    ("github.com/fluxcd/image-reflector-controller/api@v1.2.4", "v1", "image.toolkit.fluxcd.io/v1"),
    ("github.com/fluxcd/kustomize-controller/api@v1.9.4", "v1", "kustomize.toolkit.fluxcd.io/v1"),
    (
        "github.com/fluxcd/notification-controller/api@v1.9.3",
        "v1",
        "notification.toolkit.fluxcd.io/v1",
    ),
    (
        "github.com/fluxcd/notification-controller/api@v1.9.3",
        "v1beta3",
        "notification.toolkit.fluxcd.io/v1beta3",
    ),
    ("github.com/fluxcd/source-controller/api@v1.9.4", "v1", "source.toolkit.fluxcd.io/v1"),
    (
        "github.com/fluxcd/source-watcher/api/v2@v2.2.3",
        "v1beta1",
        "source.extensions.fluxcd.io/v1beta1",
    ),
];

/// The packages that those share.
const SHARED: &[(&str, &str)] = &[
    ("github.com/fluxcd/pkg/apis/acl@v0.10.0", "shared.fluxcd.io/acl"),
    ("github.com/fluxcd/pkg/apis/kustomize@v1.20.0", "shared.fluxcd.io/kustomize"),
    ("github.com/fluxcd/pkg/apis/meta@v1.31.0", "shared.fluxcd.io/meta"),
];

type Packages = BTreeMap<String, (String, Package)>;
type Sections = BTreeMap<String, Section>;

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let check = arguments.iter().any(|a| a == "--check");
    let packages = kubernetes(NEWEST)?;
    let mut newer = sections(&packages, NEWEST);
    let delivery = delivery(packages, &newer)?;
    let mut files = vec![
        ("types.yaml", write::table(write::HEAD, &newer)),
        ("types-delivery.yaml", write::table(write::DELIVERY, &delivery)),
    ];
    let mut older = Vec::new();
    for minor in (OLDEST..NEWEST).rev() {
        let sections = sections(&kubernetes(minor)?, minor);
        older.push((minor, write::difference(&newer, &sections)));
        newer = sections;
    }
    files.push(("types-older.yaml", write::older(&older)));
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/tables");
    for (name, text) in files {
        let path = top.join(name);
        let fail = |e: std::io::Error| format!("{}: {e}", path.display());
        if !check {
            std::fs::write(&path, text).map_err(fail)?;
        } else if std::fs::read_to_string(&path).map_err(fail)? != text {
            return Err(format!("{} is not what the sources say: run `cargo xtask codegen`", name));
        }
    }
    Ok(())
}

/// The packages of a release of Kubernetes.
fn kubernetes(minor: u32) -> Result<Packages, String> {
    let mut packages = Packages::new();
    for module in KUBERNETES {
        let folder = source(module, &format!("v0.{minor}.0"))?;
        for (path, section) in ELSEWHERE.iter().filter(|(path, _)| is_in(path, module)) {
            let package =
                Package::read(&folder.join(path[module.len()..].trim_start_matches('/')))?;
            packages.insert((*path).to_owned(), ((*section).to_owned(), package));
        }
        if *module == "k8s.io/api" {
            groups(&folder, &mut packages)?;
        }
    }
    Ok(packages)
}

/// The kinds of a release of Kubernetes.
fn sections(packages: &Packages, minor: u32) -> Sections {
    Universe { packages }.sections(|path| !path.contains("/meta/"), minor)
}

/// The kinds of Flux and Argo CD, without what they share with those of Kubernetes.
fn delivery(mut packages: Packages, built_in: &Sections) -> Result<Sections, String> {
    let shared = SHARED.iter().map(|(module, section)| (module, "", section));
    for (module, folder, section) in DELIVERY.iter().map(|(m, f, s)| (m, *f, s)).chain(shared) {
        let (path, version) = module.split_once('@').unwrap_or((module, "latest"));
        let package = Package::read(&source(path, version)?.join(folder))?;
        let path = format!("{path}/{folder}").trim_end_matches('/').to_owned();
        packages.insert(path, ((*section).to_owned(), package));
    }
    let universe = Universe { packages: &packages };
    let is_theirs = |path: &str| {
        DELIVERY.iter().any(|(module, ..)| {
            module.split_once('@').is_some_and(|(module, _)| is_in(path, module))
        })
    };
    let mut sections = universe.sections(is_theirs, NEWEST);
    for (name, section) in &mut sections {
        let known = built_in.get(name);
        section.retain(|name, _| !known.is_some_and(|known| known.contains_key(name)));
    }
    sections.retain(|_, section| !section.is_empty());
    Ok(sections)
}

/// Every group and version of `k8s.io/api`.
fn groups(folder: &Path, packages: &mut Packages) -> Result<(), String> {
    for group in folders(folder)? {
        for version in folders(&folder.join(&group))? {
            let at = folder.join(&group).join(&version);
            if QUESTIONS.contains(&&*group) || !at.join("types.go").exists() {
                continue;
            }
            let name = group_name(&at)?;
            let name = if name.is_empty() { "core" } else { &name };
            let section = format!("{name}/{version}");
            packages
                .insert(format!("k8s.io/api/{group}/{version}"), (section, Package::read(&at)?));
        }
    }
    Ok(())
}

/// `const GroupName = "apps"` of `register.go`.
fn group_name(folder: &Path) -> Result<String, String> {
    let path = folder.join("register.go");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let after = text.split_once("GroupName = \"").and_then(|(_, rest)| rest.split_once('"'));
    after.map(|(name, _)| name.to_owned()).ok_or_else(|| format!("{}: no group", path.display()))
}

fn folders(folder: &Path) -> Result<Vec<String>, String> {
    let fail = |e: std::io::Error| format!("{}: {e}", folder.display());
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn is_in(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folder of a Go module, downloaded by the `go` command if need be.
fn source(module: &str, version: &str) -> Result<PathBuf, String> {
    let named = format!("{module}@{version}");
    let output = Command::new("go")
        .args(["mod", "download", "-json", &named])
        .current_dir(std::env::temp_dir())
        .output()
        .map_err(|e| format!("`go mod download` cannot be run: {e}"))?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|e| format!("`go mod download {named}`: {e}"))?;
    let folder = answer.get("Dir").and_then(|dir| dir.as_str());
    folder
        .map(PathBuf::from)
        .ok_or_else(|| format!("`go mod download {named}`: {}", answer["Error"]))
}
