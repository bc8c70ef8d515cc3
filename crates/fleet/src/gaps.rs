//! Objects whose content is made elsewhere: they are compared as objects, and what they make is counted as
//! unchecked.

use std::sync::Arc;

use gitops_api::flux::HelmRelease;
use gitops_model::{Resource, Unchecked, Unit};

/// What the objects of some units make that is not followed.
pub(crate) fn gaps(units: &[Unit]) -> Vec<Unchecked> {
    units.iter().flat_map(|u| u.resources.iter()).filter_map(gap).collect()
}

fn gap(object: &Arc<Resource>) -> Option<Unchecked> {
    let release = HelmRelease::of(object)?;
    let why = match release.chart() {
        Some(chart) if chart.source.kind == "GitRepository" => {
            format!(
                "the chart of {} is not rendered, only its version and values are compared",
                chart.source
            )
        }
        Some(chart) => format!("the chart of {} is not in the repository", chart.source),
        None => "it names no chart".to_owned(),
    };
    let span = Some(object.body.span());
    Some(Unchecked { what: object.key.to_string(), why, changed: false, span })
}
