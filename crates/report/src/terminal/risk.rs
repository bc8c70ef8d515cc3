//! The score with its reasons, and how far the change may go.

use std::collections::BTreeMap;

use gitops_model::{CauseRisk, GateDecision, Reason, Report, WaveDecision};

use super::style::{Page, Style, Tone};
use crate::view::names;

/// Causes whose reasons are shown.
const MOST: usize = 3;

/// The colour of a score.
pub(crate) fn tone(score: u8) -> Tone {
    match score {
        0..10 => Tone::Good,
        10..30 => Tone::Warn,
        _ => Tone::Bad,
    }
}

/// The decision in its colour.
pub(crate) fn badge(style: &Style, decision: GateDecision) -> String {
    match decision {
        GateDecision::Pass => style.paint(Tone::GoodBadge, " PASS "),
        GateDecision::Hold => style.paint(Tone::WarnBadge, " HOLD "),
        GateDecision::Block => style.paint(Tone::BadBadge, " BLOCK "),
    }
}

/// What the score is made of: every cause where it is riskiest, with its scores elsewhere.
pub(crate) fn section(page: &mut Page<'_>, report: &Report) {
    let causes = by_cause(&report.risk.causes);
    if causes.is_empty() {
        return;
    }
    page.section(&format!("Risk {}/100", report.risk.score));
    for environments in causes.iter().take(MOST) {
        cause(page, environments);
    }
    if let Some(next) = causes.get(MOST).and_then(|environments| environments.first()) {
        let rest = format!("       and {} more, the highest {}", causes.len() - MOST, next.score);
        let rest = page.style.paint(Tone::Dim, &rest);
        page.line(&rest);
    }
}

/// The environments of each cause, the riskiest causes and environments first.
fn by_cause(risks: &[CauseRisk]) -> Vec<Vec<&CauseRisk>> {
    let mut sorted: Vec<&CauseRisk> = risks.iter().collect();
    sorted.sort_by_key(|c| std::cmp::Reverse(c.score));
    let mut causes: Vec<Vec<&CauseRisk>> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for risk in sorted {
        let place = *known.entry(&risk.cause).or_insert(causes.len());
        match causes.get_mut(place) {
            Some(environments) => environments.push(risk),
            None => causes.push(vec![risk]),
        }
    }
    causes
}

fn cause(page: &mut Page<'_>, environments: &[&CauseRisk]) {
    let [worst, elsewhere @ ..] = environments else { return };
    let score = page.style.paint(tone(worst.score), &format!("{:>3}", worst.score));
    let elsewhere: Vec<String> =
        elsewhere.iter().map(|c| format!("{} in {}", c.score, c.environment)).collect();
    let elsewhere = match elsewhere.as_slice() {
        [] => String::new(),
        scores => format!(" ({})", scores.join(", ")),
    };
    let label = format!("{} in {}{elsewhere}", worst.label, worst.environment);
    page.wrapped(&format!("  {score}  "), 7, &label);
    page.wrapped("       ", 7, &sum(worst, page.style));
    for lower in worst.lowers.iter().take(2) {
        let word = format!("lower to {}:", lower.score);
        let start = format!("       {} ", page.style.paint(Tone::Good, &word));
        page.wrapped(&start, 8 + word.len(), &lower.label);
    }
}

/// The reasons as a sum in decibels: `certain +0.0 · outage +10.0 · revert restores −1.5 = 8.5 dB → 50`.
pub(crate) fn sum(cause: &CauseRisk, style: &Style) -> String {
    let signed = |n: f64, plus| {
        // A tenth rounds to zero without a sign.
        let n = (n * 10.0).round() / 10.0;
        format!("{}{:.1}", if n < 0.0 { style.pick("−", "-") } else { plus }, n.abs())
    };
    // A value and its reason stay on one line.
    let reason =
        |r: &Reason| format!("{}\u{a0}{}", r.label.replace(' ', "\u{a0}"), signed(r.decibels, "+"));
    let reasons: Vec<String> = cause.reasons.iter().map(reason).collect();
    let sum = signed(cause.reasons.iter().map(|r| r.decibels).sum(), "");
    let arrow = style.pick("→", "->");
    format!(
        "{} = {sum}\u{a0}dB {arrow}\u{a0}{}",
        reasons.join(style.pick(" · ", ", ")),
        cause.score
    )
}

/// Which wave may take it.
pub(crate) fn waves(page: &mut Page<'_>, report: &Report) {
    if report.gate.waves.is_empty() {
        return;
    }
    page.section("Waves");
    let mut table = Vec::new();
    for wave in &report.gate.waves {
        let (mark, ascii, tone) = match wave.decision {
            WaveDecision::Allowed => ("✓", "+", Tone::Good),
            WaveDecision::AfterSoak => ("◷", "~", Tone::Note),
            WaveDecision::NeedsApproval => ("?", "?", Tone::Warn),
            WaveDecision::Held => ("‖", "=", Tone::Warn),
            WaveDecision::Blocked => ("✗", "x", Tone::Bad),
        };
        let clusters: Vec<&str> = wave.clusters.iter().map(AsRef::as_ref).collect();
        let soak = wave.wait_time.as_ref().map_or_else(String::new, |t| format!("soaks {t}"));
        table.push(vec![
            (page.style.pick(mark, ascii).to_owned(), Some(tone)),
            (wave.name.to_string(), Some(Tone::Strong)),
            (wave.decision.as_str().to_owned(), Some(tone)),
            (format!("risk {}", wave.score), None),
            (names(&clusters, 4), None),
            (soak, Some(Tone::Dim)),
        ]);
    }
    for (row, wave) in page.align(&table).into_iter().zip(&report.gate.waves) {
        because(page, &row, &wave.because);
    }
}

/// The reasons below a wave; a single short one beside it.
fn because(page: &mut Page<'_>, row: &str, reasons: &[String]) {
    if let [only] = reasons
        && columns(row) + only.chars().count() <= page.style.width
    {
        page.wrapped(row, columns(row), only);
        return;
    }
    page.line(row);
    for reason in reasons.iter().take(4) {
        page.wrapped("      ", 6, reason);
    }
    if reasons.len() > 4 {
        page.line(&format!("      and {} more", reasons.len() - 4));
    }
}

/// The columns of a text with colours.
fn columns(text: &str) -> usize {
    let codes: usize =
        text.split('\u{1b}').skip(1).map(|part| part.find('m').map_or(0, |end| end + 2)).sum();
    text.chars().count() - codes.min(text.chars().count())
}
