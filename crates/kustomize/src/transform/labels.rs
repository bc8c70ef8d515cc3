//! `labels`, `commonLabels` and `commonAnnotations`.

use gitops_model::Gvk;

use crate::config::{Config, Spec, merge_all};
use crate::decode::Pairs;
use crate::error::{Context as _, Result};
use crate::fields::{Create, rewrite, with_entry};
use crate::kustomization::Label;
use crate::resources::Resources;
use crate::shared::{Shared, spread};

/// Sets entries in every map that the specs lead to.
pub(crate) fn apply(
    resources: &mut Resources,
    pairs: &Pairs,
    specs: &[Spec],
    by: &'static str,
) -> Result<()> {
    let into_annotations = specs.iter().any(|s| s.path == "metadata/annotations" && !s.create);
    for object in &mut resources.0 {
        if into_annotations && !pairs.is_empty() {
            object.make_annotations();
        }
        let gvk = object.gvk();
        for (key, pair) in pairs {
            let before = object.body.clone();
            let mut made = 0;
            for spec in specs {
                let create = Some((Create::Map, pair.key_span));
                rewrite(&mut object.body, &gvk, spec, create, &mut |map| {
                    made += usize::from(map.get(key).is_none());
                    with_entry(map, key, &pair.value, by, pair.key_span, pair.value.span)
                })?;
            }
            if object.shared.iter().any(|shared| shared.key == *key) {
                spread(&object.shared, &before, &mut object.body);
            }
            if made > 1 {
                object.shared.push(Shared { key: key.clone(), span: pair.key_span });
            }
        }
    }
    Ok(())
}

/// The fields that an entry of `labels` sets.
pub(crate) fn specs_of(label: &Label, config: &Config) -> Result<Vec<Spec>> {
    let mut specs: Vec<Spec> = label.fields.iter().map(Spec::from).collect();
    let mut add = |more: &[Spec]| merge_all(&mut specs, more).context("failed to merge labels");
    add(config.specs("labels"))?;
    if label.include_selectors {
        add(config.specs("commonLabels"))?;
        return Ok(specs);
    }
    if label.include_templates {
        add(config.specs("templateLabels"))?;
    }
    if label.include_volume_claim_templates {
        add(config.specs("volumeClaimTemplateLabels"))?;
    }
    add(&[Spec { gvk: Gvk::default(), path: "metadata/labels".into(), create: true }])?;
    Ok(specs)
}
