//! Findings by rule and line, for formats that show one remark there.

use std::collections::BTreeMap;

use gitops_model::{Finding, Report, Severity};
use gitops_yaml::{FileId, Location, Sources};

use super::counted::counted;
use super::places::{Places, add_places, places};
use super::words::objects;
use crate::escape::line;

/// The findings of one rule that blame one line.
pub(crate) struct Alert<'a> {
    pub(crate) first: &'a Finding,
    pub(crate) findings: Vec<&'a Finding>,
    pub(crate) severity: Severity,
    pub(crate) file: FileId,
    pub(crate) at: Location,
}

/// All findings that count and have a line, the worst first.
pub(crate) fn alerts<'a>(report: &'a Report, sources: &Sources) -> Vec<Alert<'a>> {
    let mut alerts: Vec<Alert<'a>> = Vec::new();
    let mut known: BTreeMap<(&str, String, u32), usize> = BTreeMap::new();
    for finding in counted(report) {
        let Some(span) = finding.primary() else { continue };
        let at = sources.locate(span);
        let place =
            *known.entry((finding.rule, at.path.to_string(), at.line)).or_insert(alerts.len());
        match alerts.get_mut(place) {
            Some(alert) => {
                alert.findings.push(finding);
                alert.severity = alert.severity.max(finding.severity);
            }
            None => alerts.push(Alert {
                first: finding,
                findings: vec![finding],
                severity: finding.severity,
                file: span.file,
                at,
            }),
        }
    }
    alerts.sort_by_key(|a| std::cmp::Reverse(a.severity));
    alerts
}

impl Alert<'_> {
    /// What the first finding says, whom else it is true for, where and when, and what to do.
    pub(crate) fn message(&self) -> String {
        let mut text = line(&self.first.message);
        let mut keys: Vec<_> = self.findings.iter().flat_map(|f| f.objects()).collect();
        keys.sort();
        keys.dedup();
        if keys.len() > 1 {
            text += &format!("\nConcerns: {}.", objects(&keys, 10));
        }
        let mut where_and_when = Places::new();
        self.findings.iter().for_each(|f| add_places(&mut where_and_when, f));
        if !where_and_when.is_empty() {
            text += &format!("\nWhere: {}.", places(&where_and_when));
        }
        if let Some(help) = &self.first.help {
            text += &format!("\nHelp: {}.", line(help));
        }
        text
    }
}
