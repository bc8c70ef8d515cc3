//! The part of a build that happens once, at its root.

use std::cell::RefCell;
use std::sync::Arc;

use gitops_model::{Gvk, Problem, Resource, Unchecked};
use gitops_yaml::{Node, Sources};

use crate::accumulate::{Target, gathered};
use crate::accumulated::Accumulated;
use crate::annotations::{ORIGIN, TRANSFORMATIONS};
use crate::build_metadata::Place;
use crate::config::Spec;
use crate::context::Context;
use crate::decode::{Pair, Pairs, Text};
use crate::error::{Error, Result};
use crate::id::Kinds;
use crate::kustomization::{FILE_NAMES, Kustomization};
use crate::load::Loader;
use crate::memo::{Root, RootKey, inputs};
use crate::object::Object;
use crate::options::{Options, Release};
use crate::rendered::{Failure, Rendered};
use crate::resources::Resources;
use crate::session::Session;
use crate::trace::Trace;
use crate::transform::labels;
use crate::written::check_scalars;

pub(crate) fn render(
    cx: &Context,
    root: &str,
    edited: Option<&Node>,
    options: &Options,
) -> std::result::Result<Arc<Rendered>, Arc<Failure>> {
    let root = root.trim_matches('/');
    let key = RootKey { root: root.to_owned(), options: options.clone(), edited: edited.cloned() };
    if let Some(found) = cx.memo.root(&key, cx.tree) {
        return found.result.clone();
    }
    let trace = RefCell::new(Trace::default());
    let left_out = RefCell::new(Vec::new());
    let rendered = render_root(cx, root, edited, options, &trace, &left_out);
    let left_out = left_out.into_inner();
    let trace = Arc::new(trace.into_inner());
    let result = match rendered {
        Ok((resources, problems)) => {
            let inputs = inputs(&trace, options, edited);
            Ok(Arc::new(Rendered { resources, problems, unchecked: left_out, inputs }))
        }
        // What is missing may be why it fails: that is no fault of the root, and is said aloud.
        Err(error) if !left_out.is_empty() && !is_own_fault(&error) => {
            let what = format!("kustomization `{root}`");
            let why = format!("without what was left out it does not render: {}", error.message);
            let mut unchecked = left_out;
            unchecked.push(Unchecked::new(what, why, error.span));
            Err(Arc::new(Failure { problems: Vec::new(), unchecked }))
        }
        Err(error) => {
            let problem = error.problem(root);
            let mut unchecked = error.unchecked;
            for entry in &mut unchecked {
                entry.span = entry.span.or(error.span);
            }
            Err(Arc::new(Failure { problems: vec![problem], unchecked }))
        }
    };
    cx.memo.keep_root(key, Root { trace, result: result.clone() });
    result
}

/// Whether a file is at fault whatever else there is: it cannot be read as what it should be.
fn is_own_fault(error: &Error) -> bool {
    ["invalid Kustomization", "MalformedYAMLError"]
        .iter()
        .any(|fault| error.message.contains(fault))
}

fn render_root(
    cx: &Context,
    root: &str,
    edited: Option<&Node>,
    options: &Options,
    trace: &RefCell<Trace>,
    left_out: &RefCell<Vec<Unchecked>>,
) -> Result<(Vec<Arc<Resource>>, Vec<Problem>)> {
    let loader = Loader::new(cx.tree, cx.sources, options, root, trace)?;
    let (kustomization, file_name, warnings) = match edited {
        None => Kustomization::load(&loader)?,
        Some(node) => {
            let (kustomization, warnings) = Kustomization::read(node, root)?;
            (kustomization, FILE_NAMES[0], warnings)
        }
    };
    let build_metadata = kustomization.build_metadata.0.first().map(|t| t.span);
    let session = Session {
        cx,
        options,
        kinds: RefCell::new(Kinds { release: options.release, ..Kinds::default() }),
        schema_is_set: RefCell::new(false),
        warnings: RefCell::default(),
        left_out,
        build_metadata,
    };
    let wants_more = build_metadata.is_some() || !kustomization.openapi.is_empty();
    let all = if edited.is_some() || wants_more || kustomization.is_component() {
        session.warnings.borrow_mut().extend(warnings);
        session.set_schema(&kustomization, &loader)?;
        let place = build_metadata.map(|_| Place::default());
        let kustomization = kustomization.clone();
        let target = Target { session: &session, loader, kustomization, file_name, place };
        target.accumulate(Accumulated::empty())?
    } else {
        as_base(&session, &loader)?
    };
    let resources = finish(all, &kustomization, &session.kinds(), cx.sources)?;
    session.kinds().check_schema()?;
    Ok((resources, session.warnings.take()))
}

