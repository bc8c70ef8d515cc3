//! Built-in plugins that `generators`, `transformers` and `validators` configure.

use gitops_model::Unchecked;
use gitops_yaml::{Entry, Node, Origin, Scalar, SmolStr, Span};

use crate::config::{FieldSpec, Spec};
use crate::decode::{Decode, Field, Pairs, Reader, Text, Texts, entries, record, text};
use crate::error::{Context as _, Error, Result};
use crate::generate::{Kind, generate};
use crate::id::Kinds;
use crate::kustomization::{
    GeneratorArgs, Image, ObjectMeta, Patch, PatchOptions, Replacement, Replica,
    Selector as Written,
};
use crate::load::Loader;
use crate::object::{Object, set_below};
use crate::resources::Resources;
use crate::selector::Selector;
use crate::transform::affix::{self, Affix};
use crate::transform::namespace::{Namespace, Subjects};
use crate::transform::{images, labels, patches, replacements, replicas, value_add};

const CONFIG: Field = Field::new("config", Reader::Plugin);

record! {
    Config {
        metadata: Option<Metadata> = "metadata",
        specs: Option<Vec<FieldSpec>> = "fieldSpecs",
        annotations: Pairs = "annotations",
        labels: Pairs = "labels",
        image: Option<Image> = "imageTag",
        prefix: Option<Text> = "prefix",
        suffix: Option<Text> = "suffix",
        replica: Option<Replica> = "replica",
        replacements: Vec<Replacement> = "replacements",
        unset_only: bool = "unsetOnly",
        subjects: Option<Text> = "setRoleBindingSubjects",
        path: Option<Text> = "path",
        patch: Option<Text> = "patch",
        json_op: Option<Text> = "jsonOp",
        target: Option<Written> = "target",
        options: Option<Node> = "options",
        paths: Texts = "paths",
        patches: Option<Text> = "patches",
        value: Option<Text> = "value",
        targets: Vec<ValueTarget> = "targets",
        target_file: Option<Text> = "targetFilePath",
    }
}

record! {
    Metadata {
        name: Option<Text> = "name",
        namespace: Option<Text> = "namespace",
    }
}

record! {
    ValueTarget {
        selector: Option<Written> = "selector",
        field_path: Option<Text> = "fieldPath",
        position: Option<i64> = "filePathPosition",
    }
}

impl Decode for Option<Vec<FieldSpec>> {
    fn decode(node: &Node, field: Field) -> Result<Self> {
        if node.is_null() { Ok(None) } else { Decode::decode(node, field).map(Some) }
    }
}

/// Whether kustomize has the plugin built in; any other needs a flag and a program.
fn is_builtin(config: &Object) -> bool {
    let gvk = config.gvk();
    gvk.group.is_empty() && gvk.version == "builtin"
}

fn check_builtin(config: &Object) -> Result<()> {
    if is_builtin(config) {
        return Ok(());
    }
    let gvk = config.gvk();
    let message =
        format!("external plugins disabled; unable to load external plugin '{}'", gvk.kind);
    let error = Error::at(message, config.body.span());
    Err(error.help("only plugins of `apiVersion: builtin` run without a flag"))
}

/// What a generator makes that runs a program of its own, with the files that its configuration names.
pub(crate) fn not_run(config: &Object, loader: &Loader) -> Option<Unchecked> {
    let (kind, body) = (config.gvk().kind, &config.body);
    if is_builtin(config) {
        return (kind == "HelmChartInflationGenerator").then(|| not_inflated(body.span()));
    }
    let why = format!("what the plugin `{kind}` generates is known only where it runs");
    let mut gap = Unchecked::new(format!("generator {kind}"), why, Some(body.span()));
    body.walk(&mut |node| {
        let name = node.text().filter(|t| !t.is_empty() && !t.contains('\n'));
        if let Some(Ok(file)) = name.map(|name| loader.load(name)) {
            gap.files.push((file.path.into(), file.id));
        }
    });
    gap.files.sort();
    Some(gap)
}

