//! The recursive part of a build: what a root gathers from its files, bases, generators and components, and
//! what its transformers make of it.

use std::cell::RefCell;
use std::sync::Arc;

use gitops_model::{EntryKind, Unchecked};
use gitops_yaml::{ErrorKind, Node, Span};

use crate::accumulated::Accumulated;
use crate::build_metadata::Place;
use crate::config::Config;
use crate::decode::{Text, text};
use crate::error::{Context as _, Error, Result};
use crate::kustomization::Kustomization;
use crate::load::{Content, Loader};
use crate::memo::{Base, BaseKey, ItsOwn};
use crate::object::Object;
use crate::options::Remote;
use crate::remote::{RepoSpec, unreachable};
use crate::resources::Resources;
use crate::session::Session;
use crate::trace::Trace;
use crate::vars::Vars;

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
    pub(crate) fn span(&self) -> Span {
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
            // A key that stands twice is an error here, and none in `crds`.
            let is_wrong = |kind| kind != ErrorKind::Unread;
            let Some(document) = self.document(path, is_wrong)? else { continue };
            let more = Config::read(&document).or_at(path.span)?;
            config = Config::merged(&config, &Arc::new(more)).or_at(path.span)?;
        }
        Config::defaults().merged(&config)
    }

    /// The field specs that `crds` add.
    fn crd_config(&self) -> Result<Arc<Config>> {
        let mut config = Arc::default();
        for path in &self.kustomization.crds.0 {
            let Some(document) = self.document(path, ErrorKind::is_fatal)? else { continue };
            let more = crate::crds::config_of(&document)?;
            config = Config::merged(&config, &Arc::new(more)).or_at(path.span)?;
        }
        Ok(config)
    }

    /// The map in a file; nothing if the file says nothing.
    fn document(&self, path: &Text, is_wrong: fn(ErrorKind) -> bool) -> Result<Option<Node>> {
        let content = self.loader.load(path).or_at(path.span)?;
        let file = self.loader.parse(&content).or_at(path.span)?;
        if let Some(error) = crate::read::first_error(&file, is_wrong) {
            return Err(Error::from(error));
        }
        match file.documents.first().filter(|d| !d.is_null()) {
            Some(document) if document.as_map().is_none() => {
                Err(Error::at(format!("`{}` holds no map", path.text), document.span()))
            }
            document => Ok(document.cloned()),
        }
    }

    pub(crate) fn add_resources(&self, all: &mut Accumulated, paths: &[Text]) -> Result<()> {
        for path in paths {
            self.add_resource(all, path).or_at(path.span)?;
        }
        Ok(())
    }

    /// A path is a file, else a directory or a remote base.
    fn add_resource(&self, all: &mut Accumulated, path: &Text) -> Result<()> {
        let kind = self.loader.joined(path).ok().and_then(|joined| self.loader.kind(&joined));
        let is_directory = kind == Some(EntryKind::Directory);
        if kind.is_none() && self.session.options.remote == Remote::LeaveOut && self.is_remote(path)
        {
            self.leave_out(all, [crate::remote::not_fetched(path)]);
            return Ok(());
        }
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
        let step = || format!("accumulating resources from '{}'", path.text);
        let content = self.loader.load(path).with_context(step)?;
        let mut objects = self.objects_of(&content, path).with_context(step)?;
        let kinds = self.session.kinds();
        if let (Some(place), Some(span)) = (&self.place, self.session.build_metadata) {
            let origin = place.join(path).of_file();
            for object in &mut objects {
                object.check_annotations().with_context(step)?;
                object.set_annotation(crate::annotations::ORIGIN, &origin, span);
            }
        }
        let step = || format!("merging resources from '{}'", path.text);
        all.resources.append_all(objects, &kinds).with_context(step)
    }

    fn objects_of(&self, content: &Content, path: &Text) -> Result<Vec<Object>> {
        let file = self.loader.parse(content)?;
        let objects = crate::read::objects_of(&file, self.loader.sources).map_err(|mut e| {
            if e.message.contains("MalformedYAMLError") {
                e.message = format!("{} in File: {}", e.message, path.text);
            }
            e
        })?;
        self.session.warnings.borrow_mut().extend(crate::read::unread(&file));
        // A file that names one object twice fails by itself.
        let mut alone = Resources::default();
        alone.append_all(objects, &self.session.kinds())?;
        Ok(alone.0)
    }

    /// Whether a resource would have to be fetched.
    fn is_remote(&self, path: &str) -> bool {
        match RepoSpec::parse(path) {
            Some(spec) => self.mapped(path, &spec).is_none(),
            None => crate::remote::is_url(path),
        }
    }

    pub(crate) fn leave_out(
        &self,
        all: &mut Accumulated,
        left_out: impl IntoIterator<Item = Unchecked>,
    ) {
        let first = all.left_out.len();
        all.left_out.extend(left_out);
        self.session.leave_out(&all.left_out[first..]);
    }

    /// The directory that stands for a remote base.
    fn mapped(&self, path: &str, spec: &RepoSpec) -> Option<&str> {
        let stands_for = |address: &str| {
            same_repository(address, &spec.repository) || same_repository(address, path)
        };
        let mut known = self.session.options.repo_map.iter();
        known.find(|(address, _)| stands_for(address)).map(|(_, directory)| directory.as_str())
    }

    /// The loader of another root that this one names: a directory, or what stands for a remote base.
    fn enter(&self, path: &str) -> Result<Loader<'_>> {
        let Some(spec) = RepoSpec::parse(path) else { return self.loader.enter(path) };
        let Some(directory) = self.mapped(path, &spec) else { return Err(unreachable(path)) };
        let joined = format!("{directory}/{}", spec.directory);
        let root = gitops_model::clean_path(&joined)
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
        all.resources.append_all(resources, &kinds).with_context(step)?;
        self.leave_out(all, base.left_out.iter().cloned());
        all.config = all.config.merged(&base.config).with_context(step)?;
        all.vars.merge(&base.vars).with_context(step)
    }

    /// A base, gathered once for all roots that name it.
    fn base(&self, loader: &Loader, path: &Text) -> Result<Arc<Accumulated>> {
        let place = self.place.as_ref().map(|place| place.join(path));
        gathered(self.session, loader, place.as_ref(), |trace| {
            let target = self.open(loader, trace, place.clone(), false)?;
            let root = &target.loader.root;
            let step = || format!("recursed accumulation of path '/{root}'");
            target.accumulate(Accumulated::empty()).with_context(step)
        })
    }

    /// Reads the kustomization of another root, which must be a component where one is asked for.
    fn open<'b>(
        &'b self,
        loader: &Loader<'b>,
        trace: &'b RefCell<Trace>,
        place: Option<Place>,
        component: bool,
    ) -> Result<Target<'b>> {
        let loader = loader.traced(trace);
        let root = loader.root.clone();
        let (kustomization, file_name, warnings) = Kustomization::load(&loader)
            .with_context(|| format!("couldn't make target for path '/{root}'"))?;
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
}