/// What a root gathers that others may name as a base: it is gathered once for all of them.
fn as_base(session: &Session, loader: &Loader) -> Result<Accumulated> {
    let all = gathered(session, loader, None, |trace| {
        let loader = loader.traced(trace);
        let (kustomization, file_name, warnings) = Kustomization::load(&loader)?;
        session.warnings.borrow_mut().extend(warnings);
        let target = Target { session, loader, kustomization, file_name, place: None };
        target.accumulate(Accumulated::empty())
    })?;
    session.leave_out(&all.left_out);
    Ok(Accumulated::clone(&all))
}

/// What kustomize does last: hashes, references, vars, order.
fn finish(
    all: Accumulated,
    kustomization: &Kustomization,
    kinds: &Kinds,
    sources: &Sources,
) -> Result<Vec<Arc<Resource>>> {
    let Accumulated { mut resources, config, vars, left_out: _ } = all;
    crate::hash::append(&mut resources, kinds)?;
    crate::name_reference::fix(&mut resources, &config, kinds)?;
    vars.resolve(&mut resources, &config)?;
    resources.0.iter().try_for_each(crate::read::check_object)?;
    resources.0.retain(|o| !is_local(o));
    resources.0.iter().try_for_each(crate::read::check_faults)?;
    let options = kustomization.sort_options.as_ref();
    crate::order::sort(&mut resources.0, options, |o| o.id(kinds))?;
    resources.check_unique(kinds)?;
    let asks = |option: &str| kustomization.build_metadata.0.iter().find(|t| t.text == option);
    if let Some(asked) = asks("managedByLabel") {
        set_managed_by(&mut resources, kinds.release, asked)?;
    }
    for object in &mut resources.0 {
        if asks("originAnnotations").is_none() {
            object.remove_annotation(ORIGIN);
        }
        if asks("transformerAnnotations").is_none() {
            object.remove_annotation(TRANSFORMATIONS);
        }
        for entry in object.label_pairs("annotations") {
            crate::written::check_new_key(&entry.key, entry.key_span)?;
        }
        object.settle_annotations();
        crate::written::settle(&mut object.body, sources)?;
    }
    let resources: Vec<_> = resources.0.into_iter().filter_map(Object::finish).collect();
    resources.iter().try_for_each(|r| check_scalars(&r.body))?;
    Ok(resources.into_iter().map(Arc::new).collect())
}

/// Whether an object is there for tools on the way alone.
fn is_local(object: &Object) -> bool {
    object.annotation("config.kubernetes.io/local-config").is_some_and(|text| text != "false")
}

fn set_managed_by(resources: &mut Resources, release: Release, asked: &Text) -> Result<()> {
    let version = match release {
        Release::V5_8_1 => "kustomize-v5.8.1",
        Release::V5_8_2 => "kustomize-v5.8.2",
    };
    let value = Text { text: version.into(), span: asked.span };
    let pair = Pair { value, key_span: asked.span };
    let pairs = Pairs::from([("app.kubernetes.io/managed-by".into(), pair)]);
    let spec = Spec { gvk: Gvk::default(), path: "metadata/labels".into(), create: true };
    labels::apply(resources, &pairs, &[spec], "buildMetadata")
}

pub(crate) fn load_objects(
    cx: &Context,
    path: &str,
) -> std::result::Result<Vec<Resource>, Vec<Problem>> {
    let options = Options::default();
    let trace = RefCell::new(Trace::default());
    let read = || {
        let loader = Loader::new(cx.tree, cx.sources, &options, "", &trace)?;
        crate::read::objects_of(&*loader.parse(&loader.find(path)?)?, cx.sources)
    };
    let objects = read().and_then(|objects| {
        objects.iter().try_for_each(|object| {
            crate::read::check_faults(object)?;
            check_scalars(&object.body)
        })?;
        Ok(objects)
    });
    let objects = objects.map_err(|e| vec![e.problem(path)])?;
    let settled = objects.into_iter().map(|mut object| {
        object.settle_annotations();
        object
    });
    Ok(settled.filter_map(Object::finish).collect())
}
