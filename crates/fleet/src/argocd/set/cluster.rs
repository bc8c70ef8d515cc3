//! The cluster generator.

use gitops_api::argocd::{IN_CLUSTER_NAME, IN_CLUSTER_SERVER};
use gitops_template::{Value, normalize};
use gitops_yaml::{Node, SmolStr};

use super::Stop;
use super::generate::Generator;
use crate::argocd::clusters::KnownCluster;
use crate::selector::Selector;

impl Generator<'_> {
    /// One set for each cluster that the selector takes; the local cluster without a Secret counts where
    /// nothing is selected.
    pub(super) fn clusters(&self, options: &Node) -> Result<Vec<Value>, Stop> {
        let selector = match options.get("selector").filter(|s| !s.is_null()) {
            Some(selector) => Selector::of_labels(selector)?,
            None => Selector::default(),
        };
        let values = options.get("values");
        let mut sets = Vec::new();
        let secrets = self.inputs.clusters.iter().filter(|c| c.has_secret);
        for cluster in secrets.filter(|c| selector.matches(&|key| c.label(key))) {
            let params = self.cluster_params(cluster);
            self.append_values(values, &params)?;
            sets.push(params);
        }
        let local_has_secret = self.inputs.clusters.iter().any(|c| {
            c.has_secret && c.server == IN_CLUSTER_SERVER && selector.matches(&|key| c.label(key))
        });
        if selector.is_empty() && !local_has_secret {
            let local = [
                ("name", IN_CLUSTER_NAME),
                ("nameNormalized", IN_CLUSTER_NAME),
                ("server", IN_CLUSTER_SERVER),
                ("project", ""),
            ];
            let params = Value::map(local.map(|(k, v)| (k.into(), Value::string(v))));
            self.append_values(values, &params)?;
            sets.push(params);
        }
        if sets.is_empty() && !self.inputs.clusters.iter().any(|c| c.has_secret) {
            let why = "its generator `clusters` selects among clusters whose Secrets are not in the repository; \
                       describe them under `argocd.clusters` in the configuration, with labels and annotations";
            return Err(Stop::Unknown(why.to_owned(), options.span()));
        }
        if options.get("flatList").and_then(Node::as_bool) == Some(true) {
            sets = vec![Value::map([("clusters".into(), Value::list(sets))])];
        }
        Ok(sets)
    }

    fn cluster_params(&self, cluster: &KnownCluster) -> Value {
        let written = |value: Value| match &cluster.origin {
            Some(origin) => value.written(origin.clone(), gitops_yaml::Exposure::Open),
            None => value,
        };
        let string = |text: &str| written(Value::string(text));
        let params = Value::map([
            ("name".into(), string(&cluster.name)),
            ("nameNormalized".into(), string(&normalize(&cluster.name))),
            ("server".into(), string(&cluster.server)),
            ("project".into(), string(&cluster.project)),
        ]);
        let metadata = [("annotations", &cluster.annotations), ("labels", &cluster.labels)];
        if self.engine.is_go() {
            let meta = Value::map([]);
            for (field, texts) in metadata.into_iter().filter(|(_, texts)| !texts.is_empty()) {
                let entries = texts.iter().map(|(k, v)| (k.clone(), string(v)));
                meta.set(field, Value::string_map(entries));
            }
            params.set("metadata", meta);
        } else {
            for (field, texts) in metadata {
                for (key, text) in texts {
                    params.set(SmolStr::from(format!("metadata.{field}.{key}")), string(text));
                }
            }
        }
        params
    }
}
