//! Every recipe is a page in `recipes/` with examples. Each example's plan is applied step by step as a person
//! would, and the program run between each state and the next: nothing is refused or lost beyond what the
//! step says, and the end is the change. Every command is read by its tool, where that is at hand.

#![expect(clippy::disallowed_methods, reason = "tests make the repositories they run on")]

mod shell;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use gitops_model::Tree;
use gitops_testkit::{Example, MemoryTree, read};
use serde_json::Value;

/// The files of a state.
type Files = BTreeMap<String, String>;

/// A state that is written to disk for a run of the program.
struct Folder(tempfile::TempDir);

impl Folder {
    fn of(files: &Files) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().expect("a parent")).expect("folders are made");
            std::fs::write(file, text).expect("a file is written");
        }
        Self(folder)
    }

    fn path(&self) -> &str {
        self.0.path().to_str().expect("a path is UTF-8")
    }
}

fn files(tree: &MemoryTree) -> Files {
    let text = |path: &str| String::from_utf8_lossy(&tree.read(path).expect("a file")).into_owned();
    tree.paths().map(|path| (path.to_owned(), text(path))).collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

fn run(command: &str, from: &Files, to: &Files) -> Value {
    let (from, to) = (Folder::of(from), Folder::of(to));
    let arguments = [command, "--from", from.path(), "--to", to.path(), "--format", "json"];
    support::run(Path::new("."), &arguments).json()
}

/// The recipes with their examples that have two states.
fn examples() -> Vec<(String, Example)> {
    let folder = support::top().join("recipes");
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("recipes").map(|e| e.expect("an entry").path()).collect();
    pages.sort();
    let mut all = Vec::new();
    for path in pages {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let page = read(&std::fs::read_to_string(&path).expect("a page")).expect("a page is read");
        let own: Vec<Example> = page.examples.into_iter().filter(|e| e.base.is_some()).collect();
        assert!(own.len() >= 2, "{name}: wants an example for Flux and one for Argo CD");
        all.extend(own.into_iter().map(|e| (name.clone(), e)));
    }
    all
}

/// Applies the edits of a commit. Where it merges, the files that the change touches are the change's.
fn applied(step: &Value, now: &Files, base: &Files, head: &Files) -> Files {
    let mut files = now.clone();
    if text(step, "kind") == "merge" {
        let paths: BTreeSet<&String> = base.keys().chain(head.keys()).collect();
        for path in paths.into_iter().filter(|p| base.get(*p) != head.get(*p)) {
            match head.get(path) {
                Some(text) => drop(files.insert(path.clone(), text.clone())),
                None => drop(files.remove(path)),
            }
        }
    }
    // From the last line to the first, so that lines keep their numbers.
    let mut edits: Vec<&Value> = items(step, "edits").collect();
    edits.sort_by_key(|e| std::cmp::Reverse(e["line"].as_u64()));
    for edit in edits {
        let (path, before, after) = (text(edit, "path"), text(edit, "before"), text(edit, "after"));
        let old = files.remove(path).unwrap_or_default();
        let line = edit["line"].as_u64().expect("a line") as usize - 1;
        let at: usize = old.split_inclusive('\n').take(line).map(str::len).sum();
        let rest =
            old[at..].strip_prefix(before).unwrap_or_else(|| panic!("{path}: {edit}\n{old}"));
        let new = format!("{}{after}{rest}", &old[..at]);
        if !new.is_empty() {
            files.insert(path.to_owned(), new);
        }
    }
    files
}

/// What a finding says that must not happen: of objects that commands deleted before there is no update.
fn alarms(report: &Value, deleted: &BTreeSet<String>, said: &BTreeSet<String>) -> Vec<String> {
    let bad = |finding: &&Value| {
        let object = &finding["object"];
        let name = match text(object, "namespace") {
            "" => format!("{} {}", text(object, "kind"), text(object, "name")),
            namespace => format!("{} {namespace}/{}", text(object, "kind"), text(object, "name")),
        };
        match text(finding, "apply") {
            "rejected" => !deleted.contains(&name),
            "recreated" | "data-loss" => !deleted.contains(&name) && !said.contains(&name),
            _ => text(finding, "rule") == "render-failed",
        }
    };
    items(report, "findings").filter(bad).map(|f| text(f, "message").to_owned()).collect()
}

#[test]
fn every_step_of_every_plan_holds() {
    let mut faults = Vec::new();
    for (recipe, example) in examples() {
        let name = format!("{recipe}, {}", example.heading);
        let (base, head) = (files(example.base.as_ref().expect("a base")), files(&example.head));
        let plan = run("plan", &base, &head);
        let way = items(&plan, "ways").find(|w| text(w, "recipe") == recipe);
        let Some(way) = way else {
            faults.push(format!("{name}: another way was taken: {plan:#}"));
            continue;
        };
        let objects = items(&plan, "ways").flat_map(|w| items(w, "objects"));
        let said: BTreeSet<String> =
            objects.filter_map(|o| o.as_str().map(str::to_owned)).collect();
        faults.extend(items(&plan, "open").map(|o| format!("{name}: open: {o}")));
        let (mut now, mut deleted, mut stopped) = (base.clone(), BTreeSet::new(), false);
        for step in items(&plan, "steps") {
            let place = format!("{name}, step {} ({})", step["number"], text(step, "title"));
            for command in items(step, "commands").filter_map(Value::as_str) {
                stopped |= command.contains(" suspend ") || command.contains("--sync-policy none");
                stopped &= !command.contains(" resume ") && !command.contains(" sync ");
            }
            if stopped && text(step, "kind") == "commit" {
                faults.push(format!("{place}: nothing applies it"));
            }
            if text(step, "kind") == "run" {
                deleted
                    .extend(items(step, "deletes").filter_map(|o| o.as_str().map(str::to_owned)));
                continue;
            }
            faults.extend(items(step, "byHand").map(|why| format!("{place}: by hand: {why}")));
            if text(step, "proof") != "holds" {
                faults.push(format!("{place}: {}", step["standsInTheWay"]));
            }
            let next = applied(step, &now, &base, &head);
            let alarms = alarms(&run("diff", &now, &next), &deleted, &said);
            faults.extend(alarms.into_iter().map(|alarm| format!("{place}: {alarm}")));
            (now, deleted) = (next, BTreeSet::new());
        }
        if now != head && way["renames"] != true {
            faults.push(format!("{name}: the end is not the change: {now:#?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Two clusters of one base, whose Deployment gets another selector; `extra` goes into the second's overlay.
fn two_clusters(label: &str, extra: &str) -> Files {
    let mut files = Files::new();
    let overlays = [("a", ""), ("b", extra)];
    for (cluster, extra) in overlays {
        files.insert(
            format!("clusters/{cluster}/apps.yaml"),
            format!(
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
                 metadata: {{name: apps, namespace: flux-system}}\n\
                 spec:\n  interval: 10m\n  path: ./apps/{cluster}\n  prune: true\n  \
                 sourceRef: {{kind: GitRepository, name: flux-system}}\n"
            ),
        );
        let overlay = format!("resources: [../base]\n{extra}");
        files.insert(format!("apps/{cluster}/kustomization.yaml"), overlay);
    }
    files.insert("apps/base/kustomization.yaml".to_owned(), "resources: [web.yaml]\n".to_owned());
    files.insert(
        "apps/base/web.yaml".to_owned(),
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\n\
             spec:\n  selector: {{matchLabels: {{app: {label}}}}}\n  template:\n    \
             metadata: {{labels: {{app: {label}}}}}\n    \
             spec: {{containers: [{{name: web, image: 'web:1'}}]}}\n"
        ),
    );
    files
}

#[test]
fn copies_say_on_which_cluster_they_are_applied() {
    let first = |extra: &str| {
        let plan = run("plan", &two_clusters("web", extra), &two_clusters("shop-web", extra));
        let mut steps = items(&plan, "steps").cloned();
        let step = steps.find(|s| s["files"].as_object().is_some_and(|f| !f.is_empty()));
        let step = step.unwrap_or_else(|| panic!("no copies: {plan:#}"));
        let files: Vec<String> =
            step["files"].as_object().expect("files").keys().cloned().collect();
        let run = items(&step, "commands").filter_map(Value::as_str).map(str::to_owned);
        (files, run.collect::<Vec<_>>())
    };
    let (files, commands) = first("");
    assert_eq!(files, ["deployment-web-next.yaml"]);
    assert_eq!(commands, ["kubectl apply -f deployment-web-next.yaml"]);
    let (files, commands) = first("replicas: [{name: web, count: 3}]\n");
    assert_eq!(files, ["a-deployment-web-next.yaml", "b-deployment-web-next.yaml"]);
    let on = |c: &str| format!("kubectl apply -f {c}-deployment-web-next.yaml # on {c}");
    assert_eq!(commands, [on("a"), on("b")]);
}

#[test]
fn a_job_of_a_base_gets_one_name_in_all_overlays() {
    let job = |image: &str| {
        let mut files = two_clusters("web", "namePrefix: b-\nlabels: [{pairs: {env: b}}]\n");
        let job = format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: migrate, namespace: shop}}\n\
             spec:\n  template:\n    spec:\n      restartPolicy: Never\n      \
             containers: [{{name: migrate, image: '{image}'}}]\n"
        );
        files.insert("apps/base/web.yaml".to_owned(), job);
        files
    };
    let (base, head) = (job("migrate:1"), job("migrate:2"));
    let plan = run("plan", &base, &head);
    let renames: Vec<Files> = items(&plan, "steps")
        .filter(|step| text(step, "kind") == "merge")
        .map(|step| applied(step, &base, &base, &head))
        .collect();
    let [renamed] = &renames[..] else { panic!("not one merge: {plan:#}") };
    assert!(renamed["apps/base/web.yaml"].contains("name: migrate-"), "{plan:#}");
}

/// The commands of every plan, each once, with the files that they read.
fn commands() -> BTreeMap<String, Files> {
    let mut all = BTreeMap::new();
    for (_, example) in examples() {
        let (base, head) = (files(example.base.as_ref().expect("a base")), files(&example.head));
        let plan = run("plan", &base, &head);
        let mut written = Files::new();
        for step in items(&plan, "steps") {
            for (name, text) in step["files"].as_object().into_iter().flatten() {
                written.insert(name.clone(), text.as_str().unwrap_or_default().to_owned());
            }
            for part in [step, &step["check"], &step["undo"]] {
                for command in items(part, "commands").filter_map(Value::as_str) {
                    let said = command.split_once(" # ").map_or(command, |(said, _)| said);
                    let output = said.split_once(" > ").map(|(_, file)| file.to_owned());
                    written.extend(output.map(|file| (file, OBJECT.to_owned())));
                    all.insert(command.to_owned(), written.clone());
                }
            }
        }
    }
    all
}

/// What commands read that others wrote.
const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

/// What a tool says when it has understood a command, and finds no cluster.
const UNDERSTOOD: [&str; 4] = [
    "connection refused",
    "connection to the server",
    "no such host",
    "server address unspecified",
];

#[test]
fn every_command_is_understood_by_its_tool() {
    let mut faults = Vec::new();
    let mut missing = BTreeSet::new();
    let commands = commands();
    assert!(commands.len() > 30, "there are few commands: {commands:#?}");
    for (line, files) in &commands {
        let folder = Folder::of(files);
        for words in shell::commands(line) {
            let (tool, arguments) = words.split_first().expect("a command has a name");
            assert!(["kubectl", "flux", "argocd"].contains(&tool.as_str()), "{line}");
            if missing.contains(tool) {
                continue;
            }
            let input = Folder::of(&Files::from([("input".to_owned(), OBJECT.to_owned())]));
            let input = std::fs::File::open(input.0.path().join("input")).expect("a file");
            let output = std::process::Command::new(tool)
                .args(arguments)
                .args(elsewhere(tool))
                .current_dir(folder.path())
                .env("KUBECONFIG", "nowhere")
                .stdin(input)
                .output();
            let Ok(output) = output else {
                missing.insert(tool.clone());
                continue;
            };
            let said = String::from_utf8_lossy(&output.stderr).into_owned()
                + &String::from_utf8_lossy(&output.stdout);
            if !UNDERSTOOD.iter().any(|u| said.contains(u)) {
                faults.push(format!("{line}\n  {}", said.trim()));
            }
        }
    }
    for tool in missing {
        // Not `println!`, which nobody sees of a test that passes.
        let why = format!("NOT CHECKED: the commands of `{tool}`, which is not in PATH\n");
        std::io::stderr().write_all(why.as_bytes()).expect("words are written");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Arguments that lead to no cluster.
fn elsewhere(tool: &str) -> &'static [&'static str] {
    match tool {
        "kubectl" => &["--server=http://127.0.0.1:1", "--request-timeout=5s"],
        "flux" => &["--server=http://127.0.0.1:1", "--timeout=5s"],
        _ => &["--server=127.0.0.1:1", "--plaintext", "--auth-token=none"],
    }
}
