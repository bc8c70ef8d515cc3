//! Charts that HelmReleases install (fluxcd/pkg, chartutil/values.go).

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use gitops_api::flux::{HelmRelease, SOURCE_GROUP, Source, ValuesSource};
use gitops_model::{
    Chart, ObjectKey, Release, Resource, SourceRef, Tree, TreeError, Unchecked, Unit,
};
use gitops_yaml::{ContentId, Entry, Exposure, Node, SmolStr, Sources};

use super::{Typing, merge, parsed, set};
use crate::files::{clamped, load};

/// The files that a source gives: a tree and the folder that is the artifact's root.
pub(crate) type Given = (Arc<dyn Tree>, SmolStr);

/// The releases of a cluster, and what is not known of them. `given` has the files of sources.
pub(crate) fn releases(
    sources: &Sources,
    units: &[Unit],
    given: &dyn Fn(&SourceRef) -> Option<Given>,
) -> (Vec<Release>, Vec<Unchecked>) {
    let objects = || units.iter().flat_map(|u| u.resources.iter().map(move |r| (u, r)));
    let views: Vec<(&Unit, &Arc<Resource>, HelmRelease<'_>)> =
        objects().filter_map(|(unit, o)| Some((unit, o, HelmRelease::of(o)?))).collect();
    if views.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let read = |o: &Resource| {
        o.gvk.group == SOURCE_GROUP || matches!(o.gvk.kind.as_str(), "ConfigMap" | "Secret")
    };
    let known = objects().filter(|(_, o)| read(o)).map(|(_, o)| (o.key.clone(), o)).collect();
    let mut cluster = Known { sources, given, objects: known, unchecked: Vec::new() };
    let releases = views.into_iter().filter_map(|(unit, object, view)| {
        let chart = cluster.chart(view)?;
        let values = cluster.values(view);
        Some(Release { object: object.clone(), unit: unit.id.clone(), chart, values })
    });
    let releases = releases.collect();
    (releases, cluster.unchecked)
}

/// The objects of a cluster that releases read.
struct Known<'a> {
    sources: &'a Sources,
    given: &'a dyn Fn(&SourceRef) -> Option<Given>,
    objects: BTreeMap<ObjectKey, &'a Arc<Resource>>,
    unchecked: Vec<Unchecked>,
}

