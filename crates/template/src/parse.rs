//! Tokens to the tree, with the grammar of Go's `text/template/parse`.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::ast::{Branch, Command, List, Node, Pipeline, Term};
use crate::error::{Error, ErrorKind};
use crate::lex::{Kind, Token, tokens};
use crate::library::Library;
use crate::literal;

/// How deep actions and parentheses may nest.
const DEPTH: usize = 200;

/// The templates of one text: the text itself, and those it defines.
#[derive(Default)]
pub(crate) struct Definitions {
    pub(crate) main: List,
    pub(crate) named: BTreeMap<SmolStr, List>,
}

pub(crate) fn parse(text: &str, library: &Library) -> Result<Definitions, Error> {
    let mut parser = Parser {
        text,
        library,
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        loops: 0,
        variables: vec!["$".into()],
        named: BTreeMap::new(),
    };
    let (main, end) = parser.list(true)?;
    if end != Stop::Text {
        return parser.fail("`end` or `else` without an `if`, `range`, `with` or `block`");
    }
    Ok(Definitions { main, named: parser.named })
}

/// What closed a list of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Text,
    End,
    Else,
}

pub(crate) struct Parser<'a> {
    text: &'a str,
    pub(crate) library: &'a Library,
    tokens: Vec<Token>,
    pub(crate) at: usize,
    depth: usize,
    loops: usize,
    pub(crate) variables: Vec<SmolStr>,
    named: BTreeMap<SmolStr, List>,
}

impl<'a> Parser<'a> {
    pub(crate) fn peek(&self) -> Token {
        let end = self.text.len();
        let none = Token { kind: Kind::End, start: end, end };
        self.tokens.get(self.at).copied().unwrap_or(none)
    }

    pub(crate) fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    fn next_visible(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    pub(crate) fn slice(&self, token: Token) -> &'a str {
        self.text.get(token.start..token.end).unwrap_or_default()
    }

    pub(crate) fn fail<T>(&self, message: impl Into<String>) -> Result<T, Error> {
        let at = self.tokens.get(self.at.saturating_sub(1)).map_or(0, |t| t.start);
        Err(Error::new(ErrorKind::Syntax, message, at))
    }

