//! Writes a new rule from templates that teach.

use std::fs;
use std::path::{Path, PathBuf};

const RULE: &str = include_str!("new_rule/rule.rs.txt");
const PAGE: &str = include_str!("new_rule/page.md");

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let [id] = arguments else {
        return Err("give one name, such as `selector-mismatch`".to_owned());
    };
    if !id
        .split('-')
        .all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
    {
        return Err(format!("`{id}` is no name of lower-case words with `-` between them"));
    }
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let module = id.replace('-', "_");
    write_new(top.join(format!("crates/rules/src/{module}.rs")), &RULE.replace("RULE-ID", id))?;
    write_new(top.join(format!("rules/{id}.md")), &PAGE.replace("RULE-ID", id))?;
    let list = top.join("crates/rules/src/lib.rs");
    let text = fs::read_to_string(&list).map_err(|e| e.to_string())?;
    let text = enlist(&text, &module).ok_or("`rules![` is not where it was in lib.rs")?;
    fs::write(&list, text).map_err(|e| e.to_string())
}

fn write_new(path: PathBuf, text: &str) -> Result<(), String> {
    if path.exists() {
        return Err(format!("{} exists", path.display()));
    }
    fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
}

/// Puts a word into the list, in order.
fn enlist(text: &str, module: &str) -> Option<String> {
    let (before, rest) = text.split_once("rules![\n")?;
    let (words, after) = rest.split_once("];")?;
    let mut words: Vec<&str> = words.split(',').map(str::trim).filter(|w| !w.is_empty()).collect();
    words.push(module);
    words.sort_unstable();
    let words: String = words.iter().map(|w| format!("    {w},\n")).collect();
    Some(format!("{before}rules![\n{words}];{after}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_stays_in_order() {
        let text = "mod x;\nrules![\n    a,\n    c,\n];\n";
        assert_eq!(
            super::enlist(text, "b").unwrap(),
            "mod x;\nrules![\n    a,\n    b,\n    c,\n];\n"
        );
    }
}