impl Known<'_> {
    /// The chart of a release. Its content is unchecked in any case.
    fn chart(&mut self, release: HelmRelease<'_>) -> Option<Chart> {
        let chart = release.chart();
        let why = match &chart {
            Some(chart) if chart.source.kind == "GitRepository" => format!(
                "the chart of {} is not rendered, only its version and values are compared",
                chart.source
            ),
            Some(chart) => format!("the chart of {} is not in the repository", chart.source),
            None => "it names no chart".to_owned(),
        };
        self.unknown(release, why);
        let chart = chart?;
        let source = self.source(&chart.source);
        Some(match chart.name {
            Some(name) => Chart {
                content: self.content(&chart.source, &name),
                name,
                version: chart.version.unwrap_or_default(),
                source: self.address(&chart.source),
                span: chart.span,
            },
            None => match source.map(|s| (s, s.object().gvk.kind.as_str())) {
                Some((of, "HelmChart")) => of_helm_chart(of.object())?,
                Some((of, _)) => of_artifact(of, chart.span),
                None => {
                    let source = chart.source.to_string().into();
                    let name = chart.source.name;
                    let version = SmolStr::default();
                    Chart { name, version, source, content: None, span: chart.span }
                }
            },
        })
    }

    /// Hash of the files of a chart that is a folder of a repository.
    fn content(&self, source: &SourceRef, folder: &str) -> Option<ContentId> {
        let (tree, base) = (self.given)(source).filter(|_| source.kind == "GitRepository")?;
        tree.digest(&clamped(&base, folder))
    }

    fn source(&self, id: &SourceRef) -> Option<Source<'_>> {
        let named = |namespace: &str| ObjectKey::new(SOURCE_GROUP, &id.kind, namespace, &id.name);
        let own = self.objects.get(&named(&id.namespace));
        let unnamed = || self.objects.get(&named("")).filter(|_| id.namespace == "default");
        own.or_else(unnamed).and_then(|o| Source::of(o))
    }

    /// The address of a registry, or its object where that is not known.
    fn address(&self, id: &SourceRef) -> SmolStr {
        let url = self.source(id).and_then(Source::url);
        url.map_or_else(|| id.to_string().into(), SmolStr::new)
    }

    /// The values of a release: those of files beside the chart, those of its references in their order, then its
    /// own.
    fn values(&mut self, release: HelmRelease<'_>) -> Node {
        let empty = || Node::map(Vec::new(), release.object().body.origin.clone());
        let own = release.values().filter(|v| v.as_map().is_some());
        let mut own = own.cloned().unwrap_or_else(empty);
        let mut values = empty();
        self.add_files(release, &mut values);
        for reference in release.values_sources() {
            match self.lookup(release, &reference) {
                Found::Text(holder, text) => {
                    self.add(release, &reference, &holder, &text, &mut values, &mut own);
                }
                Found::Hidden(holder) => {
                    let why = format!("`{}` of {} is encrypted", reference.key, reference);
                    self.unknown_values(release, &reference, why, &holder, &mut values);
                }
                Found::Nothing => {}
                Found::Missing(why) => self.unknown(release, why),
            }
        }
        merge(&mut values, &own);
        values
    }

    /// Files of the chart's repository, named from its top (source-controller, internal/helm/chart,
    /// `mergeFileValues`).
    fn add_files(&mut self, release: HelmRelease<'_>, values: &mut Node) {
        let (files, ignore_missing) = release.values_files();
        let source = release.chart().map(|c| c.source).filter(|s| s.kind == "GitRepository");
        let Some((tree, base)) = source.and_then(|source| (self.given)(&source)) else { return };
        for name in files.iter().filter_map(Node::text) {
            let file = load(self.sources, tree.as_ref(), &clamped(&base, name));
            match file.as_ref().map(|file| file.documents.first()) {
                Ok(Some(read)) => {
                    let mut read = read.clone();
                    if read.get("sops").is_some() {
                        read.expose(Exposure::Secret);
                    }
                    merge(values, &read);
                }
                Ok(None) => {}
                Err(TreeError::Missing(_)) if ignore_missing => {}
                Err(error) => {
                    self.unknown(release, format!("its values are not all known: {error}"))
                }
            }
        }
    }

    fn add(
        &mut self,
        release: HelmRelease<'_>,
        reference: &ValuesSource,
        holder: &Node,
        text: &str,
        values: &mut Node,
        own: &mut Node,
    ) {
        let exposure = holder.as_scalar().map_or(Exposure::Open, |s| s.exposure);
        let Some(path) = &reference.target_path else {
            match parsed(self.sources, holder, text) {
                Ok(mut read) => {
                    read.expose(exposure);
                    merge(values, &read);
                }
                Err(why) => {
                    let why = format!("`{}` of {reference} cannot be read: {why}", reference.key);
                    self.unknown_values(release, reference, why, holder, values);
                }
            }
            return;
        };
        // The controller changes the release's own map where it is the only one at that path.
        let is_shared = is_shared(values, own, path);
        merge(values, own);
        let (typing, text) = typed(text, reference.literal);
        let assignment = format!("{path}={text}");
        let put = |into: &mut Node| {
            let mut new = Node::map(Vec::new(), holder.origin.clone());
            set(&mut new, &assignment, typing, &holder.origin)?;
            new.expose(exposure);
            let mut with = into.clone();
            set(&mut with, &assignment, typing, &holder.origin)?;
            expose_like(&mut with, &new);
            *into = with;
            Some(())
        };
        let done = put(values).is_some() && (!is_shared || put(own).is_some());
        if !done {
            let why = format!("`{path}` cannot be set to what {reference} holds");
            self.unknown(release, why);
        }
    }

    fn lookup(&self, release: HelmRelease<'_>, reference: &ValuesSource) -> Found {
        let namespace = &release.object().key.namespace;
        let key = ObjectKey::new("", &reference.kind, namespace, &reference.name);
        let Some(object) = self.objects.get(&key) else {
            return match reference.optional {
                true => Found::Nothing,
                false => Found::Missing(format!(
                    "{reference}, which holds values of it, is not in the repository"
                )),
            };
        };
        let open = object.at(&["data", &reference.key]);
        let plain = object.at(&["stringData", &reference.key]);
        let Some(holder) = plain.or(open) else {
            return match reference.optional {
                true => Found::Nothing,
                false => Found::Missing(format!("{reference} has no key `{}`", reference.key)),
            };
        };
        let text = holder.text().unwrap_or_default();
        let is_unknown = holder.as_scalar().is_some_and(|s| s.exposure == Exposure::Unknown);
        if is_unknown || text.starts_with("ENC[") || object.at(&["sops"]).is_some() {
            return Found::Hidden(holder.clone());
        }
        if reference.kind != "Secret" || plain.is_some() {
            return Found::Text(holder.clone(), text.to_owned());
        }
        let decoded =
            base64::engine::general_purpose::STANDARD.decode(text.replace(['\n', ' '], ""));
        match decoded {
            Ok(bytes) => Found::Text(holder.clone(), String::from_utf8_lossy(&bytes).into_owned()),
            Err(_) => Found::Hidden(holder.clone()),
        }
    }

    /// Values that are not known stand under the name of their holder, so that a change of them is seen.
    fn unknown_values(
        &mut self,
        release: HelmRelease<'_>,
        reference: &ValuesSource,
        why: String,
        holder: &Node,
        values: &mut Node,
    ) {
        self.unknown(release, why);
        let mut hidden = holder.clone();
        hidden.expose(if reference.kind == "Secret" {
            Exposure::Secret
        } else {
            Exposure::Unknown
        });
        values.set(Entry::new(reference.to_string(), holder.span(), hidden));
    }

    fn unknown(&mut self, release: HelmRelease<'_>, why: String) {
        let object = release.object();
        self.unchecked.push(Unchecked::new(object.key.to_string(), why, Some(object.body.span())));
    }
}

