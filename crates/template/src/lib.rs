//! Go's text/template and Sprig over values that know where they were written, and fasttemplate.
//!
//! ```
//! use gitops_template::{Library, Options, Template, Value};
//! use gitops_yaml::{FileId, Span};
//!
//! let at = Span::new(FileId::for_tests(0), 0, 0);
//! let data = Value::map([("name".into(), Value::string("Shop"))]);
//! let template = Template::parse("{{ .name | lower }}-{{ .zone }}", &Library::APPLICATION_SET, at).unwrap();
//! assert_eq!(template.render(&data, &Options::default()).unwrap().text, "shop-<no value>");
//! ```

mod ast;
mod builtins;
mod convert;
mod decimal;
mod error;
mod eval;
mod fast;
mod float;
mod lex;
mod library;
mod limits;
mod literal;
mod operand;
mod options;
mod parse;
mod pipeline;
mod print;
mod printf;
mod rendered;
mod sprig;
mod value;
mod yaml;

use gitops_yaml::Span;

pub use error::{Error, ErrorKind};
pub use fast::substitute;
pub use library::Library;
pub use limits::Limits;
pub use options::{MissingKey, Options};
pub use rendered::Rendered;
pub use sprig::{merge, normalize};
pub use value::Value;

use eval::Run;
use parse::Definitions;

/// A template that was read.
pub struct Template {
    definitions: Definitions,
    at: Span,
}

impl Template {
    /// Reads a template that is written at `at`.
    ///
    /// # Errors
    /// When the text is no template, or calls a function that `library` does not have.
    pub fn parse(text: &str, library: &Library, at: Span) -> Result<Self, Error> {
        Ok(Self { definitions: parse::parse(text, library)?, at })
    }

    /// Runs the template on `data`.
    ///
    /// # Errors
    /// When a function or a field fails, or a limit is passed.
    pub fn render(&self, data: &Value, options: &Options) -> Result<Rendered, Error> {
        let mut run = Run::new(&self.definitions, data, options.missing, &options.limits, self.at);
        run.list(data, &self.definitions.main)?;
        let out = run.out;
        let origins = out.traces.iter().flatten().map(|t| t.origin.clone()).collect();
        Ok(Rendered {
            text: out.text,
            is_value: !out.literal && out.traces.len() == 1,
            origins,
            exposure: out.exposure,
        })
    }
}
