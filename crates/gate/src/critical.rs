//! Components on which others depend.

use std::sync::OnceLock;

use gitops_config::{Config, ObjectPattern};
use gitops_model::ObjectKey;

const TABLE: &str = include_str!("../../../schemas/tables/critical.yaml");

/// Whether an object is critical, by the configured list or the default one.
pub(crate) fn is_critical(key: &ObjectKey, config: &Config) -> bool {
    static READ: OnceLock<Vec<ObjectPattern>> = OnceLock::new();
    let default = || READ.get_or_init(|| patterns().unwrap_or_default());
    config.critical.as_ref().unwrap_or_else(default).iter().any(|p| p.matches(key))
}

fn patterns() -> Result<Vec<ObjectPattern>, String> {
    let rows: Vec<String> = serde_yaml::from_str(TABLE).map_err(|e| e.to_string())?;
    rows.iter().map(|row| ObjectPattern::parse(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_list_reads() {
        assert!(patterns().is_ok_and(|p| !p.is_empty()));
        let config = Config::default();
        let key = |namespace, name| ObjectKey::new("apps", "Deployment", namespace, name);
        assert!(is_critical(&key("kube-system", "coredns"), &config));
        assert!(is_critical(&key("flux-system", "source-controller"), &config));
        assert!(!is_critical(&key("shop", "web"), &config));
        let none = Config { critical: Some(Vec::new()), ..Config::default() };
        assert!(!is_critical(&key("kube-system", "coredns"), &none));
    }
}
