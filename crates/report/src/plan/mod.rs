//! A plan, in one format per file.

mod json;
mod markdown;
mod terminal;
mod words;

pub use json::json;
pub use markdown::markdown;
pub use terminal::terminal;

#[cfg(test)]
mod tests {
    use gitops_model::Plan;

    use super::*;
    use crate::{Style, sample};

    #[test]
    fn every_format() {
        let (report, _) = sample::blocked();
        let plan = sample::plan(&report.findings);
        insta::assert_snapshot!("json", json(&plan, &report.findings));
        insta::assert_snapshot!("markdown", markdown(&plan, &report.findings));
        insta::assert_snapshot!("terminal", terminal(&plan, &report.findings, &Style::plain()));
        insta::assert_snapshot!("nothing", terminal(&Plan::default(), &[], &Style::plain()));
    }
}
