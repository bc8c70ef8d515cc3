//! What the Go types of an API say of its kinds, in the notation of `schemas/tables/types.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use gitops_model::Gvk;

use super::go::{Declaration, Field, Package, Shape, Type};

/// The structures of one group and version by name; each maps its fields to their notation.
pub(crate) type Section = BTreeMap<String, Vec<(String, String)>>;

/// Packages by import path, each with the section that it makes: `apps/v1`.
pub(crate) struct Universe<'p> {
    pub(crate) packages: &'p BTreeMap<String, (String, Package)>,
}

/// Types that decode themselves, or that are named where no structure tells more.
const OWN: &[(&str, &str)] = &[
    ("k8s.io/apimachinery/pkg/apis/meta/v1.Time", "time"),
    ("k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime", "time"),
    ("k8s.io/apimachinery/pkg/apis/meta/v1.Duration", "duration"),
    ("k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1", "any"),
    ("k8s.io/apimachinery/pkg/api/resource.Quantity", "quantity"),
    ("k8s.io/apimachinery/pkg/util/intstr.IntOrString", "int-or-string"),
    ("k8s.io/apimachinery/pkg/runtime.RawExtension", "any"),
    ("k8s.io/apimachinery/pkg/types.UID", "string"),
    ("k8s.io/apimachinery/pkg/types.NodeName", "string"),
    ("k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON", "any"),
    ("k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaProps", "any"),
];

/// Fields that the types ask for and the API server does without: tried one by one against its own code.
const UNASKED: &[&str] = &[
    "APIServiceSpec.insecureSkipTLSVerify",
    "CSIDriver.spec",
    "CustomResourceDefinitionVersion.served",
    "CustomResourceDefinitionVersion.storage",
    "ControllerRevision.revision",
    "ForZone.name",
    "HTTPHeader.value",
    "ISCSIPersistentVolumeSource.lun",
    "ISCSIVolumeSource.lun",
    "LimitRangeSpec.limits",
    "PodFailurePolicy.rules",
    "PreferredSchedulingTerm.preference",
    "ScaleIOPersistentVolumeSource.secretRef",
    "ScaleIOVolumeSource.secretRef",
    "SleepAction.seconds",
    "Sysctl.value",
    "TokenRequest.audience",
    "TypedLocalObjectReference.kind",
];

/// A field of Alerts and Receivers, and the kinds that Flux Operator adds to it where it installs Flux
/// (`internal/builder/templates.go`). Which of the two did is not known.
const WIDENED: (&str, &str, &str) = (
    "github.com/fluxcd/notification-controller/api/v1",
    "CrossNamespaceObjectReference.kind",
    "FluxInstance|ResourceSet|ResourceSetInputProvider",
);

const META: &str = "k8s.io/apimachinery/pkg/apis/meta/v1";

/// The package that a name stands in, and that of the structure which it is noted for.
#[derive(Clone, Copy)]
struct At<'a> {
    path: &'a str,
    owner: &'a str,
}

