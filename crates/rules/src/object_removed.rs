//! `object-removed`: an object goes whose removal is felt elsewhere, or leaves something behind.

use gitops_model::{Apply, Resource, Severity};
use gitops_yaml::Node;

use crate::{Check, Draft, Pair, removal, write};

rule!(
    "object-removed",
    Warning,
    Check::Pair(check),
    "deletes an object that others feel, or that leaves something behind"
);

fn check(pair: &Pair<'_>, out: &mut Vec<Draft>) {
    for removed in removal::gone_for_good(pair) {
        let Some((severity, what, proof)) = consequence(removed.object) else { continue };
        let (kind, name) = (&removed.object.key.kind, &removed.object.key.name);
        let namespace = match removed.object.key.namespace.as_str() {
            "" => "default",
            namespace => namespace,
        };
        let message = format!("{}: {what}", removed.deletes_it());
        let draft = removed.draft(message).severity(severity).help(format!(
            "to keep it, first commit {} on it and wait until that is live; to see what stays: \
             `{}`",
            removed.guard(),
            proof
                .replace("NAMESPACE", namespace)
                .replace("NAME", name)
                .replace("KIND", &kind.to_lowercase()),
        ));
        let lost = write::holds_data(removed.object);
        out.push(if lost { draft.apply(Apply::DataLoss) } else { draft });
    }
}

/// How bad it is, what follows, and the command that shows it.
fn consequence(object: &Resource) -> Option<(Severity, &'static str, &'static str)> {
    use Severity::{Error, Note, Warning};
    let is = |keys: &[&str], value: &str| object.at(keys).and_then(Node::text) == Some(value);
    Some(match (&*object.gvk.group, &*object.gvk.kind) {
        ("apps", "StatefulSet") if write::holds_data(object) => (
            Error,
            "its claims go with it, as `whenDeleted: Delete` asks, and with them the data",
            "kubectl get pvc -n NAMESPACE",
        ),
        ("apps", "StatefulSet") => (
            Warning,
            "its pods stop; its claims and their data stay behind",
            "kubectl get pvc -n NAMESPACE",
        ),
        ("apps", "Deployment" | "DaemonSet") => {
            (Note, "its pods stop", "kubectl get pods -n NAMESPACE")
        }
        ("", "PersistentVolume") if is(&["spec", "persistentVolumeReclaimPolicy"], "Delete") => (
            Error,
            "the storage behind it is destroyed, as its reclaim policy asks",
            "kubectl get pv",
        ),
        ("", "PersistentVolume") => (
            Warning,
            "the storage behind it stays, but claims bound to it lose it",
            "kubectl get pv,pvc -A",
        ),
        ("", "Service") if is(&["spec", "type"], "LoadBalancer") => (
            Warning,
            "its external address is released and may not come back",
            "kubectl get service -A",
        ),
        ("", "ServiceAccount") => {
            (Note, "pods that run as it can no longer be started", "kubectl get pods -n NAMESPACE")
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => (
            Warning,
            "whom it names loses the permissions",
            "kubectl get rolebinding,clusterrolebinding -A",
        ),
        ("storage.k8s.io", "StorageClass") => (
            Warning,
            "claims that ask for it stay pending; volumes that exist are not touched",
            "kubectl get pvc -A",
        ),
        ("scheduling.k8s.io", "PriorityClass") => {
            (Warning, "pods that ask for it can no longer be started", "kubectl get pods -A")
        }
        ("networking.k8s.io", "IngressClass") => {
            (Warning, "ingresses that ask for it are no longer served", "kubectl get ingress -A")
        }
        ("gateway.networking.k8s.io", "GatewayClass" | "Gateway") => (
            Warning,
            "routes that are attached through it are no longer served",
            "kubectl get gateway,httproute -A",
        ),
        ("networking.k8s.io", "NetworkPolicy") => (
            Warning,
            "traffic that it kept out is let in",
            "kubectl get networkpolicy -n NAMESPACE",
        ),
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => (Note, "what it enforced is enforced no longer", "kubectl get KIND"),
        ("cert-manager.io", "ClusterIssuer" | "Issuer") => (
            Warning,
            "certificates that it issued are not renewed and run out later",
            "kubectl get certificate -A",
        ),
        ("external-secrets.io", "ExternalSecret")
            if !is(&["spec", "target", "creationPolicy"], "Orphan") =>
        {
            (Warning, "the Secret that it made goes with it", "kubectl get secret -n NAMESPACE")
        }
        ("bitnami.com", "SealedSecret") => {
            (Warning, "the Secret that it made goes with it", "kubectl get secret -n NAMESPACE")
        }
        ("external-secrets.io", "ClusterSecretStore" | "SecretStore") => (
            Warning,
            "secrets that come from it are no longer refreshed",
            "kubectl get externalsecret -A",
        ),
        ("source.toolkit.fluxcd.io", _) => (
            Note,
            "what is built from it stays as it is and is no longer updated",
            "flux get all -A",
        ),
        _ => return None,
    })
}
