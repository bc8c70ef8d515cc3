//! Argo CD's own functions for names. Source: `applicationset/utils/template_functions.go`.

use crate::library::P::{Anys, Str};
use crate::library::{Call, Function, Outcome, f};
use crate::value::Data;

pub(crate) static TABLE: &[Function] = &[
    f("normalize", &[Str], |call| call.text(normalize(call.str(0)))),
    f("slugify", &[Anys], slugify),
];

/// A name that Kubernetes takes: lower case, digits, `-` and `.`, at most 253 characters.
///
/// ```
/// assert_eq!(gitops_template::normalize("_My App"), "my-app");
/// ```
#[must_use]
pub fn normalize(name: &str) -> String {
    let lower = name.to_lowercase();
    let valid = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '.');
    let cleaned: String = lower.chars().map(|c| if valid(c) { c } else { '-' }).take(253).collect();
    cleaned.trim_matches(['-', '.']).to_owned()
}

/// `slugify [length [whole words]] name`.
fn slugify(call: &mut Call<'_>) -> Outcome {
    let (options, name) = match call.args.as_slice() {
        [] => return call.text(""),
        [options @ .., name] => (options, name),
    };
    let length = match options.first().map(|o| &o.data) {
        None => 50,
        Some(Data::Int(n)) => usize::try_from(*n).unwrap_or(0),
        Some(_) => return Err(call.fault("needs an int as its first argument")),
    };
    let whole_words = match options.get(1).map(|o| &o.data) {
        None => true,
        Some(Data::Bool(b)) => *b,
        Some(_) => return Err(call.fault("needs a bool as its second argument")),
    };
    let Some(name) = name.as_str() else {
        return Err(call.fault("needs a string as its last argument"));
    };
    let mut slug = normalize(name);
    if !whole_words {
        slug.truncate(length);
    }
    let words: Vec<&str> = slug.split(['-', '.']).filter(|w| !w.is_empty()).collect();
    let mut slug = words.join("-");
    if whole_words && length > 0 && slug.len() > length {
        let end = slug[..=length].rfind('-').unwrap_or(length);
        slug.truncate(end);
    }
    call.text(slug)
}