impl Universe<'_> {
    /// The kinds of some packages and all that they are made of, by section.
    pub(crate) fn sections(
        &self,
        wanted: impl Fn(&str) -> bool,
        release: u32,
    ) -> BTreeMap<String, Section> {
        let mut sections: BTreeMap<String, Section> = BTreeMap::new();
        let mut next: Vec<(String, String)> = Vec::new();
        for (path, (section, package)) in self.packages.iter().filter(|(path, _)| wanted(path)) {
            let kinds = package.types.iter().filter(|(name, declaration)| {
                is_kind(declaration) && is_served(section, name, declaration, release)
            });
            next.extend(kinds.map(|(name, _)| (path.clone(), name.clone())));
        }
        let mut seen: BTreeSet<(String, String)> = next.iter().cloned().collect();
        while let Some((path, name)) = next.pop() {
            let Some((section, package)) = self.packages.get(&path) else { continue };
            let Some(declaration) = package.types.get(&name) else { continue };
            let mut named = BTreeSet::new();
            let fields = self.structure(&path, declaration, &name, &mut named);
            sections.entry(section.clone()).or_default().insert(name, fields);
            next.extend(named.into_iter().filter(|id| seen.insert(id.clone())));
        }
        sections
    }

    /// The notation of every field, and the structures that it names.
    fn structure(
        &self,
        path: &str,
        declaration: &Declaration,
        name: &str,
        named: &mut BTreeSet<(String, String)>,
    ) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        if has(&declaration.markers, "structType=atomic")
            || has(&declaration.markers, "mapType=atomic")
        {
            fields.push(("$".to_owned(), "atomic".to_owned()));
        }
        let status = !is_kind(declaration) || name == "PersistentVolumeClaim";
        self.fields(At { path, owner: path }, declaration, status, named, &mut fields);
        for (key, text) in &mut fields {
            let (home, widened, more) = WIDENED;
            if path == home && format!("{name}.{key}") == widened {
                *text = text.replacen(' ', &format!("|{more} "), 1);
            }
            // Nobody asks anything of what the server writes itself.
            let unasked = name.ends_with("Status") || name.ends_with("Condition");
            if unasked || UNASKED.contains(&&*format!("{name}.{key}")) {
                *text = text.trim_end_matches(" required").to_owned();
            }
            if let (true, Some(at)) = (unasked, text.find('=')) {
                let end = text[at..].find([']', '}', ' ']).map_or(text.len(), |len| at + len);
                text.replace_range(at..end, "string");
            }
        }
        fields
    }

    fn fields(
        &self,
        at: At<'_>,
        declaration: &Declaration,
        status: bool,
        named: &mut BTreeSet<(String, String)>,
        out: &mut Vec<(String, String)>,
    ) {
        let Shape::Struct(fields) = &declaration.shape else { return };
        for field in fields {
            let (home, name) = locate(at.path, &field.ty);
            if name == "TypeMeta" || field.json == "status" && !status {
                continue;
            }
            if field.inline {
                if let Some((path, inlined)) = self.declared(&home, &name) {
                    self.fields(At { path, ..at }, inlined, status, named, out);
                }
                continue;
            }
            let mut text = self.notation(at, field, named);
            text.push_str(&rules(field));
            text.push_str(&limits(&self.all_markers(at.path, field)));
            out.push((field.json.clone(), text));
        }
    }

    /// The declaration of a structure, and the package that it stands in: an alias leads to another.
    fn declared(&self, path: &str, name: &str) -> Option<(&str, &Declaration)> {
        let (path, (_, package)) = self.packages.get_key_value(path)?;
        let declaration = package.types.get(name)?;
        match &declaration.shape {
            Shape::Struct(_) => Some((path, declaration)),
            Shape::Named(other) => {
                let (home, name) = locate(path, other);
                self.declared(&home, &name)
            }
        }
    }

    fn notation(
        &self,
        at: At<'_>,
        field: &Field,
        named: &mut BTreeSet<(String, String)>,
    ) -> String {
        let pointer = if field.ty.text.starts_with('*') { "?" } else { "" };
        let own = enumerated(&field.markers);
        let text = match own {
            Some(values) if field.ty.text.starts_with("[]") => format!("[{values}]"),
            Some(values) => values,
            None if has(&field.markers, "kubebuilder:pruning:PreserveUnknownFields") => {
                "any".to_owned()
            }
            None => self.ty(at, &field.ty, named),
        };
        format!("{pointer}{text}")
    }

    /// What is said of a field, and of its type where that has a name.
    fn all_markers(&self, path: &str, field: &Field) -> Vec<String> {
        let mut markers = field.markers.clone();
        let (home, name) = locate(path, &field.ty);
        let declared = self.packages.get(&home).and_then(|(_, package)| package.types.get(&name));
        let is_named = !field.ty.text.contains([']', '*']);
        markers.extend(declared.filter(|_| is_named).into_iter().flat_map(|d| d.markers.clone()));
        markers
    }

    /// The notation of a type.
    fn ty(&self, at: At<'_>, ty: &Type, named: &mut BTreeSet<(String, String)>) -> String {
        let inner = |text: &str| Type { text: text.to_owned(), import: ty.import.clone() };
        let text = ty.text.trim_start_matches('*');
        if text == "[]byte" {
            return "bytes".to_owned();
        }
        if let Some(item) = text.strip_prefix("[]") {
            return format!("[{}]", self.ty(at, &inner(item), named));
        }
        if let Some((_, value)) = text.strip_prefix("map[").and_then(|t| t.split_once(']')) {
            return format!("{{{}}}", self.ty(at, &inner(value), named));
        }
        let basic = match text {
            "string" | "bool" => text,
            "int" | "int32" | "uint32" => "int",
            "int64" | "uint64" => "long",
            "float64" => "float",
            "interface{}" | "any" => "any",
            _ => "",
        };
        if !basic.is_empty() {
            return basic.to_owned();
        }
        self.named(at, ty, named)
    }

    fn named(&self, at: At<'_>, ty: &Type, named: &mut BTreeSet<(String, String)>) -> String {
        let (home, name) = locate(at.path, ty);
        let id = format!("{home}.{name}");
        if let Some((_, own)) = OWN.iter().find(|(known, _)| *known == id) {
            return (*own).to_owned();
        }
        let found = self.packages.get(&home).and_then(|(s, p)| Some((s, p, p.types.get(&name)?)));
        let Some((section, package, declaration)) = found else { return "any".to_owned() };
        match &declaration.shape {
            Shape::Struct(_) => {
                named.insert((home.clone(), name.clone()));
                if home == at.owner { name } else { format!("{section}.{name}") }
            }
            Shape::Named(other) => {
                if let Some(values) = enumerated(&declaration.markers) {
                    return values;
                }
                match package.constants.get(&name) {
                    // A name with a blank in it would need quotes, and only one list has such.
                    Some(values)
                        if has(&declaration.markers, "enum")
                            && !values.iter().any(|v| v.contains(' ')) =>
                    {
                        one_of(values)
                    }
                    _ => self.ty(At { path: &home, ..at }, other, named),
                }
            }
        }
    }
}