    fn unexpected<T>(&mut self, token: Token, context: &str) -> Result<T, Error> {
        match token.kind {
            Kind::End => self.fail(format!("the text ends inside of {context}")),
            _ => self.fail(format!("`{}` is not expected in {context}", self.slice(token))),
        }
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Token, Error> {
        let token = self.next_visible();
        if token.kind == kind { Ok(token) } else { self.unexpected(token, context) }
    }

    /// Runs `inner` one level deeper.
    pub(crate) fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.depth >= DEPTH {
            let message = format!("actions nest deeper than {DEPTH} levels");
            return Err(Error::new(ErrorKind::Limit, message, self.peek().start));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// Nodes up to `end`, `else` or, at the top, the end of the text.
    fn list(&mut self, top: bool) -> Result<(List, Stop), Error> {
        let mut nodes = List::new();
        loop {
            let token = self.next();
            match token.kind {
                Kind::Text => nodes.push(Node::Text(self.slice(token).into())),
                Kind::Open => {
                    self.skip_space();
                    match self.action(top)? {
                        Step::Node(node) => nodes.push(node),
                        Step::Nothing => {}
                        Step::Stop(stop) => return Ok((nodes, stop)),
                    }
                }
                Kind::End if top => return Ok((nodes, Stop::Text)),
                _ => return self.unexpected(token, "an action that is never ended"),
            }
        }
    }

    fn action(&mut self, top: bool) -> Result<Step, Error> {
        let word = self.peek();
        let keyword = if word.kind == Kind::Word { self.slice(word) } else { "" };
        let known = matches!(
            keyword,
            "if" | "with"
                | "range"
                | "template"
                | "block"
                | "define"
                | "end"
                | "else"
                | "break"
                | "continue"
        );
        if known {
            self.next();
        }
        Ok(Step::Node(match keyword {
            "if" => Node::If(self.branch("if")?),
            "with" => Node::With(self.branch("with")?),
            "range" => Node::Range(self.branch("range")?),
            "template" => self.template()?,
            "block" => self.block()?,
            "define" => {
                if !top || self.depth > 0 {
                    return self.fail("`define` must stand outside of all other actions");
                }
                self.define()?;
                return Ok(Step::Nothing);
            }
            "end" => {
                self.expect(Kind::Close, "end")?;
                return Ok(Step::Stop(Stop::End));
            }
            // What follows an `else` is read by the branch.
            "else" => return Ok(Step::Stop(Stop::Else)),
            "break" | "continue" if self.loops > 0 => {
                self.expect(Kind::Close, keyword)?;
                if keyword == "break" { Node::Break } else { Node::Continue }
            }
            "break" | "continue" => return self.fail(format!("`{keyword}` outside of a `range`")),
            _ => Node::Action(self.pipeline("a command", Kind::Close)?),
        }))
    }

    fn branch(&mut self, kind: &'static str) -> Result<Branch, Error> {
        let mark = self.variables.len();
        let branch = self.nested(|p| {
            let pipe = p.pipeline(kind, Kind::Close)?;
            p.loops += usize::from(kind == "range");
            let body = p.list(false);
            p.loops -= usize::from(kind == "range");
            let (body, stop) = body?;
            let otherwise = if stop == Stop::Else { p.otherwise(kind)? } else { List::new() };
            Ok(Branch { pipe, body, otherwise })
        });
        self.variables.truncate(mark);
        branch
    }

    /// Behind `else`: a list, or another `if` or `with` that shares the `end`.
    fn otherwise(&mut self, kind: &'static str) -> Result<List, Error> {
        self.skip_space();
        let word = self.peek();
        if word.kind == Kind::Word && self.slice(word) == kind && kind != "range" {
            self.next();
            let branch = self.branch(kind)?;
            return Ok(vec![if kind == "if" { Node::If(branch) } else { Node::With(branch) }]);
        }
        self.expect(Kind::Close, "else")?;
        match self.list(false)? {
            (list, Stop::End) => Ok(list),
            _ => self.fail("a second `else`"),
        }
    }

    fn quoted_name(&mut self, context: &str) -> Result<SmolStr, Error> {
        let token = self.expect(Kind::Quoted, context)?;
        self.string(token)
    }

    pub(crate) fn string(&mut self, token: Token) -> Result<SmolStr, Error> {
        match literal::unquote(self.slice(token)) {
            Some(text) => Ok(text.into()),
            None => self.fail(format!("{} is no string: an escape is wrong", self.slice(token))),
        }
    }

    fn template(&mut self) -> Result<Node, Error> {
        let at = self.peek().start;
        let name = self.quoted_name("template")?;
        self.skip_space();
        let data = if self.peek().kind == Kind::Close {
            self.next();
            None
        } else {
            Some(self.pipeline("template", Kind::Close)?)
        };
        Ok(Node::Template { name, at, data })
    }

    fn block(&mut self) -> Result<Node, Error> {
        let at = self.peek().start;
        let name = self.quoted_name("block")?;
        let data = Some(self.pipeline("block", Kind::Close)?);
        let body = self.definition()?;
        self.add(name.clone(), body)?;
        Ok(Node::Template { name, at, data })
    }

    fn define(&mut self) -> Result<(), Error> {
        let name = self.quoted_name("define")?;
        self.expect(Kind::Close, "define")?;
        let body = self.definition()?;
        self.add(name, body)
    }

    /// Keeps a definition. A blank one gives way to another; two that say something are a mistake.
    fn add(&mut self, name: SmolStr, body: List) -> Result<(), Error> {
        let says_something = |list: &List| !list.iter().all(is_blank);
        match self.named.get(&name) {
            Some(old) if says_something(old) && says_something(&body) => {
                self.fail(format!("the template `{name}` is defined twice"))
            }
            Some(old) if says_something(old) => Ok(()),
            _ => {
                self.named.insert(name, body);
                Ok(())
            }
        }
    }

    /// The list of a `define` or `block`, with variables of its own.
    fn definition(&mut self) -> Result<List, Error> {
        let outer = std::mem::replace(&mut self.variables, vec!["$".into()]);
        let loops = std::mem::take(&mut self.loops);
        let body = self.nested(|p| match p.list(false)? {
            (body, Stop::End) => Ok(body),
            _ => p.fail("`else` without an `if`, `range` or `with`"),
        });
        self.variables = outer;
        self.loops = loops;
        body
    }

    pub(crate) fn pipeline(&mut self, context: &str, end: Kind) -> Result<Pipeline, Error> {
        self.skip_space();
        let at = self.peek().start;
        let (declares, assigns) = self.declarations(context)?;
        let mut pipe = Pipeline { at, declares, assigns, commands: Vec::new() };
        loop {
            self.skip_space();
            let token = self.peek();
            match token.kind {
                kind if kind == end => {
                    self.next();
                    break;
                }
                Kind::Word
                | Kind::Number
                | Kind::Char
                | Kind::Quoted
                | Kind::Dot
                | Kind::Field
                | Kind::Variable
                | Kind::OpenParen => pipe.commands.push(self.command()?),
                _ => {
                    self.next();
                    return self.unexpected(token, context);
                }
            }
        }
        let fixed = |c: &Command| {
            let first = c.operands.first().map(|o| &o.term);
            matches!(
                first,
                Some(Term::Bool(_) | Term::Dot | Term::Nil | Term::Number(_) | Term::Str(_))
            )
        };
        if pipe.commands.is_empty() {
            return self.fail(format!("{context} without a value"));
        }
        if pipe.commands.iter().skip(1).any(fixed) {
            return self.fail("only the first value of a pipeline can be a constant or dot");
        }
        Ok(pipe)
    }

    /// `$x :=`, `$x =` or, for a range, `$i, $x :=`.
    fn declarations(&mut self, context: &str) -> Result<(Vec<SmolStr>, bool), Error> {
        let mut names = Vec::new();
        loop {
            self.skip_space();
            let start = self.at;
            let variable = self.next();
            let name: SmolStr = self.slice(variable).into();
            let sign = if variable.kind == Kind::Variable { self.next_visible() } else { variable };
            match sign.kind {
                Kind::Assign | Kind::Declare => {
                    names.push(name.clone());
                    self.variables.push(name);
                    return Ok((names, sign.kind == Kind::Assign));
                }
                Kind::Comma if context == "range" && names.is_empty() => {
                    names.push(name.clone());
                    self.variables.push(name);
                    self.skip_space();
                    if self.peek().kind != Kind::Variable {
                        return self.fail("`range` declares variables alone");
                    }
                }
                Kind::Comma if variable.kind == Kind::Variable => {
                    return self.fail(format!("too many variables for {context}"));
                }
                _ if names.is_empty() => {
                    self.at = start;
                    return Ok((names, false));
                }
                _ => return self.unexpected(sign, context),
            }
        }
    }

    fn command(&mut self) -> Result<Command, Error> {
        let mut command = Command { at: self.peek().start, operands: Vec::new() };
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                command.operands.push(operand);
            }
            let token = self.peek();
            match token.kind {
                Kind::Space => continue,
                Kind::Close | Kind::CloseParen => {}
                Kind::Pipe => drop(self.next()),
                _ => {
                    self.next();
                    return self.unexpected(token, "an operand");
                }
            }
            break;
        }
        if command.operands.is_empty() { self.fail("an empty command") } else { Ok(command) }
    }
}

/// What an action is to the list around it.
enum Step {
    Node(Node),
    Nothing,
    Stop(Stop),
}

fn is_blank(node: &Node) -> bool {
    matches!(node, Node::Text(text) if text.trim().is_empty())
}
