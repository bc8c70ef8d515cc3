//! The kustomization file as typed fields with their places.

use gitops_model::{EntryKind, Problem, ProblemKind};
use gitops_yaml::{ErrorKind, Node, Value};

use crate::config::FieldSpec;
use crate::decode::{Decode, Field, Pairs, Reader, Text, Texts, record, text};
use crate::error::{Context as _, Error, Result};
use crate::load::Loader;

pub(crate) const FILE_NAMES: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

record! {
    Kustomization {
        api_version: Option<Text> = "apiVersion",
        kind: Option<Text> = "kind",
        metadata: Option<ObjectMeta> = "metadata",
        openapi: Pairs = "openapi",
        name_prefix: Option<Text> = "namePrefix",
        name_suffix: Option<Text> = "nameSuffix",
        namespace: Option<Text> = "namespace",
        common_labels: Pairs = "commonLabels",
        labels: Vec<Label> = "labels",
        common_annotations: Pairs = "commonAnnotations",
        patches_strategic_merge: Texts = "patchesStrategicMerge",
        patches_json6902: Vec<Patch> = "patchesJson6902",
        patches: Vec<Patch> = "patches",
        images: Vec<Image> = "images",
        image_tags: Vec<Image> = "imageTags",
        replacements: Vec<Replacement> = "replacements",
        replicas: Vec<Replica> = "replicas",
        vars: Vec<Var> = "vars",
        sort_options: Option<SortOptions> = "sortOptions",
        resources: Texts = "resources",
        components: Texts = "components",
        crds: Texts = "crds",
        bases: Texts = "bases",
        config_map_generator: Vec<GeneratorArgs> = "configMapGenerator",
        secret_generator: Vec<GeneratorArgs> = "secretGenerator",
        helm_globals: Option<Node> = "helmGlobals",
        helm_charts: Vec<Option<Node>> = "helmCharts",
        helm_chart_inflation_generator: Vec<Option<Node>> = "helmChartInflationGenerator",
        generator_options: Option<GeneratorOptions> = "generatorOptions",
        configurations: Texts = "configurations",
        generators: Texts = "generators",
        transformers: Texts = "transformers",
        validators: Texts = "validators",
        build_metadata: Texts = "buildMetadata",
    }
}

record! {
    ObjectMeta {
        name: Option<Text> = "name",
        namespace: Option<Text> = "namespace",
        labels: Pairs = "labels",
        annotations: Pairs = "annotations",
    }
}

record! {
    Label {
        pairs: Pairs = "pairs",
        include_selectors: bool = "includeSelectors",
        include_templates: bool = "includeTemplates",
        include_volume_claim_templates: bool = "includeVolumeClaimTemplates",
        fields: Vec<FieldSpec> = "fields",
    }
}

record! {
    Patch {
        path: Option<Text> = "path",
        patch: Option<Text> = "patch",
        target: Option<Selector> = "target",
        options: Option<PatchOptions> = "options",
    }
}

record! {
    PatchOptions {
        allow_name_change: bool = "allowNameChange",
        allow_kind_change: bool = "allowKindChange",
    }
}

record! {
    /// What a patch, a replacement or a plugin applies to.
    Selector {
        group: Option<Text> = "group",
        version: Option<Text> = "version",
        kind: Option<Text> = "kind",
        name: Option<Text> = "name",
        namespace: Option<Text> = "namespace",
        annotations: Option<Text> = "annotationSelector",
        labels: Option<Text> = "labelSelector",
    }
}

record! {
    Image {
        name: Option<Text> = "name",
        new_name: Option<Text> = "newName",
        tag_suffix: Option<Text> = "tagSuffix",
        new_tag: Option<Text> = "newTag",
        digest: Option<Text> = "digest",
    }
}

record! {
    Replacement {
        source: Option<Source> = "source",
        targets: Option<Targets> = "targets",
        source_value: Option<Node> = "sourceValue",
        path: Option<Text> = "path",
    }
}

record! {
    Source {
        group: Option<Text> = "group",
        version: Option<Text> = "version",
        kind: Option<Text> = "kind",
        name: Option<Text> = "name",
        namespace: Option<Text> = "namespace",
        field_path: Option<Text> = "fieldPath",
        options: Option<FieldOptions> = "options",
    }
}

/// The targets of a replacement; absent differs from none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Targets(pub(crate) Vec<Option<Target>>);

impl Decode for Option<Targets> {
    fn decode(node: &Node, field: Field) -> Result<Self> {
        if node.is_null() {
            return Ok(None);
        }
        Decode::decode(node, field).map(|targets| Some(Targets(targets)))
    }
}

record! {
    Target {
        select: Option<Selector> = "select",
        reject: Vec<Option<Selector>> = "reject",
        field_paths: Texts = "fieldPaths",
        options: Option<FieldOptions> = "options",
    }
}

record! {
    FieldOptions {
        delimiter: Option<Text> = "delimiter",
        index: Option<i64> = "index",
        encoding: Option<Text> = "encoding",
        create: bool = "create",
    }
}

record! {
    Replica {
        name: Option<Text> = "name",
        count: Option<Node> = "count",
    }
}

record! {
    Var {
        name: Option<Text> = "name",
        objref: Option<VarObject> = "objref",
        fieldref: Option<VarField> = "fieldref",
    }
}

record! {
    VarObject {
        api_version: Option<Text> = "apiVersion",
        group: Option<Text> = "group",
        version: Option<Text> = "version",
        kind: Option<Text> = "kind",
        name: Option<Text> = "name",
        namespace: Option<Text> = "namespace",
    }
}

record! {
    VarField {
        field_path: Option<Text> = "fieldPath",
    }
}

