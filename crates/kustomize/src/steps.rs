//! The steps of one root after its files are read: generators, transformers, validators.

use gitops_model::Unchecked;

use crate::accumulate::Target;
use crate::accumulated::Accumulated;
use crate::annotations::ORIGIN;
use crate::build_metadata::{ConfiguredBy, Place, note_step};
use crate::config::Config;
use crate::decode::Text;
use crate::error::{Context as _, Error, Result};
use crate::generate::{Kind, generate};
use crate::object::Object;
use crate::options::Remote;
use crate::plugin;
use crate::resources::Resources;
use crate::transform::absent;
use crate::transform::affix::{self, Affix};
use crate::transform::namespace::{Namespace, Subjects};
use crate::transform::{images, labels, patches, replacements, replicas};

impl Target<'_> {
    pub(crate) fn run_generators(&self, all: &mut Accumulated) -> Result<()> {
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
                let made = generate(args, kind, global, &self.loader, span);
                let mut object = match made {
                    // A file is remote, and nothing is fetched.
                    Err(e)
                        if self.session.options.remote == Remote::LeaveOut
                            && !e.unchecked.is_empty() =>
                    {
                        let at = |gap| Unchecked { span: e.span, ..gap };
                        self.leave_out(all, e.unchecked.into_iter().map(at));
                        continue;
                    }
                    made => made?,
                };
                self.note_origin(&mut object, &self.builtin_step(name));
                let step = format!("merging from generator {name}");
                all.resources.absorb(object, &kinds).context(step)?;
            }
        }
        let leaves_out = self.session.options.leave_out_programs;
        match k.helm_charts.iter().flatten().next() {
            Some(chart) if leaves_out => self.leave_out(all, [plugin::not_inflated(chart.span())]),
            Some(chart) => return Err(plugin::helm_disabled(chart.span())),
            None => {}
        }
        for config in self.plugins(&k.generators.0).context("loading generator plugins")? {
            if let Some(gap) = plugin::not_run(&config, &self.loader).filter(|_| leaves_out) {
                self.leave_out(all, [gap]);
                continue;
            }
            for mut object in plugin::generate_with(&config, &self.loader)? {
                self.note_origin(&mut object, &custom_step(&config));
                all.resources.absorb(object, &kinds).context("merging from generator")?;
            }
        }
        Ok(())
    }

    fn note_origin(&self, object: &mut Object, step: &Option<String>) {
        if let (Some(step), Some(span)) = (step, self.session.build_metadata)
            && object.annotation(ORIGIN).is_none()
        {
            object.set_annotation(ORIGIN, step, span);
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
                            object.set_annotation(ORIGIN, &origin, span);
                        }
                    }
                    all.resources.append_all(objects, &self.session.kinds())?;
                }
            }
        }
        self.add_resources(&mut all, &paths)?;
        all.resources.0.iter().try_for_each(crate::read::check_faults)?;
        Ok(all.resources.0)
    }

    pub(crate) fn run_transformers(&self, all: &mut Accumulated) -> Result<()> {
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
        let lacks = !all.left_out.is_empty();
        let mut of_absent = Vec::new();
        let resources = &mut all.resources;
        if !k.patches_strategic_merge.0.is_empty() {
            let entries = &k.patches_strategic_merge.0;
            patches::apply_strategic_merge(resources, entries, loader, &kinds)?;
            self.after(resources, self.builtin_step("PatchStrategicMergeTransformer"));
        }
        for patch in &k.patches {
            let gap = || absent::gap(resources, patch, loader, &kinds, span);
            if let Some(gap) = lacks.then(gap).flatten() {
                of_absent.push(gap);
                continue;
            }
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
                replacements::apply(resources, &replacement, loader, &kinds, span)?;
            }
            self.after(resources, self.builtin_step("ReplacementTransformer"));
        }
        self.leave_out(all, of_absent);
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
    pub(crate) fn run_validators(&self, all: &mut Accumulated) -> Result<()> {
        let kinds = self.session.kinds();
        for config in self.plugins(&self.kustomization.validators.0)? {
            let before = all.resources.clone();
            plugin::transform_with(&config, &mut all.resources, &self.loader, &kinds)?;
            // Whoever writes what stood there, or notes an identity, has changed an object as well.
            let same = before.0.len() == all.resources.0.len()
                && before
                    .0
                    .iter()
                    .zip(&all.resources.0)
                    .all(|(old, new)| old.same(new) || old.same(&without_mark(new)));
            if !same {
                let message = "validator shouldn't modify the resource map";
                return Err(Error::at(message, config.body.span()));
            }
        }
        Ok(())
    }
}

/// An object without the label of its validators, if that is its only one.
fn without_mark(object: &Object) -> Object {
    let mut object = object.clone();
    if let [only] = object.label_pairs("labels")
        && only.key == "validated-by"
    {
        object.body.get_mut("metadata").and_then(|m| m.remove("labels"));
    }
    object
}

/// What the step of a plugin is called in annotations.
fn custom_step(config: &Object) -> Option<String> {
    let origin = config.annotation(ORIGIN)?;
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