/// What a reference to values leads to.
enum Found {
    /// A text, and the scalar that holds it.
    Text(Node, String),
    /// It is encrypted, or was made of something that is not known here.
    Hidden(Node),
    /// It may be missing, and is.
    Nothing,
    /// It is missing, and why that matters.
    Missing(String),
}

/// A chart that an object of source-controller names.
fn of_helm_chart(object: &Resource) -> Option<Chart> {
    let text = |path: &[&str]| object.at(path).and_then(Node::text).unwrap_or_default();
    let name = object.at(&["spec", "chart"])?;
    let version = object.at(&["spec", "version"]);
    Some(Chart {
        name: name.text()?.into(),
        version: version.and_then(Node::text).unwrap_or_default().into(),
        source: format!(
            "{} {}",
            text(&["spec", "sourceRef", "kind"]),
            text(&["spec", "sourceRef", "name"])
        )
        .into(),
        content: None,
        span: version.unwrap_or(name).span(),
    })
}

/// A source that is a chart as a whole: the last part of its address is the chart's name.
fn of_artifact(source: Source<'_>, asked: gitops_yaml::Span) -> Chart {
    let url = source.url().unwrap_or_default().trim_end_matches('/');
    let (registry, name) = url.rsplit_once('/').unwrap_or(("", url));
    let fields = ["digest", "semver", "tag"].map(|f| source.object().at(&["spec", "ref", f]));
    let version = fields.into_iter().flatten().next();
    Chart {
        name: if name.is_empty() { source.object().key.name.clone() } else { name.into() },
        version: version.and_then(Node::text).unwrap_or_default().into(),
        source: registry.into(),
        content: None,
        span: version.map_or(asked, Node::span),
    }
}

/// How a text is set at a path: quotes around it make it text, `literal` takes it as it is.
fn typed(text: &str, literal: bool) -> (Typing, String) {
    if literal {
        let mut escaped = String::with_capacity(text.len());
        for c in text.chars() {
            if matches!(c, '\\' | ',' | '[' | ']' | '{' | '}') {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        return (Typing::Text, escaped);
    }
    let quoted = |quote: char| text.starts_with(quote) && text.ends_with(quote);
    match quoted('\'') || quoted('"') {
        true => (Typing::Text, text.trim_matches(['\'', '"']).to_owned()),
        false => (Typing::Inferred, text.to_owned()),
    }
}

/// Whether the map that a path leads into is the release's own, not one that was merged before.
fn is_shared(merged: &Node, own: &Node, path: &str) -> bool {
    let keys: Vec<&str> = path.split('.').collect();
    let parents = keys.split_last().map(|(_, parents)| parents).unwrap_or_default();
    let (mut merged, mut own) = (Some(merged), own);
    for key in parents {
        let key = key.split('[').next().unwrap_or_default();
        let Some(inner) = own.get(key).filter(|n| n.as_map().is_some()) else { return false };
        own = inner;
        merged = merged.and_then(|m| m.get(key)).filter(|n| n.as_map().is_some());
        if merged.is_none() {
            return true;
        }
    }
    false
}

/// Marks the values that `like` has as those are marked.
fn expose_like(node: &mut Node, like: &Node) {
    if let Some(exposure) = like.as_scalar().map(|s| s.exposure) {
        return node.expose(exposure);
    }
    for entry in like.entries() {
        if let Some(inner) = node.get_mut(&entry.key) {
            expose_like(inner, &entry.value);
        }
    }
    if like.as_seq().is_some() {
        let mut exposure = Exposure::Open;
        like.walk(&mut |n| {
            exposure = exposure.max(n.as_scalar().map_or(Exposure::Open, |s| s.exposure))
        });
        node.expose(exposure);
    }
}