fn base_key(session: &Session, root: &str, place: Option<&Place>) -> BaseKey {
    BaseKey {
        root: root.to_owned(),
        place: place.cloned(),
        options: session.options.clone(),
        schema: session.kinds().custom.map(ItsOwn),
        schema_is_set: *session.schema_is_set.borrow(),
    }
}

/// What a root gathers: as an earlier build found it, or as `gather` does, which is then remembered.
pub(crate) fn gathered(
    session: &Session,
    loader: &Loader,
    place: Option<&Place>,
    gather: impl FnOnce(&RefCell<Trace>) -> Result<Accumulated>,
) -> Result<Arc<Accumulated>> {
    let key = base_key(session, &loader.root, place);
    let memo = session.cx.memo;
    let asked = session.kinds().asked;
    let asked_before = asked.most();
    if let Some(found) = memo.base(&key, session.cx.tree, &loader.chain, asked_before) {
        loader.trace.borrow_mut().add(found.trace.clone());
        session.warnings.borrow_mut().extend(found.warnings.iter().cloned());
        asked.raise(found.asked_after);
        if let Some(schema) = &found.schema {
            session.kinds.borrow_mut().custom.clone_from(schema);
            *session.schema_is_set.borrow_mut() = true;
        }
        return Ok(found.result.clone());
    }
    let trace = RefCell::new(Trace::default());
    trace.borrow_mut().roots.insert(loader.root.as_str().into());
    let had_schema = *session.schema_is_set.borrow();
    let outer = session.warnings.take();
    let result = gather(&trace);
    let trace = Arc::new(trace.into_inner());
    loader.trace.borrow_mut().add(trace.clone());
    let warnings = session.warnings.replace(outer);
    session.warnings.borrow_mut().extend(warnings.iter().cloned());
    let result = Arc::new(result?);
    let set_here = *session.schema_is_set.borrow() && !had_schema;
    let schema = set_here.then(|| session.kinds().custom);
    let asked_after = asked.most();
    let kept = result.clone();
    memo.keep_base(key, Base { trace, result: kept, warnings, schema, asked_before, asked_after });
    Ok(result)
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