/// The package and the name of a type, without what makes a list or a pointer of it.
fn locate(path: &str, ty: &Type) -> (String, String) {
    let bare = &ty.text[ty.text.rfind(['*', ']']).map_or(0, |at| at + 1)..];
    match (bare.split_once('.'), &ty.import) {
        (Some((_, name)), Some(import)) => (import.clone(), name.to_owned()),
        _ => (path.to_owned(), bare.to_owned()),
    }
}

/// How lists and maps are merged, and whether a value has to be there.
fn rules(field: &Field) -> String {
    let mut rules = String::new();
    let marker = |name: &str| value(&field.markers, name);
    let keys: Vec<&str> =
        field.markers.iter().filter_map(|m| m.strip_prefix("listMapKey=")).collect();
    match marker("listType=") {
        Some("map") => rules += &format!(" by {}", keys.join(",")),
        Some(kind @ ("atomic" | "set")) => rules += &format!(" {kind}"),
        _ if marker("mapType=") == Some("atomic") || marker("structType=") == Some("atomic") => {
            rules += " atomic";
        }
        _ => {}
    }
    let (strategy, key) = &field.patch;
    if strategy.split(',').any(|s| s == "merge") {
        rules += " merge";
        if !key.is_empty() {
            rules += &format!(" {key}");
        }
    }
    if strategy.split(',').any(|s| s == "retainKeys") {
        rules += " retain";
    }
    if is_required(field) {
        rules += " required";
    }
    rules
}

