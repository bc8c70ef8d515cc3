//! Variable substitution in rendered objects. As in the controller it works on the YAML text of each
//! object, so that a value may change the type of a field or bring structure; the origins of what did not
//! change are kept by walking the old and the new tree side by side.

use std::cell::RefCell;
use std::sync::Arc;

use gitops_model::{Problem, ProblemKind, Resource};
use gitops_yaml::{Exposure, Limits, Node, Origin, Span, parse, print};

use super::envsubst::{Error, Expression, Lookup, Template};
use super::overlay::{Rewriter, TEXT, overlay, touches};
use super::variables::Variables;

/// The label or annotation that switches substitution off for an object.
const SWITCH: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// The step in a value's history.
const STEP: &str = "postBuild.substitute";

/// Brackets of a value that is not known here, while the text is read again.
const OPAQUE: (char, char) = ('\u{f0000}', '\u{f0001}');

/// Puts the variables into an object. The object itself where nothing changes.
pub(crate) fn substitute(
    object: &Arc<Resource>,
    variables: &Variables,
    strict: bool,
) -> Result<Arc<Resource>, Vec<Problem>> {
    if is_off(object) {
        return Ok(object.clone());
    }
    let run = Run { variables, strict, opaque: RefCell::default() };
    if !touches(&run, &object.body) {
        return Ok(object.clone());
    }
    let text = print(&object.body, &TEXT);
    let text = run.evaluate(&text).map_err(|_| run.problems(object))?;
    let start = object.body.span();
    let parsed = parse(start.file, &text, &Limits::default());
    let fatal = parsed.errors.iter().find(|e| e.kind.is_fatal());
    let (None, Some(new)) = (fatal, parsed.documents.first()) else {
        return Err(vec![no_yaml(object, fatal.map_or("", |e| &e.message))]);
    };
    let body = overlay(&run, &object.body, new);
    let mut changed =
        Resource::new(body).ok_or_else(|| vec![no_yaml(object, "no kind or name")])?;
    changed.stable_name =
        object.stable_name.clone().filter(|_| changed.key.name == object.key.name);
    changed.removed = object.removed.clone();
    Ok(Arc::new(changed))
}

fn is_off(object: &Resource) -> bool {
    let off = |value: Option<&str>| value == Some("disabled");
    off(object.label(SWITCH)) || off(object.annotation(SWITCH))
}

/// The values of an object with a `$$` that escapes no expression: one `$` of it is lost.
pub(crate) fn collapsing(object: &Resource) -> Vec<Problem> {
    let mut found = Vec::new();
    if is_off(object) {
        return found;
    }
    object.body.walk(&mut |node| {
        let Some(text) = node.text().filter(|t| t.contains("$$")) else { return };
        if text.replace("$${", "").contains("$$") {
            let message = format!(
                "`$$` in {} becomes `$`: substitution takes it for an escape wherever it stands",
                object.key
            );
            let help = format!(
                "write `$$$$` for two, or set the annotation `{SWITCH}: disabled` on the object"
            );
            found.push(Problem::new(ProblemKind::Dollars, message, Some(node.span())).help(help));
        }
    });
    found
}

fn no_yaml(object: &Resource, why: &str) -> Problem {
    let message = format!("{} is no YAML once its variables are substituted: {why}", object.key);
    Problem::new(ProblemKind::Substitution, message, Some(object.body.span()))
}

struct Run<'v> {
    variables: &'v Variables,
    strict: bool,
    /// The expressions that [`OPAQUE`] brackets number.
    opaque: RefCell<Vec<String>>,
}

impl Run<'_> {
    fn lookup(&self, name: &str) -> Lookup<'_> {
        match self.variables.get(name) {
            Some(variable) => variable.value.as_deref().map_or(Lookup::Hidden, Lookup::Value),
            None if self.variables.incomplete => Lookup::Possible,
            None => Lookup::Missing,
        }
    }

    fn evaluate(&self, text: &str) -> Result<String, Error> {
        let mut opaque = |expression: &Expression| {
            let mut known = self.opaque.borrow_mut();
            known.push(text.get(expression.range.clone()).unwrap_or_default().to_owned());
            format!("{}{}{}", OPAQUE.0, known.len() - 1, OPAQUE.1)
        };
        Template::parse(text)?.evaluate(&|name| self.lookup(name), self.strict, &mut opaque)
    }

    /// Where the variables of a value are defined, and whether they may be shown.
    fn used(&self, old: &Node) -> Vec<(Span, Exposure)> {
        let mut used = Vec::new();
        old.walk(&mut |node| {
            let Some(Ok(template)) = node.text().map(Template::parse) else { return };
            for expression in template.expressions() {
                match self.variables.get(&expression.name) {
                    Some(variable) => used.push((variable.span, variable.exposure)),
                    // A default is what the value is until something sets it.
                    None if self.variables.incomplete && !expression.has_default() => {
                        used.push((node.span(), Exposure::Unknown))
                    }
                    None => {}
                }
            }
        });
        used
    }

    /// What fails, each with its line; the object's where no value fails by itself.
    fn problems(&self, object: &Resource) -> Vec<Problem> {
        let mut problems = Vec::new();
        object.body.walk(&mut |node| {
            let text = node.text().filter(|t| t.contains('$'));
            if let Some(Err(error)) = text.map(|t| self.evaluate(t)) {
                problems.push(problem(object, &error, node.span()));
            }
        });
        if problems.is_empty()
            && let Err(error) = self.evaluate(&print(&object.body, &TEXT))
        {
            problems.push(problem(object, &error, object.body.span()));
        }
        problems
    }
}

