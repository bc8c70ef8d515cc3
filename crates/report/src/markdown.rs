//! stub
use gitops_model::Report;
use gitops_yaml::Sources;
/// stub
#[must_use]
pub fn markdown(_: &Report, _: &Sources) -> String {
    String::new()
}
