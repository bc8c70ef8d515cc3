//! `docs/requirements.md` names, for each requirement, the commands and rules that serve it and the test
//! that shows it. This keeps it true: no row is missing, and what a row names exists.

#![expect(clippy::disallowed_methods, reason = "tests read the pages they check")]

use std::path::Path;

/// Every requirement, by area: rollouts over clusters, resilience, environments, branches.
const IDS: &[&str] = &[
    "C1.1", "C1.2", "C1.3", "C2.1", "C2.2", "C2.3", "C3.1", "C3.2", "C3.3", "C4", "C5", "C6",
    "R1.1", "R1.2", "R1.3", "R1.4", "R2.1", "R2.2", "R2.3", "R2.4", "R3.1", "R3.2", "R3.3", "R3.4",
    "R4.1", "R4.2", "R4.3", "R4.4", "R5.1", "R5.2", "R5.3", "R5.4", "R6.1", "R6.2", "R6.3", "R6.4",
    "R7.1", "R7.2", "R7.3", "R7.4", "R8.1", "R8.2", "R8.3", "R8.4", "E1.1", "E1.2", "E2.1", "E2.2",
    "E3.1", "E3.2", "E4.1", "E4.2", "E5.1", "E5.2", "E6.1", "E6.2", "E7.1", "E7.2", "B1", "B2",
    "B3", "B4", "B5", "B6", "B7", "B8", "B9",
];

struct Row {
    id: String,
    served_by: String,
    test: String,
}

fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn rows() -> Vec<Row> {
    let page =
        std::fs::read_to_string(top().join("docs/requirements.md")).expect("the page is there");
    let row = |line: &str| {
        let mut cells = line.strip_prefix('|')?.split('|').map(|c| c.trim().to_owned());
        let (id, _, served_by, test) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
        IDS.contains(&id.as_str()).then_some(Row { id, served_by, test })
    };
    page.lines().filter_map(row).collect()
}

/// The names in backticks of a cell.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_requirement_has_one_row() {
    let rows = rows();
    for id in IDS {
        let count = rows.iter().filter(|r| r.id == *id).count();
        assert_eq!(count, 1, "{id} has {count} rows in docs/requirements.md");
    }
}

#[test]
fn what_serves_a_requirement_exists() {
    for row in rows() {
        if row.served_by == "not yet" {
            assert_eq!(row.test, "not yet", "{}: a test for nothing", row.id);
            continue;
        }
        let names = named(&row.served_by);
        assert!(!names.is_empty(), "{}: name a command or a rule in backticks", row.id);
        for name in names {
            let rule = top().join(format!("rules/{name}.md")).is_file();
            let command = name.split(' ').next().unwrap_or_default();
            let command =
                top().join(format!("crates/gitops-lint/src/commands/{command}.rs")).is_file();
            assert!(rule || command, "{}: `{name}` is no rule and no command", row.id);
        }
    }
}

#[test]
fn the_tests_named_exist() {
    for row in rows().iter().filter(|r| r.test != "not yet") {
        for name in named(&row.test) {
            assert!(top().join(name).exists(), "{}: `{name}` does not exist", row.id);
        }
        assert!(!named(&row.test).is_empty(), "{}: name the test in backticks", row.id);
    }
}