/// Bounds and pattern, in the order in which they are read.
fn limits(markers: &[String]) -> String {
    let said = |names: [&str; 3]| {
        let marker = |name: &str| value(markers, &format!("kubebuilder:validation:{name}"));
        names.into_iter().find_map(marker).map(|v| v.trim_start_matches([':', '=']))
    };
    let least = said(["Minimum", "MinLength", "MinItems"]);
    let most = said(["Maximum", "MaxLength", "MaxItems"]);
    let pattern = said(["Pattern", "Pattern", "Pattern"]).map(unquoted);
    let parts =
        [("from", least.map(str::to_owned)), ("to", most.map(str::to_owned)), ("matches", pattern)];
    parts.into_iter().filter_map(|(word, v)| Some(format!(" {word} {}", v?))).collect()
}

/// A text as Go writes it: in backquotes as it is, in quotes with escapes.
fn unquoted(text: &str) -> String {
    match text.strip_prefix('`') {
        Some(raw) => raw.trim_end_matches('`').to_owned(),
        None => serde_json::from_str(text).unwrap_or_else(|_| text.to_owned()),
    }
}

/// Whether a value has to be there: it is always written, nobody says otherwise, and nothing takes its
/// place.
fn is_required(field: &Field) -> bool {
    let said =
        |markers: &[&str]| field.markers.iter().any(|m| markers.iter().any(|name| m == name));
    let default = field
        .markers
        .iter()
        .any(|m| m.starts_with("default=") || m.starts_with("kubebuilder:default"));
    if default || said(&["required", "k8s:required", "kubebuilder:validation:Required"]) {
        return !default;
    }
    let optional =
        said(&["optional", "k8s:optional", "kubebuilder:validation:Optional", "nullable"]);
    !(field.omitted || optional)
}

/// `=A|B` of `+kubebuilder:validation:Enum=A;B`.
fn enumerated(markers: &[String]) -> Option<String> {
    let values = value(markers, "kubebuilder:validation:Enum")?;
    let values = values.trim_start_matches([':', '=', '{']).trim_end_matches('}').split([';', ',']);
    Some(one_of(&values.map(|v| v.trim().trim_matches('"').to_owned()).collect::<Vec<_>>()))
}

fn one_of(values: &[String]) -> String {
    let mut seen = BTreeSet::new();
    let values: Vec<&str> = values.iter().map(String::as_str).filter(|v| seen.insert(*v)).collect();
    format!("={}", values.join("|"))
}

fn has(markers: &[String], name: &str) -> bool {
    markers.iter().any(|m| m == name)
}

fn value<'m>(markers: &'m [String], name: &str) -> Option<&'m str> {
    markers.iter().find_map(|m| m.strip_prefix(name))
}

/// Whether it is an object of its own, and no list of them.
fn is_kind(declaration: &Declaration) -> bool {
    let Shape::Struct(fields) = &declaration.shape else { return false };
    let embeds = |name: &str| fields.iter().any(|f| locate("", &f.ty).1 == name);
    embeds("TypeMeta")
        && fields.iter().any(|f| f.json == "metadata" && locate(META, &f.ty).1 == "ObjectMeta")
}

/// Whether a release still serves it: `+k8s:prerelease-lifecycle-gen:removed=1.22`, or the table of
/// removed APIs where the source does not say. What controllers skip is never served.
fn is_served(section: &str, kind: &str, declaration: &Declaration, release: u32) -> bool {
    if has(&declaration.markers, "kubebuilder:skipversion") {
        return false;
    }
    let marker = value(&declaration.markers, "k8s:prerelease-lifecycle-gen:removed=1.");
    let marked = marker.and_then(|minor| minor.parse::<u32>().ok());
    let listed = gitops_schema::removed_api(&Gvk::new(section, kind)).map(|r| r.version().minor);
    marked.or(listed).is_none_or(|minor| minor > release)
}