impl Rewriter for Run<'_> {
    fn touches(&self, text: &str) -> bool {
        text.contains('$')
    }

    fn key(&self, key: &str) -> Option<String> {
        self.evaluate(key).ok()
    }

    fn shown(&self, text: &str) -> (String, bool) {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPAQUE.0) {
            let (number, behind) = after.split_once(OPAQUE.1).unwrap_or((after, ""));
            let known = self.opaque.borrow();
            let expression = number.parse::<usize>().ok().and_then(|n| known.get(n));
            out.push_str(before);
            out.push_str(expression.map_or("", String::as_str));
            rest = behind;
        }
        (out + rest, rest.len() == text.len())
    }

    fn origin(&self, old: &Node) -> Origin {
        match self.used(old).into_iter().next().filter(|(span, _)| *span != old.span()) {
            Some((span, _)) => old.origin.overridden(STEP, span),
            None => old.origin.clone(),
        }
    }

    fn exposure(&self, old: &Node) -> Exposure {
        let own = old.as_scalar().map_or(Exposure::Open, |s| s.exposure);
        self.used(old).into_iter().fold(own, |most, (_, exposure)| most.max(exposure))
    }
}

fn problem(object: &Resource, error: &Error, span: Span) -> Problem {
    let message = match error {
        Error::Syntax(what) => {
            format!("an expression in {} cannot be substituted: {what}", object.key)
        }
        Error::NotSet(name) => format!("the variable `{name}` is nowhere set"),
    };
    let help = match error {
        Error::Syntax(_) => format!(
            "write `$${{` for a plain `${{`, or set the annotation `{SWITCH}: disabled` on the object"
        ),
        Error::NotSet(name) => format!(
            "set it in `postBuild.substitute`, give it a default such as `${{{name}:=value}}`, or write `$${{{name}}}` if the text is meant"
        ),
    };
    Problem::new(ProblemKind::Substitution, message, Some(span)).help(help).on(object)
}

/// One problem for each thing that is wrong, with the further places where it is.
pub(crate) fn once_each(problems: Vec<Problem>) -> Vec<Problem> {
    let mut told: Vec<Problem> = Vec::new();
    for problem in problems {
        match told.iter_mut().find(|first| first.message == problem.message) {
            Some(first) => {
                first.related.extend(problem.span.map(|span| (span, "and here".to_owned())));
            }
            None => told.push(problem),
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use gitops_yaml::{ContentId, Sources};

    use super::*;
    use gitops_api::flux::Kustomization;

    const OWNER: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  postBuild:
    substitute:
      port: \"8080\"
      word: abc
      list: '[1, yes]'
      quote: '\"'
";

    fn run(text: &str, incomplete: bool) -> Result<(Sources, Arc<Resource>), Vec<Problem>> {
        let sources = Sources::default();
        let read = |path: &str, text: &str| {
            let file = sources.load(path, ContentId::of(text.as_bytes()), text.as_bytes());
            Arc::new(Resource::new(file.documents[0].clone()).unwrap())
        };
        let owner = read("ks.yaml", OWNER);
        let owner = Kustomization::of(&owner).unwrap();
        let mut variables = Variables::of(owner, &Default::default(), [], &mut Vec::new());
        variables.incomplete = incomplete;
        let object = substitute(&read("cm.yaml", text), &variables, true)?;
        Ok((sources, object))
    }

    #[test]
    fn values_are_typed_anew_and_know_who_defined_them() {
        let text = "kind: C\nmetadata: {name: '${word}'}\nspec:\n  port: '${port}'\n  text: 'p${port}'\n  kept: 'yes'\n  list: '${list}'\n  quoted: '${quote}${port}${quote}'\n  '${word}': 1\n";
        let (sources, object) = run(text, false).unwrap();
        assert_eq!(object.key.name, "abc");
        let spec = object.at(&["spec"]).unwrap();
        assert_eq!(spec.get("port").unwrap().as_i64(), Some(8080));
        assert_eq!(spec.get("text").unwrap().as_str(), Some("p8080"));
        assert_eq!(spec.get("kept").unwrap().as_str(), Some("yes"));
        assert_eq!(spec.get("quoted").unwrap().as_str(), Some("8080"));
        assert_eq!(spec.get("list").unwrap().items()[1].as_bool(), Some(true));
        assert_eq!(spec.get("abc").unwrap().as_i64(), Some(1));
        let lines: Vec<_> = spec.get("port").unwrap().origin.writers().collect();
        let lines: Vec<_> = lines.into_iter().map(|s| sources.locate(s)).collect();
        assert_eq!((lines[0].path.as_str(), lines[0].line), ("ks.yaml", 7));
        assert_eq!((lines[1].path.as_str(), lines[1].line), ("cm.yaml", 4));
    }

    #[test]
    fn what_is_not_known_stays_an_expression_and_is_marked() {
        let text = "kind: C\nmetadata: {name: a}\nport: '${other}'\nupper: 'x-${other^^}'\nopen: '${word}'\n";
        let (_, object) = run(text, true).unwrap();
        for (field, want) in [("port", "${other}"), ("upper", "x-${other^^}")] {
            let scalar = object.at(&[field]).unwrap().as_scalar().unwrap();
            assert_eq!((scalar.text.as_str(), scalar.exposure), (want, Exposure::Unknown));
        }
        assert_eq!(object.at(&["open"]).unwrap().as_scalar().unwrap().exposure, Exposure::Open);
    }

    #[test]
    fn failures_name_the_line() {
        let problems = run("kind: C\nmetadata: {name: a}\na: '${nope}'\nb: '${x-y}'\n", false);
        let problems = problems.unwrap_err();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].message.contains("`nope`"), "{}", problems[0].message);
    }
}
