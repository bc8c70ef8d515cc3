//! `crd-narrowed`: a definition takes less than before, or drops fields.

mod schema;

use gitops_model::{Change, FieldPath};
use gitops_yaml::Node;
use schema::{Narrowing, narrowings};

use crate::{Check, Draft, Pair, definition, difference, wording};

rule!(
    "crd-narrowed",
    Note,
    Check::Change(check),
    "makes a custom resource refuse or drop what it took before"
);

fn check(pair: &Pair<'_>, change: &Change, out: &mut Vec<Draft>) {
    let Some((old, new)) = definition::both(change) else { return };
    let (name, group) = (definition::kind(new), definition::group(new));
    for version in definition::versions(new) {
        let label = version.get("name").and_then(Node::text).unwrap_or_default();
        let before = definition::versions(old)
            .find(|v| v.get("name").and_then(Node::text) == Some(label))
            .and_then(|v| v.at(&["schema", "openAPIV3Schema"]));
        let (Some(before), Some(after)) = (before, version.at(&["schema", "openAPIV3Schema"]))
        else {
            continue;
        };
        let found = narrowings(before, after);
        if found.is_empty() {
            continue;
        }
        let said: Vec<String> =
            found.iter().take(MOST).map(|n| format!("`{}` {}", n.path, n.what)).collect();
        let more = found.len().saturating_sub(MOST);
        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
        let users: Vec<_> = pair
            .after
            .objects()
            .filter(|(_, o)| o.gvk.is(group, name))
            .map(|(_, o)| &o.key)
            .collect();
        let here = if users.is_empty() { "none" } else { &wording::list(&users) };
        let message = format!(
            "`{name}.{group}` takes less as `{label}`: {}{more}; {}; of its objects {here} is in this \
             repository",
            said.join(", "),
            suffers(&found),
        );
        let path = FieldPath::keys(&["spec", "versions"]);
        let draft = Draft::new(message).on(new).field(path.clone()).help(format!(
            "look at those on the cluster (`kubectl get {} -A -o yaml`) and mend them first",
            new.key.name
        ));
        out.push(difference::blame(draft, change, &path));
    }
}

/// What becomes of stored objects: the server validates what is written, and cuts off what is read, too.
fn suffers(found: &[Narrowing]) -> &'static str {
    let cut = found.iter().filter(|narrowing| narrowing.cuts_off()).count();
    match (cut, found.len() - cut) {
        (0, _) => {
            "objects that do not fit stay as they are, and are refused when they are next written"
        }
        (_, 0) => {
            "nobody reads the values that objects have there any more, and they are lost when the object is \
             next written"
        }
        _ => {
            "objects that do not fit are refused when they are next written, and values of dropped fields are \
             no longer read, and lost when the object is next written"
        }
    }
}

/// How many are told one by one.
const MOST: usize = 3;
