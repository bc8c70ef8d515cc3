//! `crd-conversion-changed`: objects are translated between versions in another way.

use gitops_model::{Change, Resource, Severity};
use gitops_yaml::Node;

use crate::difference::Difference;
use crate::{Check, Draft, Pair, definition};

rule!(
    "crd-conversion-changed",
    Warning,
    Check::Change(check),
    "translates a custom resource between its versions in another way"
);

fn check(_: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let Some((old, new)) = definition::both(change) else { return };
    let (before, after) = (asks(old), asks(new));
    if before == after {
        return;
    }
    let Some(found) = Difference::at(change, &["spec", "conversion"]) else { return };
    let kind = format!("`{}.{}`", definition::kind(new), definition::group(new));
    let follows = match &after {
        Some(service) => format!(
            "is translated between its versions by {service} now: where that does not answer, objects can \
             neither be read nor written in another version than they are stored in, and namespaces that hold \
             them cannot be deleted"
        ),
        None => "is no longer translated between its versions: a version is read with the fields of the one \
                 that is stored, and fields that only the other knows are dropped when an object is next written"
            .to_owned(),
    };
    let one = definition::versions(new).filter(|v| definition::is(v, "served")).count() < 2;
    let severity = if one { Severity::Note } else { Severity::Warning };
    out.push(found.draft(format!("{kind} {follows}")).severity(severity).help(
        "let what translates be ready before the definition asks for it, and keep it as long as objects are \
         stored in an older version",
    ));
}

/// Who translates: a Service or an address; `None` where the version is only renamed.
fn asks(definition: &Resource) -> Option<String> {
    let conversion = definition.at(&["spec", "conversion"])?;
    if conversion.get("strategy").and_then(Node::text) != Some("Webhook") {
        return None;
    }
    let client = conversion.at(&["webhook", "clientConfig"]);
    let service = client.and_then(|c| c.get("service"));
    let text = |key| service?.get(key)?.text();
    Some(match (text("namespace"), text("name")) {
        (Some(namespace), Some(name)) => format!("`Service {namespace}/{name}`"),
        _ => client
            .and_then(|c| c.get("url")?.text())
            .map_or("a webhook".into(), |u| format!("`{u}`")),
    })
}
