//! Templates over `testdata/template/data.yaml`, and what Go's text/template with Sprig v3.3.0 prints.
//!
//! One case a line: `template`, the option `missing`, and `text`, or `fails` where Go gives an error.

use gitops_template::{ErrorKind, Library, Options, Template, Value};
use gitops_yaml::{ContentId, FileId, Sources, Span};

const DATA: &str = include_str!("../../../testdata/template/data.yaml");
const CASES: &str = include_str!("../../../testdata/template/recorded.jsonl");

/// The parameters, with the two typed values that no document holds.
fn data() -> Value {
    let sources = Sources::default();
    let file = sources.load("data.yaml", ContentId::of(DATA.as_bytes()), DATA.as_bytes());
    let data = Value::from_node(&file.documents[0]);
    let labels = [("app", "web"), ("tier", "front")];
    data.set("labels", Value::string_map(labels.map(|(k, v)| (k.into(), Value::string(v)))));
    data.set("segments", Value::strings(["apps", "shop", "x"]));
    data
}

fn render(template: &str, missing: &str) -> Result<String, gitops_template::Error> {
    let option = format!("missingkey={missing}");
    let options = Options::from_go([option.as_str()]).expect("a known option");
    let at = Span::new(FileId::for_tests(0), 0, 0);
    let template = Template::parse(template, &Library::APPLICATION_SET, at)?;
    Ok(template.render(&data(), &options)?.text)
}

fn check(case: &serde_json::Value) -> Result<(), String> {
    let template = case["template"].as_str().expect("a template");
    let missing = case["missing"].as_str().unwrap_or("default");
    match (render(template, missing), case["text"].as_str()) {
        (Ok(text), Some(want)) if text == want => Ok(()),
        (Ok(text), Some(want)) => Err(format!("{template:?}\n  want {want:?}\n  got  {text:?}")),
        (Ok(text), None) => {
            Err(format!("{template:?} should fail ({missing}), and gives {text:?}"))
        }
        // What differs from run to run is refused by design.
        (Err(e), _) if e.kind == ErrorKind::Undetermined => Ok(()),
        (Err(e), Some(want)) => Err(format!("{template:?} should give {want:?}\n  fails: {e}")),
        (Err(_), None) => Ok(()),
    }
}

#[test]
fn templates_print_what_go_prints() {
    let cases = CASES.lines().map(|l| serde_json::from_str(l).expect("a line of JSON"));
    let wrong: Vec<String> = cases.filter_map(|c: serde_json::Value| check(&c).err()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        CASES.lines().count(),
        wrong.join("\n")
    );
}
