//! JUnit: a suite for each file, a case for each finding.

use std::collections::BTreeMap;
use std::fmt::Write;

use gitops_model::{Finding, Report, Severity};
use gitops_yaml::Sources;

use crate::escape::line;

/// The report as JUnit XML. Errors and warnings fail, suppressed findings are skipped, notes are left out;
/// a clean run is a case that passes, since an empty file looks like a run that did not happen.
#[must_use]
pub fn junit(report: &Report, sources: &Sources) -> String {
    let mut suites: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|f| f.severity > Severity::Note) {
        let file = finding.primary().map(|span| sources.locate(span).path.to_string());
        suites.entry(file.unwrap_or_else(|| "repository".into())).or_default().push(finding);
    }
    let failures =
        |findings: &[&Finding]| findings.iter().filter(|f| f.suppressed.is_none()).count();
    let tests: usize = suites.values().map(Vec::len).sum();
    let failed: usize = suites.values().map(|f| failures(f)).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"gitops-lint\" tests=\"{}\" failures=\"{failed}\">",
        tests.max(1)
    );
    for (file, findings) in &suites {
        let (name, tests, failed) = (xml(file), findings.len(), failures(findings));
        let skipped = tests - failed;
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" skipped=\"{skipped}\">"
        );
        findings.iter().for_each(|finding| case(&mut out, finding, file, sources));
        out.push_str("  </testsuite>\n");
    }
    if suites.is_empty() {
        out.push_str("  <testsuite name=\"repository\" tests=\"1\" failures=\"0\">\n");
        out.push_str(
            "    <testcase classname=\"gitops-lint\" name=\"no findings\"/>\n  </testsuite>\n",
        );
    }
    out + "</testsuites>\n"
}

fn case(out: &mut String, finding: &Finding, file: &str, sources: &Sources) {
    let object = finding.object.as_ref().map_or_else(String::new, |(_, key)| format!(" {key}"));
    let name = xml(&format!("{}{object}", finding.rule));
    let at = finding.primary().map(|span| sources.locate(span).line);
    let place =
        at.map_or_else(String::new, |line| format!(" file=\"{}\" line=\"{line}\"", xml(file)));
    let _ = writeln!(out, "    <testcase classname=\"{}\" name=\"{name}\"{place}>", xml(file));
    let message = xml(&line(&finding.message));
    if let Some(suppressed) = &finding.suppressed {
        let _ = writeln!(out, "      <skipped message=\"{}\"/>", xml(&line(&suppressed.reason)));
    } else {
        let help = finding
            .help
            .as_deref()
            .map_or_else(String::new, |h| format!("help: {}", xml(&line(h))));
        let kind = finding.severity.as_str();
        let _ =
            writeln!(out, "      <failure type=\"{kind}\" message=\"{message}\">{help}</failure>");
    }
    out.push_str("    </testcase>\n");
}

/// Text for XML; [`line`] has taken out what XML does not allow at all.
fn xml(text: &str) -> String {
    line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn suites_and_cases() {
        let (mut report, sources) = sample::blocked();
        report.findings.drain(1..6);
        insta::assert_snapshot!(junit(&report, &sources));
        report.findings.clear();
        assert!(junit(&report, &sources).contains("no findings"));
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(xml("a<b>&\"\u{0}c"), "a&lt;b&gt;&amp;&quot;\u{fffd}c");
    }
}
