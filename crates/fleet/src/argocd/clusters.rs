//! The clusters that Argo CD knows: their Secrets, in the repository or in the configuration.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gitops_api::argocd::{CLUSTER_SECRET, Destination, IN_CLUSTER_NAME, IN_CLUSTER_SERVER};
use gitops_config::ArgoCluster;
use gitops_model::Resource;
use gitops_yaml::{Node, Origin, SmolStr};

/// One cluster.
#[derive(Debug, Clone)]
pub(super) struct KnownCluster {
    pub(super) name: SmolStr,
    pub(super) server: SmolStr,
    pub(super) project: SmolStr,
    pub(super) labels: BTreeMap<SmolStr, SmolStr>,
    pub(super) annotations: BTreeMap<SmolStr, SmolStr>,
    /// Whether a Secret describes it; the local cluster needs none.
    pub(super) has_secret: bool,
    /// Where it is described.
    pub(super) origin: Option<Origin>,
}

impl KnownCluster {
    /// The cluster that Argo CD itself runs in.
    fn local() -> Self {
        Self {
            name: IN_CLUSTER_NAME.into(),
            server: IN_CLUSTER_SERVER.into(),
            project: SmolStr::default(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            has_secret: false,
            origin: None,
        }
    }

    /// The cluster that a Secret, or what makes one, describes.
    fn of_secret(object: &Resource) -> Option<Self> {
        let template = match (object.gvk.group.as_str(), object.gvk.kind.as_str()) {
            ("", "Secret") => Some(&object.body),
            ("bitnami.com", "SealedSecret") => object.at(&["spec", "template"]),
            ("external-secrets.io", "ExternalSecret") => object.at(&["spec", "target", "template"]),
            _ => None,
        }?;
        let texts = |field| {
            let entries = template.at(&["metadata", field]).map(Node::entries).unwrap_or_default();
            entries.iter().filter_map(|e| Some((e.key.clone(), e.value.text()?.into()))).collect()
        };
        let labels: BTreeMap<SmolStr, SmolStr> = texts("labels");
        if labels.get(CLUSTER_SECRET.0).map(SmolStr::as_str) != Some(CLUSTER_SECRET.1) {
            return None;
        }
        let plain = |key| {
            let fields = [template.at(&["stringData", key]), template.at(&["data", key])];
            fields.into_iter().flatten().find_map(Node::text)
        };
        let value = |key| {
            let open = template.at(&["stringData", key]).and_then(Node::text);
            open.map(str::to_owned).or_else(|| match object.gvk.kind.as_str() {
                "Secret" => decoded(template.at(&["data", key])?.text()?),
                _ => plain(key).map(str::to_owned),
            })
        };
        Some(Self {
            name: value("name")?.into(),
            server: value("server")?.trim_end_matches('/').into(),
            project: value("project").unwrap_or_default().into(),
            labels,
            annotations: texts("annotations"),
            has_secret: true,
            origin: Some(template.origin.clone()),
        })
    }

    fn of_config(cluster: &ArgoCluster) -> Self {
        let mut labels = cluster.labels.clone();
        labels.insert(CLUSTER_SECRET.0.into(), CLUSTER_SECRET.1.into());
        Self {
            name: cluster.name.value.clone(),
            server: cluster.server.as_deref().unwrap_or_default().trim_end_matches('/').into(),
            project: SmolStr::default(),
            labels,
            annotations: cluster.annotations.clone(),
            has_secret: true,
            origin: Some(Origin::new(cluster.name.span)),
        }
    }

    pub(super) fn label(&self, key: &str) -> Option<SmolStr> {
        self.labels.get(key).cloned()
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()
}

/// The clusters of the configuration and of the Secrets among `objects`, and the local one; by name.
pub(super) fn known<'o>(
    config: &[ArgoCluster],
    objects: impl IntoIterator<Item = &'o Resource>,
) -> Vec<KnownCluster> {
    let secrets = objects.into_iter().filter_map(KnownCluster::of_secret);
    let all = secrets.chain(config.iter().map(KnownCluster::of_config));
    let mut by_name: BTreeMap<SmolStr, KnownCluster> = all.map(|c| (c.name.clone(), c)).collect();
    if by_name.values().all(|c| c.server != IN_CLUSTER_SERVER) {
        by_name.entry(IN_CLUSTER_NAME.into()).or_insert_with(KnownCluster::local);
    }
    by_name.into_values().collect()
}

/// The cluster of a destination, or why there is none.
pub(super) fn resolve<'c>(
    destination: Destination<'_>,
    clusters: &'c [KnownCluster],
) -> Result<&'c KnownCluster, String> {
    match (destination.server, destination.name) {
        (Some(_), Some(_)) => Err("its destination has a `server` and a `name`".to_owned()),
        (None, None) => Err("its destination has neither `server` nor `name`".to_owned()),
        (Some(server), None) => clusters
            .iter()
            .find(|c| c.server == server.trim_end_matches('/'))
            .ok_or_else(|| format!("no cluster has the address `{server}`")),
        (None, Some(name)) => {
            // The local cluster answers to `in-cluster` whatever its Secret calls it.
            let named = clusters.iter().find(|c| c.name == name);
            let local = || {
                clusters.iter().find(|c| name == IN_CLUSTER_NAME && c.server == IN_CLUSTER_SERVER)
            };
            named.or_else(local).ok_or_else(|| format!("no cluster has the name `{name}`"))
        }
    }
}
