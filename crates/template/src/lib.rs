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
mod parse;
mod pipeline;
mod print;
mod printf;
mod sprig;
mod value;
mod yaml;

use gitops_yaml::{Exposure, Origin, Span};

pub use error::{Error, ErrorKind};
pub use fast::substitute;
pub use library::Library;
pub use limits::Limits;
pub use sprig::{merge, normalize};
pub use value::Value;

use eval::Run;
use parse::Definitions;

/// What a map gives for a key that it does not have: the option `missingkey` of Go's templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// No value, printed as `<no value>`.
    #[default]
    Invalid,
    /// The zero value of the map's type.
    Zero,
    /// An error.
    Error,
}

/// How a template is run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// What a missing key gives.
    pub missing: MissingKey,
    /// What the template may cost.
    pub limits: Limits,
}

impl Options {
    /// Reads Go's `missingkey=…` options, the last one counting; `None` for an option that Go does not know.
    #[must_use]
    pub fn from_go<'a>(options: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        options.into_iter().try_fold(Self::default(), |read, option| {
            let missing = match option {
                "missingkey=default" | "missingkey=invalid" => MissingKey::Invalid,
                "missingkey=zero" => MissingKey::Zero,
                "missingkey=error" => MissingKey::Error,
                _ => return None,
            };
            Some(Self { missing, ..read })
        })
    }
}

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

/// What a template printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Whether all of the text is the value of one action.
    pub is_value: bool,
    /// Where the values that were printed are written, in their order, as far as that is known.
    pub origins: Vec<Origin>,
    /// Whether the text may be shown.
    pub exposure: Exposure,
}

impl Rendered {
    /// Who wrote the text of a template at `at`: where the whole text is one value, the line of that value
    /// with the template behind it; else the template's line with the values behind it.
    #[must_use]
    pub fn origin(&self, at: &Origin) -> Origin {
        match self.origins.first() {
            Some(value) if self.is_value => value.on_top_of("template", at),
            _ => self
                .origins
                .iter()
                .fold(at.clone(), |origin, value| origin.on_top_of("template", value)),
        }
    }
}
