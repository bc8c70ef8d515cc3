//! Generates a Flux fleet of any size, before and after a change to one cluster.
//!
//! Every cluster has its own overlay on shared bases, as real fleets do; `head` differs from `base` in one
//! overlay alone, so the work of a diff should not grow with the fleet. `shared` differs in what all use.

use std::fs;
use std::path::{Path, PathBuf};

const GOTK_SYNC: &str = include_str!("fleet/gotk-sync.yaml");
const CLUSTER: &str = include_str!("fleet/cluster.yaml");
const OVERLAY: &str = include_str!("fleet/overlay.yaml");
const APP: &str = include_str!("fleet/app.yaml");
const CONTROLLER: &str = include_str!("fleet/controller.yaml");
const APPS: [&str; 12] = [
    "accounts", "basket", "catalog", "checkout", "images", "ledger", "mail", "orders", "prices",
    "search", "stock", "web",
];

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let usage = || "give `--clusters NUMBER --out DIRECTORY`".to_owned();
    let [clusters_flag, clusters, out_flag, out] = arguments else { return Err(usage()) };
    if clusters_flag != "--clusters" || out_flag != "--out" {
        return Err(usage());
    }
    let clusters: usize = clusters.parse().map_err(|_| usage())?;
    let out = Path::new(out);
    for state in ["base", "head", "shared"] {
        if out.join(state).exists() {
            return Err(format!("{} exists", out.join(state).display()));
        }
        write_fleet(&out.join(state), clusters, state)?;
    }
    Ok(())
}

fn write_fleet(top: &Path, clusters: usize, state: &str) -> Result<(), String> {
    for app in APPS {
        let replicas =
            if state == "shared" && app == "orders" { "replicas: 3" } else { "replicas: 2" };
        let text = APP.replace("APP", app).replace("replicas: 2", replicas);
        write(top.join(format!("apps/base/{app}.yaml")), &text)?;
    }
    write_kustomization(&top.join("apps/base"), APPS.map(|app| format!("{app}.yaml")).as_slice())?;
    write(top.join("infrastructure/controller.yaml"), CONTROLLER)?;
    write_kustomization(&top.join("infrastructure"), &["controller.yaml".to_owned()])?;
    for number in 1..=clusters {
        let name = format!("cluster-{number:04}");
        let changed = state == "head" && number == clusters.div_ceil(2);
        let version = if changed { "1.5.0" } else { "1.4.0" };
        let fill = |template: &str| template.replace("CLUSTER", &name).replace("VERSION", version);
        let home = top.join("clusters").join(&name);
        write(home.join("flux-system/gotk-sync.yaml"), &fill(GOTK_SYNC))?;
        write_kustomization(&home.join("flux-system"), &["gotk-sync.yaml".to_owned()])?;
        write(home.join("cluster.yaml"), &fill(CLUSTER))?;
        write(top.join("apps/overlays").join(&name).join("kustomization.yaml"), &fill(OVERLAY))?;
    }
    Ok(())
}

fn write_kustomization(directory: &Path, resources: &[String]) -> Result<(), String> {
    let head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n";
    let list: String = resources.iter().map(|r| format!("- {r}\n")).collect();
    write(directory.join("kustomization.yaml"), &format!("{head}{list}"))
}

pub(crate) fn write(path: PathBuf, text: &str) -> Result<(), String> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(directory).and_then(|()| fs::write(&path, text));
    written.map_err(|e| format!("{}: {e}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn files(top: &Path, below: &Path, out: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(below).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                files(top, &path, out);
            } else {
                out.insert(
                    path.strip_prefix(top).unwrap().into(),
                    fs::read_to_string(&path).unwrap(),
                );
            }
        }
    }

    #[test]
    fn each_change_is_one_of_a_file() {
        let out = std::env::temp_dir().join(format!("fleet-{}", std::process::id()));
        let arguments = ["--clusters", "3", "--out", out.to_str().unwrap()].map(str::to_owned);
        super::run(&arguments).unwrap();
        let [base, head, shared] = ["base", "head", "shared"].map(|state| {
            let mut found = BTreeMap::new();
            files(&out.join(state), &out.join(state), &mut found);
            found
        });
        fs::remove_dir_all(&out).unwrap();
        let differing = |state: &BTreeMap<PathBuf, String>| {
            assert!(base.keys().eq(state.keys()));
            let differ = |(path, text): &(&PathBuf, &String)| state[*path] != **text;
            base.iter().filter(differ).map(|(path, _)| path.clone()).collect::<Vec<_>>()
        };
        let overlay = Path::new("apps/overlays/cluster-0002/kustomization.yaml");
        assert_eq!(differing(&head), [overlay]);
        assert_eq!(differing(&shared), [Path::new("apps/base/orders.yaml")]);
        assert!(base.values().all(|text| !text.contains("CLUSTER") && !text.contains("APP")));
    }
}
