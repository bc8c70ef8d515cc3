//! The Common Expression Language, as far as its library and this file know it. What they do not know
//! is never taken for an answer.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use cel::extractors::This;
use cel::objects::{Key, Opaque, OptionalValue};
use cel::{Context, Env, ExecutionError, Program, Value, extensions};
use gitops_yaml::Node;

use super::expression::{escaped, sorted};
use super::schema::property;
use crate::Quantity;

/// What an expression comes to.
pub(super) enum Outcome {
    /// A boolean.
    Bool(bool),
    /// A text.
    Text(String),
    /// It fails at these values, as it does in the API server.
    Failed(String),
    /// It uses what is not known here.
    Unsupported(String),
}

/// Evaluates an expression over a value, and what it was where that is known.
pub(super) fn evaluate(
    expression: &str,
    new: &Node,
    old: Option<&Node>,
    schema: &Node,
    is_optional: bool,
) -> Outcome {
    let Some(program) = compiled(expression) else {
        return Outcome::Unsupported("it is no expression known here".to_owned());
    };
    let convert = |node: &Node| value(&sorted(node, schema), Some(schema));
    let old = match old.map(convert) {
        old if is_optional => {
            let old = old.map_or_else(OptionalValue::none, OptionalValue::of);
            Some(Value::Opaque(Arc::new(old)))
        }
        old => old,
    };
    let mut context = Context::with_env(environment().clone());
    context.add_variable_from_value("self", convert(new));
    if let Some(old) = old {
        context.add_variable_from_value("oldSelf", old);
    }
    if add_quantities(&mut context).is_err() {
        return Outcome::Unsupported("quantities are not known here".to_owned());
    }
    match program.execute(&context) {
        Ok(Value::Bool(value)) => Outcome::Bool(value),
        Ok(Value::String(text)) => Outcome::Text(text.to_string()),
        Ok(other) => Outcome::Unsupported(format!("it gives a {}", other.type_of())),
        Err(ExecutionError::NoSuchKey(key)) => Outcome::Failed(format!("no such key: {key}")),
        Err(ExecutionError::IndexOutOfBounds(_)) => {
            Outcome::Failed("index out of bounds".to_owned())
        }
        Err(error) => Outcome::Unsupported(error.to_string()),
    }
}

fn environment() -> &'static Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut env = Env::stdlib();
        for library in [extensions::strings, extensions::lists, extensions::math] {
            // What cannot be declared is undeclared when an expression asks for it.
            let _ = env.add_extension(library);
        }
        Arc::new(env)
    })
}

/// The same rules are evaluated for many objects.
fn compiled(expression: &str) -> Option<Arc<Program>> {
    thread_local! {
        static PROGRAMS: RefCell<BTreeMap<String, Option<Arc<Program>>>> = RefCell::default();
    }
    PROGRAMS.with_borrow_mut(|programs| {
        if let Some(done) = programs.get(expression) {
            return done.clone();
        }
        let program = environment().compile(expression).ok().map(Arc::new);
        programs.insert(expression.to_owned(), program.clone());
        program
    })
}

/// A value by its schema, as apiserver/pkg/cel/common/values.go `UnstructuredToVal` has it.
fn value(node: &Node, schema: Option<&Node>) -> Value {
    if let Some(items) = node.as_seq() {
        let schema = schema.and_then(|schema| schema.get("items"));
        return Value::List(Arc::new(items.iter().map(|item| value(item, schema)).collect()));
    }
    if let Some(entries) = node.as_map() {
        let entries = entries.iter().map(|entry| {
            let known = schema.and_then(|s| s.get("properties")?.get(&entry.key));
            let key = if known.is_some() { escaped(&entry.key) } else { entry.key.to_string() };
            let schema = schema.and_then(|schema| property(schema, &entry.key));
            (Key::from(key), value(&entry.value, schema))
        });
        return Value::Map(entries.collect::<HashMap<Key, Value>>().into());
    }
    scalar(node, schema)
}

fn scalar(node: &Node, schema: Option<&Node>) -> Value {
    let word = |key: &str| schema.and_then(|schema| schema.get(key)).and_then(Node::text);
    let text = node.text().unwrap_or_default();
    let string = || Value::String(Arc::new(text.to_owned()));
    if node.is_null() {
        return Value::Null;
    }
    if let Some(value) = node.as_bool() {
        return Value::Bool(value);
    }
    if node.as_str().is_none() {
        let number = word("type") == Some("number");
        return match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) if !number => Value::Int(whole),
            (_, Ok(real)) => Value::Float(real),
            _ => string(),
        };
    }
    match word("format") {
        Some("date-time") => timestamp(text).unwrap_or_else(string),
        Some("date") => timestamp(&format!("{text}T00:00:00Z")).unwrap_or_else(string),
        _ => string(),
    }
}

fn timestamp(text: &str) -> Option<Value> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(Value::Timestamp)
}

/// A quantity in an expression.
#[derive(Debug, PartialEq, Eq)]
struct Amount(Quantity);

impl Opaque for Amount {
    fn runtime_type_name(&self) -> &str {
        "kubernetes.Quantity"
    }
}

fn amount(value: &Value) -> Result<Quantity, ExecutionError> {
    match value {
        Value::Opaque(opaque) => opaque.downcast_ref::<Amount>().map(|amount| amount.0),
        _ => None,
    }
    .ok_or_else(|| ExecutionError::function_error("quantity", "this is no quantity"))
}

/// The part of apiserver/pkg/cel/library/quantity.go that compares.
fn add_quantities(context: &mut Context<'_, '_>) -> Result<(), cel::DeclarationError> {
    context.add_function("quantity", |text: Arc<String>| {
        let read = Quantity::parse(&text).map(|q| Value::Opaque(Arc::new(Amount(q))));
        read.ok_or_else(|| ExecutionError::function_error("quantity", "this is no quantity"))
    })?;
    context.add_function("isQuantity", |text: Arc<String>| Quantity::parse(&text).is_some())?;
    context.add_function("compareTo", |This(this): This<Value>, other: Value| {
        Ok::<i64, ExecutionError>(amount(&this)?.cmp(&amount(&other)?) as i64)
    })?;
    context.add_function("isGreaterThan", |This(this): This<Value>, other: Value| {
        Ok::<bool, ExecutionError>(amount(&this)? > amount(&other)?)
    })?;
    context.add_function("isLessThan", |This(this): This<Value>, other: Value| {
        Ok::<bool, ExecutionError>(amount(&this)? < amount(&other)?)
    })
}
