//! Operands: terms with the fields behind them.

use crate::ast::{Number, Operand, Term};
use crate::error::Error;
use crate::lex::Kind;
use crate::literal;
use crate::parse::Parser;

impl Parser<'_> {
    /// An operand, if one stands here.
    pub(crate) fn operand(&mut self) -> Result<Option<Operand>, Error> {
        let at = self.peek().start;
        let Some(term) = self.term()? else { return Ok(None) };
        let mut fields = Vec::new();
        if matches!(term, Term::Field) {
            self.at -= 1;
        }
        while self.peek().kind == Kind::Field {
            let token = self.next();
            fields.push(self.slice(token)[1..].into());
        }
        let constant =
            matches!(term, Term::Bool(_) | Term::Str(_) | Term::Number(_) | Term::Nil | Term::Dot);
        if constant && !fields.is_empty() {
            return self.fail("a constant or dot has no fields");
        }
        Ok(Some(Operand { at, term, fields }))
    }

    fn term(&mut self) -> Result<Option<Term>, Error> {
        let token = self.next();
        let text = self.slice(token);
        Ok(Some(match token.kind {
            Kind::Dot => Term::Dot,
            Kind::Field => Term::Field,
            Kind::Variable if self.variables.iter().any(|v| v == text) => {
                Term::Variable(text.into())
            }
            Kind::Variable => return self.fail(format!("the variable `{text}` is not defined")),
            Kind::Word => match text {
                "true" | "false" => Term::Bool(text == "true"),
                "nil" => Term::Nil,
                _ => match self.library.find(text) {
                    Some(function) => Term::Function(function),
                    None => return self.fail(format!("there is no function `{text}`")),
                },
            },
            Kind::Quoted => Term::Str(self.string(token)?),
            Kind::Number => match literal::number(text) {
                Some(number) => Term::Number(number),
                None => return self.fail(format!("`{text}` is no number")),
            },
            Kind::Char => {
                let content = literal::unquote(text).unwrap_or_default();
                let mut chars = content.chars();
                let (Some(c), None) = (chars.next(), chars.next()) else {
                    return self.fail(format!("{text} is not one character"));
                };
                let value = i64::from(u32::from(c));
                let float = Some(value as f64);
                Term::Number(Number {
                    int: Some(value),
                    float,
                    reads_as_float: false,
                    is_char: true,
                })
            }
            Kind::OpenParen => {
                let inner = self.nested(|p| p.pipeline("parentheses", Kind::CloseParen))?;
                Term::Parens(Box::new(inner))
            }
            _ => {
                self.at -= 1;
                return Ok(None);
            }
        }))
    }
}
