//! The list of resources of a build, and finding in it by identity.

use std::collections::HashSet;

use gitops_yaml::{Entry, Node};

use crate::annotations::ORIGIN;
use crate::error::{Error, Result};
use crate::id::{Id, Identity, Kinds, meta};
use crate::object::{Behavior, History, Object, as_string, set_below};
use crate::written::check_new_key;

/// Resources in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resources(pub(crate) Vec<Object>);

impl Resources {
    /// Adds resources; none may have an identity that another one has.
    pub(crate) fn append_all(
        &mut self,
        new: impl IntoIterator<Item = Object>,
        kinds: &Kinds,
    ) -> Result<()> {
        let new: Vec<Object> = new.into_iter().collect();
        new.iter().for_each(|object| kinds.meet(&object.body));
        check_unique(&self.0, &new, kinds)?;
        self.0.extend(new);
        Ok(())
    }

    /// Fails if two resources have become the same.
    pub(crate) fn check_unique(&self, kinds: &Kinds) -> Result<()> {
        check_unique(&[], &self.0, kinds)
    }

    pub(crate) fn drop_empty(&mut self) {
        self.0.retain(|o| !o.is_empty());
    }

    /// The positions of resources that have, or had, an identity like this.
    pub(crate) fn positions(&self, kinds: &Kinds, matches: impl Fn(&Id) -> bool) -> Vec<usize> {
        let fits =
            |(i, o): (usize, &Object)| (!o.is_empty() && o.any_id(kinds, &matches)).then_some(i);
        self.0.iter().enumerate().filter_map(fits).collect()
    }

    /// The positions of resources that have, or had, this identity.
    fn same_as(&self, id: &Id, kinds: &Kinds) -> Vec<usize> {
        let fits = |(i, o): (usize, &Object)| {
            let found =
                !o.is_empty() && o.was_called(&id.name) && o.any_id(kinds, |other| id.same(other));
            found.then_some(i)
        };
        self.0.iter().enumerate().filter_map(fits).collect()
    }

    /// The one resource that has, or had, an identity.
    pub(crate) fn one(&self, id: &Id, kinds: &Kinds) -> Result<usize> {
        match self.same_as(id, kinds).as_slice() {
            [at] => Ok(*at),
            [] => Err(format!("no matches for Id {id}")),
            _ => Err(format!("multiple matches for Id {id}")),
        }
        .map_err(|m| Error::new(format!("{m}; failed to find unique target for patch {id}"), None))
    }

    /// Takes in what a generator made: as new, or over what is already there.
    pub(crate) fn absorb(&mut self, mut new: Object, kinds: &Kinds) -> Result<()> {
        let id = new.id(kinds);
        let behavior = new.history.behavior;
        let overrides = matches!(behavior, Behavior::Merge | Behavior::Replace);
        let at = match self.same_as(&id, kinds).as_slice() {
            [] if overrides => {
                let message = format!("id {id} does not exist; cannot merge or replace");
                return Err(Error::at(message, new.body.span()));
            }
            [] => return self.append_all([new], kinds),
            [at] => *at,
            _ => {
                let message = format!("found multiple objects that could accept merge of {id}");
                return Err(Error::at(message, new.body.span()));
            }
        };
        if !overrides {
            let name = behavior.name();
            let message = format!(
                "id {id} exists; can not use behavior: '{name}', behavior must be merge or replace"
            );
            return Err(Error::at(message, new.body.span()));
        }
        let Some(old) = self.0.get(at) else { return Ok(()) };
        for field in ["data", "binaryData"] {
            let theirs = old.body.get(field).map(Node::entries).unwrap_or_default();
            theirs.iter().try_for_each(|e| check_new_key(&e.key, e.key_span))?;
        }
        take_metadata(&mut new, old);
        if behavior == Behavior::Merge {
            merge_data(&mut new, old, kinds);
            if let Some(origin) = old.annotation(ORIGIN).map(str::to_owned) {
                let span = new.body.span();
                new.set_annotation(ORIGIN, &origin, span);
            }
        }
        if let Some(slot) = self.0.get_mut(at) {
            *slot = new;
        }
        Ok(())
    }
}

/// Fails if a new resource has an identity that one before it has.
fn check_unique(known: &[Object], new: &[Object], kinds: &Kinds) -> Result<()> {
    let double = match new {
        // A root of many files adds them one by one: comparing names takes less than hashing identities.
        [only] => {
            let name = meta(&only.body, "name");
            let mut same_name = known.iter().filter(|o| meta(&o.body, "name") == name);
            same_name.any(|o| o.identity(kinds) == only.identity(kinds)).then_some(only)
        }
        _ => {
            let mut seen: HashSet<Identity> = known.iter().map(|o| o.identity(kinds)).collect();
            new.iter().find(|object| !seen.insert(object.identity(kinds)))
        }
    };
    let Some(double) = double else { return Ok(()) };
    let id = double.id(kinds);
    let message = format!("may not add resource with an already registered id: {id}");
    let error = Error::at(message, double.body.span());
    Err(error.help("give one of the two another name or namespace"))
}

/// A generated object takes over name, namespace, history, and the labels and annotations it lacks.
fn take_metadata(new: &mut Object, old: &Object) {
    for field in ["labels", "annotations"] {
        let own: Vec<Entry> = new.label_pairs(field).to_vec();
        for entry in old.label_pairs(field) {
            if !own.iter().any(|e| e.key == entry.key) {
                set_below(&mut new.body, &["metadata", field], as_string(entry));
            }
        }
    }
    for field in ["name", "namespace"] {
        let entry = old.body.get("metadata").and_then(|m| m.entry(field)).cloned();
        match (entry, new.body.get_mut("metadata")) {
            (Some(entry), _) => set_below(&mut new.body, &["metadata"], entry),
            (None, Some(metadata)) => {
                metadata.remove(field);
            }
            (None, None) => {}
        }
    }
    let needs_hash = new.history.needs_hash && old.history.needs_hash;
    new.history = History { needs_hash, ..old.history.clone() };
    new.vars.clone_from(&old.vars);
    new.removed.splice(0..0, old.removed.iter().cloned());
}

/// The data of the old object under that of the new one.
fn merge_data(new: &mut Object, old: &Object, kinds: &Kinds) {
    let is_secret = old.gvk().is("", "Secret") && kinds.release >= crate::options::Release::V5_8_2;
    for field in ["data", "binaryData"] {
        let mut theirs = old.body.get(field).map(Node::entries).unwrap_or_default().to_vec();
        if is_secret && field == "data" {
            encode_into(&mut theirs, old.body.get("stringData"));
        }
        let own: Vec<Entry> = new.body.get(field).map(Node::entries).unwrap_or_default().to_vec();
        for entry in &theirs {
            let entry = as_string(entry);
            match own.iter().find(|e| e.key == entry.key) {
                None => set_below(&mut new.body, &[field], entry),
                Some(mine) => {
                    let mut value = mine.value.clone();
                    value.origin = value.origin.on_top_of("generators", &entry.value.origin);
                    set_below(&mut new.body, &[field], Entry { value, ..mine.clone() });
                }
            }
        }
    }
}

/// A Secret's `stringData` as the API server would add it to `data`.
fn encode_into(data: &mut Vec<Entry>, strings: Option<&Node>) {
    for entry in strings.map(Node::entries).unwrap_or_default() {
        let text = crate::generate::base64_lines(entry.value.text().unwrap_or_default().as_bytes());
        let value = Node::string(text, entry.value.origin.clone());
        data.retain(|e| e.key != entry.key);
        data.push(Entry { value, ..entry.clone() });
    }
}
