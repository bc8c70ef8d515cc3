//! The recursive part of a build: what a root gathers from its files, bases, generators and components, and
//! what its transformers make of it.

use std::cell::RefCell;
use std::sync::Arc;

use gitops_model::{EntryKind, Problem};
use gitops_schema::MergeSchema;
use gitops_yaml::{Node, Span};

use crate::build_metadata::{ConfiguredBy, Place, note_step};
use crate::config::Config;
use crate::decode::{Text, text};
use crate::error::{Context as _, Error, Result};
use crate::generate::{Kind, generate};
use crate::id::Kinds;
use crate::kustomization::Kustomization;
use crate::load::{Content, Loader};
use crate::memo::BaseKey;
use crate::object::Object;
use crate::plugin;
use crate::remote::{RepoSpec, unreachable};
use crate::resources::Resources;
use crate::trace::Trace;
use crate::transform::affix::{self, Affix};
use crate::transform::namespace::{Namespace, Subjects};
use crate::transform::{images, labels, patches, replacements, replicas};
use crate::vars::Vars;
use crate::{Context, Options};

/// What has been gathered so far.
#[derive(Debug, Clone)]
pub(crate) struct Accumulated {
    pub(crate) resources: Resources,
    pub(crate) config: Arc<Config>,
    pub(crate) vars: Vars,
}

impl Accumulated {
    pub(crate) fn empty() -> Self {
        let (resources, vars) = (Resources::default(), Vars::default());
        Self { resources, config: Arc::default(), vars }
    }
}

/// What one build shares among all its roots.
pub(crate) struct Session<'a> {
    pub(crate) cx: &'a Context<'a>,
    pub(crate) options: &'a Options,
    /// The kinds as they are known now: the first `openapi` that is met counts for the rest of the build.
    pub(crate) kinds: RefCell<Kinds>,
    pub(crate) schema_is_set: RefCell<bool>,
    pub(crate) warnings: RefCell<Vec<Problem>>,
    /// Whether the root asks for `buildMetadata`, and on which line.
    pub(crate) build_metadata: Option<Span>,
}

impl Session<'_> {
    pub(crate) fn kinds(&self) -> Kinds {
        self.kinds.borrow().clone()
    }

    /// Takes the schema of an `openapi` field, unless one counts already.
    pub(crate) fn set_schema(&self, kustomization: &Kustomization, loader: &Loader) -> Result<()> {
        let field = |name: &str| {
            let found = kustomization.openapi.iter().find(|(k, _)| *k == name);
            found.map(|(_, pair)| pair.value.clone())
        };
        let (path, version) = (field("path"), field("version"));
        let content = path.as_ref().map(|p| loader.load(p).or_at(p.span)).transpose()?;
        if *self.schema_is_set.borrow() {
            return Ok(());
        }
        match (content, version) {
            (Some(_), Some(version)) => {
                let message = "builtin version and custom schema provided, cannot use both";
                Err(Error::at(message, version.span))
            }
            (Some(content), None) => {
                let file = loader.parse(&content);
                let document = file.documents.first().filter(|d| d.as_map().is_some());
                let Some(document) = document.filter(|_| file.errors.is_empty()) else {
                    let span = file.errors.first().map(|e| e.span).or(path.map(|p| p.span));
                    return Err(Error::new("invalid schema file", span));
                };
                let schema = MergeSchema::from_openapi(document);
                self.kinds.borrow_mut().custom = Some(Arc::new(schema));
                *self.schema_is_set.borrow_mut() = true;
                Ok(())
            }
            (None, Some(version)) if version.text == "v1.21.2" => {
                *self.schema_is_set.borrow_mut() = true;
                Ok(())
            }
            (None, Some(version)) if !version.is_empty() => {
                let message = "the specified OpenAPI version is not built in";
                Err(Error::at(message, version.span))
            }
            (None, _) => Ok(()),
        }
    }
}

/// One root of a build.
pub(crate) struct Target<'a> {
    pub(crate) session: &'a Session<'a>,
    pub(crate) loader: Loader<'a>,
    pub(crate) kustomization: Kustomization,
    pub(crate) file_name: &'static str,
    /// Where it stands, if that is to be told.
    pub(crate) place: Option<Place>,
}

