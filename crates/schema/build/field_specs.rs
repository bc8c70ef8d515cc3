//! kustomize's default field specs as a constant: read from text, they would take a good part of the time in
//! which a small root is rendered.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `kustomize-field-specs.yaml`.
#[derive(Deserialize)]
pub(crate) struct Table {
    /// Where kinds keep the spec of their pods.
    pod: BTreeMap<String, String>,
    #[serde(rename = "nameReference")]
    name_reference: Vec<Reference>,
    #[serde(flatten)]
    lists: BTreeMap<String, Vec<Row>>,
}

/// `kustomize-order.yaml`.
#[derive(Deserialize)]
pub(crate) struct Order {
    first: Vec<String>,
    last: Vec<String>,
}

#[derive(Deserialize)]
struct Row {
    path: String,
    #[serde(default)]
    create: bool,
    #[serde(default)]
    kinds: Vec<String>,
}

#[derive(Deserialize)]
struct Reference {
    to: String,
    from: Vec<Row>,
}

struct Gvk {
    group: String,
    version: String,
    kind: String,
}

struct FieldSpec {
    gvk: Gvk,
    path: String,
    create: bool,
}

/// The constants, in the order in which kustomize sorts field specs.
pub(crate) fn constants(table: &Table, order: &Order) -> String {
    let mut out = String::from(
        "/// The specs of each transformer, by its name.\npub const FIELD_SPECS: &[(&str, &[FieldSpec])] = &[\n",
    );
    for (name, rows) in &table.lists {
        out += &format!("({name:?}, &[{}]),\n", table.specs(rows, order));
    }
    out += "];\n/// The fields that hold names, with the kind that they name.\npub const NAME_REFERENCES: &[(Gvk, &[FieldSpec])] = &[\n";
    let mut references: Vec<(Gvk, &Vec<Row>)> =
        table.name_reference.iter().map(|r| (gvk(&r.to), &r.from)).collect();
    references.sort_by_cached_key(|(to, _)| order.rank(to));
    for (to, from) in references {
        out += &format!("({}, &[{}]),\n", to.text(), table.specs(from, order));
    }
    out += "];\n";
    out += &format!(
        "/// The kinds that are printed first, in their order.\npub const FIRST: &[&str] = &{:?};\n",
        order.first
    );
    out + &format!(
        "/// The kinds that are printed last, in their order.\npub const LAST: &[&str] = &{:?};\n",
        order.last
    )
}

impl Table {
    fn specs(&self, rows: &[Row], order: &Order) -> String {
        let mut specs: Vec<FieldSpec> = rows.iter().flat_map(|row| self.expanded(row)).collect();
        specs.sort_by_cached_key(|spec| order.rank(&spec.gvk));
        let text = |FieldSpec { gvk, path, create }: &FieldSpec| {
            format!("FieldSpec {{ gvk: {}, path: {path:?}, create: {create} }}, ", gvk.text())
        };
        specs.iter().map(text).collect()
    }

    /// A row, once for each of its kinds; no kinds are any.
    fn expanded(&self, row: &Row) -> Vec<FieldSpec> {
        let any = ["*".to_owned()];
        let kinds = if row.kinds.is_empty() { &any[..] } else { &row.kinds };
        let one = |kind: &String| {
            let gvk = gvk(kind);
            let pod = self.pod.get(&gvk.kind).or_else(|| self.pod.get("*"));
            let path = row.path.replace("{pod}", pod.map_or("", String::as_str));
            FieldSpec { gvk, path, create: row.create }
        };
        kinds.iter().map(one).collect()
    }
}

impl Gvk {
    fn text(&self) -> String {
        let Self { group, version, kind } = self;
        format!("Gvk {{ group: {group:?}, version: {version:?}, kind: {kind:?} }}")
    }
}

impl Order {
    fn rank(&self, gvk: &Gvk) -> (i64, String) {
        let at = |kinds: &[String]| kinds.iter().position(|kind| *kind == gvk.kind);
        let first = at(&self.first).map(|at| at as i64 - self.first.len() as i64);
        let rank = first.or(at(&self.last).map(|at| at as i64 + 1)).unwrap_or(0);
        let or = |text: &str, none: &str| if text.is_empty() { none } else { text }.to_owned();
        let parts = [or(&gvk.group, "~G"), or(&gvk.version, "~V"), or(&gvk.kind, "~K")];
        (rank, parts.join("_"))
    }
}

/// Reads `Kind` or `Kind.version.group`, `*` for any.
fn gvk(text: &str) -> Gvk {
    let mut parts = text.splitn(3, '.');
    let mut part = || parts.next().filter(|p| *p != "*").unwrap_or_default().to_owned();
    let (kind, version, group) = (part(), part(), part());
    Gvk { group, version, kind }
}