/// What charts make.
pub(crate) fn not_inflated(span: Span) -> Unchecked {
    Unchecked::new("helmCharts", "charts are not rendered in a kustomization", Some(span))
}

/// Runs a generator.
pub(crate) fn generate_with(config: &Object, loader: &Loader) -> Result<Vec<Object>> {
    check_builtin(config)?;
    let body = &config.body;
    let kind = match config.gvk().kind.as_str() {
        "ConfigMapGenerator" => Kind::ConfigMap,
        "SecretGenerator" => Kind::Secret,
        "IAMPolicyGenerator" => return iam_policy(config).map(|object| vec![object]),
        "HelmChartInflationGenerator" => return Err(helm_disabled(body.span())),
        _ => {
            let id = config.gvk().kind;
            return Err(Error::at(format!("plugin {id} not a generator"), body.span()));
        }
    };
    let mut args = GeneratorArgs { span: Some(body.span()), ..GeneratorArgs::default() };
    for entry in entries(body, CONFIG)? {
        let one = Node::map(vec![entry.clone()], body.origin.clone());
        let is = |name: &str| entry.key.eq_ignore_ascii_case(name);
        if ["apiVersion", "kind", "metadata", "generatorOptions"].iter().any(|n| is(n)) {
            continue;
        }
        // A key that no generator knows is passed over.
        if let Ok(read) = GeneratorArgs::decode(&one, CONFIG) {
            merge_args(&mut args, read);
        }
    }
    let metadata = body.get("metadata").map(|n| ObjectMeta::decode(n, CONFIG));
    let metadata = metadata.and_then(Result::ok).unwrap_or_default();
    args.name = args.name.or(metadata.name);
    args.namespace = args.namespace.or(metadata.namespace);
    Ok(vec![generate(&args, kind, None, loader, body.span())?])
}

fn merge_args(into: &mut GeneratorArgs, one: GeneratorArgs) {
    into.name = into.name.take().or(one.name);
    into.namespace = into.namespace.take().or(one.namespace);
    into.behavior = into.behavior.take().or(one.behavior);
    into.options = into.options.take().or(one.options);
    into.secret_type = into.secret_type.take().or(one.secret_type);
    into.literals.0.extend(one.literals.0);
    into.files.0.extend(one.files.0);
    into.envs.0.extend(one.envs.0);
    into.env = None;
}

/// The error of everything that would run helm.
pub(crate) fn helm_disabled(span: Span) -> Error {
    let mut error = Error::at(
        "trouble configuring builtin HelmChartInflationGenerator: must specify --enable-helm",
        span,
    );
    error.unchecked.push(not_inflated(span));
    error
}

record! {
    IamPolicy {
        cloud: Option<Text> = "cloud",
        account: Option<CloudAccount> = "serviceAccount",
        service: Option<ObjectMeta> = "kubernetesService",
    }
}

record! {
    CloudAccount {
        name: Option<Text> = "name",
        project: Option<Text> = "projectId",
    }
}

/// A service account of GKE's workload identity, its name and namespace as bare text.
fn iam_policy(config: &Object) -> Result<Object> {
    let span = config.body.span();
    let policy = IamPolicy::decode(&config.body, CONFIG).or_at(span)?;
    let cloud = text(&policy.cloud);
    if cloud != "gke" {
        return Err(Error::at(format!("cloud provider {cloud} not supported yet"), span));
    }
    let account = policy.account.unwrap_or_default();
    let service = policy.service.unwrap_or_default();
    let email =
        format!("{}@{}.iam.gserviceaccount.com", text(&account.name), text(&account.project));
    let field = |key: &str, text: &str, from: &Option<Text>| {
        let span = from.as_ref().map_or(span, |t| t.span);
        Entry::new(key, span, Node::scalar(Scalar::untagged(text), Origin::new(span)))
    };
    let top = vec![field("apiVersion", "v1", &None), field("kind", "ServiceAccount", &None)];
    let mut made = Node::map(top, Origin::new(span));
    let annotation = field("iam.gke.io/gcp-service-account", &email, &account.name);
    set_below(&mut made, &["metadata", "annotations"], annotation);
    let mut metadata = |key: &str, from: &Option<Text>| {
        set_below(&mut made, &["metadata"], field(key, text(from), from));
    };
    metadata("name", &service.name);
    if service.namespace.is_some() {
        metadata("namespace", &service.namespace);
    }
    crate::read::check_metadata(&made)?;
    Ok(Object::new(made))
}