impl Target<'_> {
    fn span(&self) -> Span {
        self.kustomization.span.unwrap_or(Span::new(self.loader.sources.add("", b""), 0, 0))
    }

    /// Gathers everything, on top of what is given.
    pub(crate) fn accumulate(&self, mut all: Accumulated) -> Result<Accumulated> {
        let k = &self.kustomization;
        self.add_resources(&mut all, &k.resources.0).context("accumulating resources")?;
        all.config = all.config.merged(&self.own_config()?)?;
        let crds = self.crd_config()?;
        all.config = all.config.merged(&crds)?;
        self.run_generators(&mut all)?;
        for component in &k.components.0 {
            all = self.add_component(all, component).or_at(component.span)?;
        }
        self.run_transformers(&mut all)?;
        self.run_validators(&mut all)?;
        let kinds = self.session.kinds();
        Vars::mark(&k.vars, &mut all.resources, &kinds)?;
        all.vars.add(k.vars.iter().cloned()).context("merging vars")?;
        Ok(all)
    }

    /// The default field specs with those of `configurations`.
    fn own_config(&self) -> Result<Arc<Config>> {
        let mut config = Arc::default();
        for path in &self.kustomization.configurations.0 {
            let document = self.document(path)?;
            let more = Config::read(&document).or_at(path.span)?;
            config = Config::merged(&config, &Arc::new(more)).or_at(path.span)?;
        }
        Config::defaults().merged(&config)
    }

    /// The field specs that `crds` add.
    fn crd_config(&self) -> Result<Arc<Config>> {
        let mut config = Arc::default();
        for path in &self.kustomization.crds.0 {
            let more = crate::crds::config_of(&self.document(path)?)?;
            config = Config::merged(&config, &Arc::new(more)).or_at(path.span)?;
        }
        Ok(config)
    }

    fn document(&self, path: &Text) -> Result<Node> {
        let content = self.loader.load(path).or_at(path.span)?;
        let file = self.loader.parse(&content);
        if let Some(error) = file.errors.first() {
            return Err(Error::from(error));
        }
        let document = file.documents.first().cloned();
        document.ok_or_else(|| Error::at(format!("`{}` is empty", path.text), path.span))
    }

    fn add_resources(&self, all: &mut Accumulated, paths: &[Text]) -> Result<()> {
        for path in paths {
            self.add_resource(all, path).or_at(path.span)?;
        }
        Ok(())
    }

    /// A path is a file, else a directory or a remote base.
    fn add_resource(&self, all: &mut Accumulated, path: &Text) -> Result<()> {
        let is_directory = self
            .loader
            .joined(path)
            .is_ok_and(|joined| self.loader.kind(&joined) == Some(EntryKind::Directory));
        if !is_directory {
            let as_file = self.add_file(all, path).or_at(path.span);
            let Err(file_error) = as_file else { return Ok(()) };
            if crate::remote::is_url(path) && RepoSpec::parse(path).is_none() {
                return Err(file_error);
            }
            if file_error.message.contains("MalformedYAMLError") {
                return Err(file_error);
            }
            let span = file_error.span;
            return self.add_directory(all, path).map_err(|e| {
                let span = if RepoSpec::parse(path).is_some() { e.span.or(span) } else { span };
                let step = format!("accumulation err='{}'", file_error.message);
                Error { span, ..e.context(step) }
            });
        }
        self.add_directory(all, path)
    }

    fn add_file(&self, all: &mut Accumulated, path: &Text) -> Result<()> {
        let step = format!("accumulating resources from '{}'", path.text);
        let content = self.loader.load(path).context(&step)?;
        let mut objects = self.objects_of(&content, path).context(&step)?;
        let kinds = self.session.kinds();
        if let (Some(place), Some(span)) = (&self.place, self.session.build_metadata) {
            let origin = place.join(path).of_file();
            for object in &mut objects {
                object.set_annotation(crate::build_metadata::ORIGIN, &origin, span);
            }
        }
        let step = format!("merging resources from '{}'", path.text);
        all.resources.append_all(objects, &kinds).context(step)
    }

    fn objects_of(&self, content: &Content, path: &Text) -> Result<Vec<Object>> {
        let objects = crate::read::objects_of(&self.loader, content).map_err(|mut e| {
            if e.message.contains("MalformedYAMLError") {
                e.message = format!("{} in File: {}", e.message, path.text);
            }
            e
        })?;
        // A file that names one object twice fails by itself.
        let mut alone = Resources::default();
        alone.append_all(objects, &self.session.kinds())?;
        Ok(alone.0)
    }

    /// The loader of another root that this one names: a directory, or what stands for a remote base.
    fn enter(&self, path: &str) -> Result<Loader<'_>> {
        let Some(spec) = RepoSpec::parse(path) else { return self.loader.enter(path) };
        let mapped = self.session.options.repo_map.iter().find(|(address, _)| {
            same_repository(address, &spec.repository) || same_repository(address, path)
        });
        let Some((_, directory)) = mapped else { return Err(unreachable(path)) };
        let joined = format!("{directory}/{}", spec.directory);
        let root = crate::load::clean(&joined)
            .ok_or_else(|| Error::new(format!("`{joined}` leads out of the repository"), None))?;
        self.loader.enter_root(self.loader.directory(&root)?)
    }

    fn add_directory(&self, all: &mut Accumulated, path: &Text) -> Result<()> {
        let loader = self.enter(path)?;
        let root = loader.root.clone();
        let base = self.base(&loader, path)?;
        let kinds = self.session.kinds();
        let step = || format!("recursed merging from path '/{root}'");
        let resources = base.resources.0.iter().cloned();
        all.resources.append_all(resources, &kinds).context(step())?;
        all.config = all.config.merged(&base.config).context(step())?;
        all.vars.merge(&base.vars).context(step())
    }

    /// A base, gathered once for all roots that name it.
    fn base(&self, loader: &Loader, path: &Text) -> Result<Arc<Accumulated>> {
        let place = self.place.as_ref().map(|place| place.join(path));
        let key = BaseKey::new(&loader.root, place.as_ref(), self.session);
        let memo = self.session.cx.memo;
        if let Some(found) = memo.base(&key, self.session.cx.tree, &loader.chain) {
            self.loader.trace.borrow_mut().add(found.trace.clone());
            self.session.warnings.borrow_mut().extend(found.warnings.iter().cloned());
            if let Some(kinds) = &found.kinds {
                *self.session.kinds.borrow_mut() = kinds.clone();
                *self.session.schema_is_set.borrow_mut() = true;
            }
            return Ok(found.result.clone());
        }
        let trace = RefCell::new(Trace::default());
        trace.borrow_mut().roots.insert(loader.root.as_str().into());
        let had_schema = *self.session.schema_is_set.borrow();
        let outer = self.session.warnings.take();
        let result = self.open(loader, &trace, place, false).and_then(|target| {
            let root = &target.loader.root;
            let step = format!("recursed accumulation of path '/{root}'");
            target.accumulate(Accumulated::empty()).context(step)
        });
        let trace = Arc::new(trace.into_inner());
        self.loader.trace.borrow_mut().add(trace.clone());
        let warnings = self.session.warnings.replace(outer);
        self.session.warnings.borrow_mut().extend(warnings.iter().cloned());
        let result = Arc::new(result?);
        let set_here = *self.session.schema_is_set.borrow() && !had_schema;
        let kinds = set_here.then(|| self.session.kinds());
        memo.keep_base(key, crate::memo::Base { trace, result: result.clone(), warnings, kinds });
        Ok(result)
    }

    /// Reads the kustomization of another root.
    fn open<'b>(
        &'b self,
        loader: &Loader<'b>,
        trace: &'b RefCell<Trace>,
        place: Option<Place>,
        component: bool,
    ) -> Result<Target<'b>> {
        let loader = Loader { trace, root: loader.root.clone(), chain: loader.chain.clone(), ..*loader };
        let root = loader.root.clone();
        let (kustomization, file_name, warnings) = Kustomization::load(&loader)
            .context(format!("couldn't make target for path '/{root}'"))?;
        self.session.warnings.borrow_mut().extend(warnings);
        self.session.set_schema(&kustomization, &loader)?;
        if component && !kustomization.is_component() {
            let kind = text(&kustomization.kind);
            let kind = if kind.is_empty() { "Kustomization" } else { kind };
            let message = format!("expected kind 'Component' for path '/{root}' but got '{kind}'");
            return Err(Error::new(message, None));
        }
        if !component && kustomization.is_component() {
            let message = format!("expected kind != 'Component' for path '/{root}'");
            return Err(Error::new(message, None));
        }
        Ok(Target { session: self.session, loader, kustomization, file_name, place })
    }

    /// A component works on what its parent has gathered.
    fn add_component(&self, all: Accumulated, path: &Text) -> Result<Accumulated> {
        let context = "accumulating components";
        let loader = self.enter(path).context("loader.New").context(context)?;
        let place = self.place.as_ref().map(|place| place.join(path));
        let root = loader.root.clone();
        let target = self.open(&loader, self.loader.trace, place, true);
        self.loader.trace.borrow_mut().roots.insert(root.as_str().into());
        target
            .and_then(|target| {
                let step = format!("recursed accumulation of path '/{root}'");
                target.accumulate(all).context(step)
            })
            .context("accumulateDirectory")
            .context(context)
    }

    fn run_generators(&self, all: &mut Accumulated) -> Result<()> {
        let k = &self.kustomization;
        let kinds = self.session.kinds();
        let span = self.span();
        let of_kind = [
            (&k.config_map_generator, Kind::ConfigMap, "ConfigMapGenerator"),
            (&k.secret_generator, Kind::Secret, "SecretGenerator"),
        ];
        for (entries, kind, name) in of_kind {
            for args in entries {
                let global = k.generator_options.as_ref();
                let mut object = generate(args, kind, global, &self.loader, span)?;
                self.note_origin(&mut object, &self.builtin_step(name));
                let step = format!("merging from generator {name}");
                all.resources.absorb(object, &kinds).context(step)?;
            }
        }
        if let Some(chart) = k.helm_charts.iter().flatten().next() {
            return Err(plugin::helm_disabled(chart.span()));
        }
        for config in self.plugins(&k.generators.0).context("loading generator plugins")? {
            for mut object in plugin::generate_with(&config, &self.loader)? {
                self.note_origin(&mut object, &custom_step(&config));
                all.resources.absorb(object, &kinds).context("merging from generator")?;
            }
        }
        Ok(())
    }

    fn note_origin(&self, object: &mut Object, step: &Option<String>) {
        if let (Some(step), Some(span)) = (step, self.session.build_metadata)
            && object.annotation(crate::build_metadata::ORIGIN).is_none()
        {
            object.set_annotation(crate::build_metadata::ORIGIN, step, span);
        }
    }

    /// What a built-in step of this file is called in annotations.
    fn builtin_step(&self, kind: &str) -> Option<String> {
        let by = ConfiguredBy {
            api_version: "builtin".into(),
            kind: kind.into(),
            ..ConfiguredBy::default()
        };
        self.place.as_ref().map(|place| place.join(self.file_name).of_step(&by))
    }

    /// Plugin configurations, inline or in files.
    fn plugins(&self, entries: &[Text]) -> Result<Vec<Object>> {
        let mut all = Accumulated::empty();
        let mut paths = Vec::new();
        for entry in entries {
            let parsed = crate::inline::parse(self.loader.sources, entry);
            let text = crate::read::Text {
                documents: &parsed.documents,
                errors: &parsed.errors,
                text: &entry.text,
                span: entry.span,
            };
            let objects = crate::read::objects(&text, self.loader.sources, true);
            match objects {
                Err(_) => paths.push(entry.clone()),
                Ok(mut objects) => {
                    if let (Some(place), Some(span)) = (&self.place, self.session.build_metadata) {
                        let origin = place.join(self.file_name).of_file();
                        for object in &mut objects {
                            object.set_annotation(crate::build_metadata::ORIGIN, &origin, span);
                        }
                    }
                    all.resources.append_all(objects, &self.session.kinds())?;
                }
            }
        }
        self.add_resources(&mut all, &paths)?;
        Ok(all.resources.0)
    }

    fn run_transformers(&self, all: &mut Accumulated) -> Result<()> {
        let plugins = self.plugins(&self.kustomization.transformers.0)?;
        self.run_builtin(all)?;
        let kinds = self.session.kinds();
        for config in &plugins {
            plugin::transform_with(config, &mut all.resources, &self.loader, &kinds)?;
            self.after(&mut all.resources, custom_step(config));
        }
        Ok(())
    }

    /// The transformers that have a field of their own, in kustomize's order.
    fn run_builtin(&self, all: &mut Accumulated) -> Result<()> {
        let k = &self.kustomization;
        let kinds = self.session.kinds();
        let (config, loader, span) = (all.config.clone(), &self.loader, self.span());
        let resources = &mut all.resources;
        if !k.patches_strategic_merge.0.is_empty() {
            let entries = &k.patches_strategic_merge.0;
            patches::apply_strategic_merge(resources, entries, loader, &kinds)?;
            self.after(resources, self.builtin_step("PatchStrategicMergeTransformer"));
        }
        for patch in &k.patches {
            patches::apply(resources, patch, loader, &kinds, span)?;
            self.after(resources, self.builtin_step("PatchTransformer"));
        }
        if let Some(name) = &k.namespace {
            let namespace = Namespace {
                name: name.text.clone(),
                span: name.span,
                specs: config.specs("namespace"),
                unset_only: false,
                subjects: Subjects::Default,
            };
            namespace.apply(resources, &kinds)?;
            self.after(resources, self.builtin_step("NamespaceTransformer"));
        }
        if let Some(prefix) = &k.name_prefix {
            affix::apply(resources, Affix::Prefix, prefix, config.specs("namePrefix"), &kinds)?;
            self.after(resources, self.builtin_step("PrefixTransformer"));
        }
        if let Some(suffix) = &k.name_suffix {
            affix::apply(resources, Affix::Suffix, suffix, config.specs("nameSuffix"), &kinds)?;
            self.after(resources, self.builtin_step("SuffixTransformer"));
        }
        self.set_labels(resources, &config)?;
        if !k.common_annotations.is_empty() {
            let specs = config.specs("commonAnnotations");
            labels::apply(resources, &k.common_annotations, specs, "commonAnnotations")?;
            self.after(resources, self.builtin_step("AnnotationsTransformer"));
        }
        for patch in &k.patches_json6902 {
            patches::apply_json6902(resources, patch, loader, &kinds, span)?;
            self.after(resources, self.builtin_step("PatchJson6902Transformer"));
        }
        for replica in &k.replicas {
            replicas::apply(resources, replica, config.specs("replicas"), &kinds, span)?;
            self.after(resources, self.builtin_step("ReplicaCountTransformer"));
        }
        for image in &k.images {
            images::apply(resources, image, config.specs("images"), kinds.release, span)?;
            self.after(resources, self.builtin_step("ImageTagTransformer"));
        }
        if !k.replacements.is_empty() {
            for replacement in replacements::load(&k.replacements, loader)? {
                replacements::apply(resources, &replacement, &kinds, span)?;
            }
            self.after(resources, self.builtin_step("ReplacementTransformer"));
        }
        Ok(())
    }

    fn set_labels(&self, resources: &mut Resources, config: &Config) -> Result<()> {
        let k = &self.kustomization;
        if k.labels.is_empty() && k.common_labels.is_empty() {
            return Ok(());
        }
        for label in &k.labels {
            let specs = labels::specs_of(label, config).or_at(label.span.unwrap_or(self.span()))?;
            labels::apply(resources, &label.pairs, &specs, "labels")?;
            self.after(resources, self.builtin_step("LabelTransformer"));
        }
        labels::apply(resources, &k.common_labels, config.specs("commonLabels"), "commonLabels")?;
        self.after(resources, self.builtin_step("LabelTransformer"));
        Ok(())
    }

    /// What follows every transformer.
    fn after(&self, resources: &mut Resources, step: Option<String>) {
        if let (Some(step), Some(span)) = (step, self.session.build_metadata) {
            note_step(resources, &step, span);
        }
        resources.drop_empty();
    }

    /// Validators may look, and set one label that says that they did.
    fn run_validators(&self, all: &mut Accumulated) -> Result<()> {
        let kinds = self.session.kinds();
        for config in self.plugins(&self.kustomization.validators.0)? {
            let before = all.resources.clone();
            plugin::transform_with(&config, &mut all.resources, &self.loader, &kinds)?;
            let same = before.0.len() == all.resources.0.len()
                && before.0.iter().zip(&all.resources.0).all(|(a, b)| a.body.same(&b.body));
            if !same {
                let message = "validator shouldn't modify the resource map";
                return Err(Error::at(message, config.body.span()));
            }
        }
        Ok(())
    }
}

/// What the step of a plugin is called in annotations.
fn custom_step(config: &Object) -> Option<String> {
    let origin = config.annotation(crate::build_metadata::ORIGIN)?;
    let field = |name: &str| {
        let line = origin.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.map(str::to_owned)
    };
    let place = Place {
        path: field("path").unwrap_or_default(),
        repo: field("repo"),
        reference: field("ref"),
    };
    let by = ConfiguredBy {
        api_version: config.gvk().api_version().into(),
        kind: config.gvk().kind,
        name: config.name(),
        namespace: config.namespace(),
    };
    Some(place.of_step(&by))
}

/// Whether two addresses mean one repository: scheme, user and `.git` do not count.
fn same_repository(a: &str, b: &str) -> bool {
    let plain = |address: &str| {
        let address = address.split('?').next().unwrap_or_default();
        let address = address.split_once("://").map_or(address, |(_, rest)| rest);
        let address = address.split_once('@').map_or(address, |(_, rest)| rest);
        let address = address.trim_end_matches('/');
        address.strip_suffix(".git").unwrap_or(address).replacen(':', "/", 1).to_ascii_lowercase()
    };
    plain(a) == plain(b)
}