record! {
    SortOptions {
        order: Option<Text> = "order",
        legacy: Option<LegacySortOptions> = "legacySortOptions",
    }
}

record! {
    LegacySortOptions {
        order_first: Texts = "orderFirst",
        order_last: Texts = "orderLast",
    }
}

record! {
    GeneratorArgs {
        namespace: Option<Text> = "namespace",
        name: Option<Text> = "name",
        behavior: Option<Text> = "behavior",
        literals: Texts = "literals",
        files: Texts = "files",
        envs: Texts = "envs",
        env: Option<Text> = "env",
        options: Option<GeneratorOptions> = "options",
        secret_type: Option<Text> = "type",
    }
}

record! {
    GeneratorOptions {
        labels: Pairs = "labels",
        annotations: Pairs = "annotations",
        disable_name_suffix_hash: bool = "disableNameSuffixHash",
        immutable: bool = "immutable",
    }
}

impl Kustomization {
    pub(crate) fn is_component(&self) -> bool {
        text(&self.kind) == "Component"
    }

    /// Reads the kustomization of a root from its file.
    pub(crate) fn load(loader: &Loader) -> Result<(Self, &'static str, Vec<Problem>)> {
        let path = |name: &str| loader.joined(name);
        let mut found = None;
        for name in FILE_NAMES {
            if loader.kind(&path(name)?) != Some(EntryKind::File) {
                continue;
            }
            if found.replace(name).is_some() {
                let message = format!("Found multiple kustomization files under: /{}", loader.root);
                return Err(Error::new(message, None));
            }
        }
        let Some(name) = found else {
            let message = format!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in \
                 directory '/{}'",
                loader.root
            );
            return Err(Error::new(message, None));
        };
        let file = loader.parse(&loader.find(&path(name)?)?)?;
        if let Some(error) = crate::read::first_error(&file, ErrorKind::is_fatal) {
            return Err(
                Error::at(error.message.clone(), error.span).context("invalid Kustomization")
            );
        }
        let empty = Node::null(gitops_yaml::Origin::new(gitops_yaml::Span::new(file.id, 0, 0)));
        let document = file.documents.first().unwrap_or(&empty);
        let reread = crate::yaml11::with_keys(document, loader.sources);
        let document = reread.as_ref().unwrap_or(document);
        let (kustomization, mut warnings) = Self::read(document, &loader.root)?;
        warnings.extend(crate::read::unread(&file));
        Ok((kustomization, name, warnings))
    }

    /// Reads a kustomization from a node, and what is outdated in it.
    pub(crate) fn read(node: &Node, root: &str) -> Result<(Self, Vec<Problem>)> {
        let mut this = Self::decode(node, Field::new("Kustomization", Reader::Kustomization))
            .context("invalid Kustomization")
            .or_at(node.span())?;
        let warnings = deprecations(node, root);
        if !node.entries().iter().any(says_something) {
            return Err(Error::at("kustomization.yaml is empty", node.span()));
        }
        this.normalise();
        this.check_kind(root).or_at(node.span())?;
        Ok((this, warnings))
    }

    fn normalise(&mut self) {
        self.resources.0.append(&mut self.bases.0);
        self.images.append(&mut self.image_tags);
        self.helm_charts.append(&mut self.helm_chart_inflation_generator);
        for args in self.config_map_generator.iter_mut().chain(&mut self.secret_generator) {
            args.envs.0.extend(args.env.take());
        }
    }

    fn check_kind(&self, root: &str) -> Result<()> {
        let kind = self.kind.as_ref().map_or("Kustomization", |k| k.text.as_str());
        let mut wrong = Vec::new();
        if !matches!(kind, "Kustomization" | "Component") {
            wrong.push("kind should be Kustomization or Component".to_owned());
        }
        let version = if self.is_component() { "v1alpha1" } else { "v1beta1" };
        let required = format!("kustomize.config.k8s.io/{version}");
        if self.api_version.as_ref().is_some_and(|v| v.text != required) {
            wrong.push(format!("apiVersion for {kind} should be {required}"));
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let span = self.kind.as_ref().or(self.api_version.as_ref()).map(|t| t.span);
        let wrong = wrong.join("\n");
        let message = format!("Failed to read kustomization file under /{root}:\n{wrong}");
        Err(Error::new(message, span))
    }
}

/// Whether an entry fills a field with anything but its zero value.
fn says_something(entry: &gitops_yaml::Entry) -> bool {
    let is = |name: &str| entry.key.eq_ignore_ascii_case(name);
    if is("kind") || is("apiVersion") {
        return false;
    }
    match &entry.value.value {
        Value::Scalar(s) => !entry.value.is_null() && !s.text.is_empty(),
        Value::Seq(items) => {
            let moved = ["bases", "imageTags", "helmChartInflationGenerator"];
            !items.is_empty() || !moved.iter().any(|name| is(name))
        }
        Value::Map(_) => true,
    }
}

fn deprecations(node: &Node, root: &str) -> Vec<Problem> {
    const FIELDS: [(&str, &str); 6] = [
        ("bases", "resources"),
        ("commonLabels", "labels"),
        ("imageTags", "images"),
        ("patchesJson6902", "patches"),
        ("patchesStrategicMerge", "patches"),
        ("vars", "replacements"),
    ];
    let outdated = |(old, new): &(&str, &str)| {
        let entry = node.entries().iter().find(|e| e.key.eq_ignore_ascii_case(old))?;
        (!entry.value.is_null()).then(|| {
            let message = format!("`{old}` is deprecated");
            Problem::new(ProblemKind::Deprecated, message, Some(entry.key_span))
                .help(format!("use `{new}` instead"))
                .of(root)
        })
    };
    FIELDS.iter().filter_map(outdated).collect()
}
