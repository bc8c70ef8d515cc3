//! Where a report goes, in which formats, and how the program ends because of it.

use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::Path;

use gitops_model::{GateDecision, Report, Severity};
use gitops_yaml::Sources;

use crate::cli::{Color, FailOn, Format, Output};
use crate::exit::{Exit, Stop, io};

/// Writes the report in every format asked for.
pub(crate) fn write(
    report: &Report,
    sources: &Sources,
    output: &Output,
    color: Color,
) -> Result<Exit, Stop> {
    if output.output.len() > output.format.len() {
        return Err(Stop::new(
            "there are more `--output` than `--format`: each file has one format",
        ));
    }
    for (i, format) in output.format.iter().enumerate() {
        let file = output.output.get(i).filter(|p| *p != Path::new("-"));
        let style = style(color, file.is_none());
        let text = match format {
            Format::Terminal => gitops_report::terminal(report, sources, &style),
            Format::Json => gitops_report::json(report, sources),
            Format::Sarif => gitops_report::sarif(report, sources),
            Format::Markdown => gitops_report::markdown(report, sources),
            Format::Github => gitops_report::github(report, sources),
            Format::Gitlab => gitops_report::gitlab(report, sources),
            Format::Junit => gitops_report::junit(report, sources),
        };
        match file {
            Some(path) => write_file(path, &text)?,
            None => print(&text)?,
        }
    }
    Ok(exit(report, output))
}

/// Colour only where a person looks, and does not mind.
pub(crate) fn style(color: Color, to_stdout: bool) -> gitops_report::Style {
    let terminal = to_stdout && std::io::stdout().is_terminal();
    #[expect(clippy::disallowed_methods, reason = "this crate reads the environment")]
    let refused = std::env::var("NO_COLOR").is_ok_and(|v| !v.is_empty());
    let wanted = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !refused,
    };
    gitops_report::Style { color: wanted, width: width(terminal), unicode: true }
}

/// The columns that a terminal says it has; 100 elsewhere.
fn width(terminal: bool) -> usize {
    #[expect(clippy::disallowed_methods, reason = "this crate reads the environment")]
    let columns = std::env::var("COLUMNS").ok().filter(|_| terminal);
    columns.and_then(|c| c.parse().ok()).unwrap_or(100).clamp(60, 160)
}

fn exit(report: &Report, output: &Output) -> Exit {
    let least = match output.fail_on {
        FailOn::Note => Some(Severity::Note),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Error => Some(Severity::Error),
        FailOn::Never => None,
    };
    let counts = |f: &gitops_model::Finding| {
        f.suppressed.is_none() && least.is_some_and(|least| f.severity >= least)
    };
    let closed = match report.gate.decision {
        GateDecision::Pass => false,
        GateDecision::Hold => output.strict_gate,
        GateDecision::Block => true,
    };
    if (closed || report.findings.iter().any(counts)) && !output.exit_zero {
        Exit::Findings
    } else if output.strict && !report.unchecked.is_empty() {
        Exit::Incomplete
    } else {
        Exit::Pass
    }
}

/// Writes a file. One that stands there is written over, not emptied first: what was emptied and written
/// anew, some file systems put on the disk before they let go of it.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), Stop> {
    let write = || {
        let mut file = File::options().write(true).create(true).truncate(false).open(path)?;
        file.write_all(text.as_bytes())?;
        let len = text.len() as u64;
        if file.metadata()?.len() > len { file.set_len(len) } else { Ok(()) }
    };
    write().map_err(io(path))
}

/// Writes to standard output; a reader that went away is no error.
pub(super) fn print(text: &str) -> Result<(), Stop> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::new(format!("standard output: {e}")))
        }
        _ => Ok(()),
    }
}