/// Runs a transformer.
pub(crate) fn transform_with(
    plugin: &Object,
    resources: &mut Resources,
    loader: &Loader,
    kinds: &Kinds,
) -> Result<()> {
    check_builtin(plugin)?;
    let kind = plugin.gvk().kind;
    let body = config_of(plugin);
    let config = Config::decode(&body, CONFIG)
        .context(format!("plugin {kind} fails configuration"))
        .or_at(body.span())?;
    let run = Run { config: &config, loader, kinds, span: body.span() };
    run.kind(&kind, resources).or_at(body.span())
}

/// The configuration as the plugin reads it: without the fields that mean something else to others.
fn config_of(plugin: &Object) -> Node {
    let mut body = plugin.body.clone();
    let kind = plugin.gvk().kind;
    if kind != "ValueAddTransformer" {
        body.remove("targets");
    }
    if kind != "PatchStrategicMergeTransformer" {
        body.remove("patches");
    }
    body
}

struct Run<'a> {
    config: &'a Config,
    loader: &'a Loader<'a>,
    kinds: &'a Kinds,
    span: Span,
}

impl Run<'_> {
    fn specs(&self) -> Vec<Spec> {
        self.config.specs.iter().flatten().map(Spec::from).collect()
    }

    fn kind(&self, kind: &str, resources: &mut Resources) -> Result<()> {
        let Self { config, loader, kinds, span } = self;
        let specs = self.specs();
        match kind {
            "AnnotationsTransformer" => {
                labels::apply(resources, &config.annotations, &specs, "commonAnnotations")
            }
            "LabelTransformer" => labels::apply(resources, &config.labels, &specs, "labels"),
            "HashTransformer" => crate::hash::append(resources, kinds),
            "ImageTagTransformer" => {
                let image = config.image.clone().unwrap_or_default();
                images::apply(resources, &image, &specs, kinds.release, *span)
            }
            "NamespaceTransformer" => self.namespace(resources, &specs),
            "PrefixTransformer" => self.affix(resources, Affix::Prefix, &specs),
            "SuffixTransformer" => self.affix(resources, Affix::Suffix, &specs),
            "PrefixSuffixTransformer" => {
                self.affix(resources, Affix::Prefix, &specs)?;
                self.affix(resources, Affix::Suffix, &specs)
            }
            "PatchTransformer" => patches::apply(resources, &self.patch()?, loader, kinds, *span),
            "PatchJson6902Transformer" => {
                let patch = Patch { patch: config.json_op.clone(), ..self.patch()? };
                patches::apply_json6902(resources, &patch, loader, kinds, *span)
            }
            "PatchStrategicMergeTransformer" => self.strategic_merge(resources),
            "ReplacementTransformer" => {
                for replacement in replacements::load(&config.replacements, loader)? {
                    replacements::apply(resources, &replacement, loader, kinds, *span)?;
                }
                Ok(())
            }
            "ReplicaCountTransformer" => {
                let replica = config.replica.clone().unwrap_or_default();
                replicas::apply(resources, &replica, &specs, kinds, *span)
            }
            "ValueAddTransformer" => self.value_add(resources),
            _ => Err(Error::at(format!("unable to load builtin {kind}.builtin"), *span)),
        }
    }

    fn patch(&self) -> Result<Patch> {
        let config = self.config;
        let options = config.options.as_ref();
        let options = options.map(|o| PatchOptions::decode(o, CONFIG)).transpose()?;
        Ok(Patch {
            span: config.span,
            path: config.path.clone(),
            patch: config.patch.clone(),
            target: config.target.clone(),
            options,
        })
    }

    fn affix(&self, resources: &mut Resources, affix: Affix, specs: &[Spec]) -> Result<()> {
        if self.config.specs.is_none() {
            return Err(Error::at("fieldSpecs is not expected to be nil", self.span));
        }
        let text = match affix {
            Affix::Prefix => &self.config.prefix,
            Affix::Suffix => &self.config.suffix,
        };
        // An empty one is written as well: validators may not.
        let empty = || Text { text: SmolStr::default(), span: self.span };
        let text = text.clone().unwrap_or_else(empty);
        affix::apply(resources, affix, &text, specs, self.kinds)
    }

    fn namespace(&self, resources: &mut Resources, specs: &[Spec]) -> Result<()> {
        let metadata = self.config.metadata.as_ref();
        let subjects = match text(&self.config.subjects) {
            "" | "defaultOnly" => Subjects::Default,
            "allServiceAccounts" => Subjects::ServiceAccounts,
            "none" => Subjects::Never,
            other => {
                let message = format!(
                    "invalid value {other:?} for setRoleBindingSubjects: must be one of \
                     \"defaultOnly\", \"none\" or \"allServiceAccounts\""
                );
                return Err(Error::at(message, self.span));
            }
        };
        let Some(name) = metadata.and_then(|m| m.namespace.as_ref()) else { return Ok(()) };
        let namespace = Namespace {
            name: name.text.clone(),
            span: name.span,
            specs,
            unset_only: self.config.unset_only,
            subjects,
        };
        namespace.apply(resources, self.kinds)
    }

    fn strategic_merge(&self, resources: &mut Resources) -> Result<()> {
        let mut all = patches::patches_of(&self.config.paths.0, self.loader)?;
        if let Some(inline) = &self.config.patches {
            all.extend(patches::inline_patches(inline, self.loader)?);
        } else if self.config.paths.0.is_empty() {
            return Err(Error::at("empty file path and empty patch content", self.span));
        }
        patches::apply_patches(resources, &all, self.loader, self.kinds)
    }

    fn value_add(&self, resources: &mut Resources) -> Result<()> {
        let mut targets = self.config.targets.clone();
        if let Some(path) = &self.config.target_file {
            let content = self.loader.load(path).or_at(path.span)?;
            let file = self.loader.parse(&content).or_at(path.span)?;
            let more = file.documents.first().and_then(|d| d.get("targets"));
            targets.extend(
                more.map(|n| Vec::<ValueTarget>::decode(n, Field::new("targets", Reader::File)))
                    .transpose()?
                    .unwrap_or_default(),
            );
        }
        if targets.is_empty() {
            return Err(Error::at("must specify at least one target", self.span));
        }
        let root = self.loader.root.rsplit('/').next().unwrap_or_default();
        let value = text(&self.config.value).trim();
        let value: SmolStr = if value.is_empty() { root.into() } else { value.into() };
        for target in &targets {
            let path = text(&target.field_path);
            if path.is_empty() {
                return Err(Error::at("fieldPath cannot be empty", self.span));
            }
            let position = usize::try_from(target.position.unwrap_or(0)).map_err(|_| {
                Error::at("value of FilePathPosition cannot be negative", self.span)
            })?;
            let selector = target.selector.as_ref().map(Selector::new).transpose()?;
            let span = self.config.value.as_ref().map_or(self.span, |v| v.span);
            let asked = target.field_path.as_ref().map_or(span, |p| p.span);
            let field = value_add::Field { path, position, value: &value, span, asked };
            for object in &mut resources.0 {
                if selector.as_ref().is_none_or(|s| s.selects(object, self.kinds)) {
                    field.write(object, self.kinds)?;
                }
            }
        }
        Ok(())
    }
}
