//! Calico's selectors: `app == 'web' && has(tier) && env in {'dev', 'test'}`.

/// How deep brackets and negations may nest.
const MAX_DEPTH: usize = 32;

/// A selector that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression<'a> {
    /// `all()`.
    All,
    /// `has(key)`.
    Has(&'a str),
    /// `key == 'value'`, `key in {'value', …}`.
    In(&'a str, Vec<&'a str>),
    /// `key contains 'text'`.
    Contains(&'a str, &'a str),
    /// `key starts with 'text'`.
    Starts(&'a str, &'a str),
    /// `key ends with 'text'`.
    Ends(&'a str, &'a str),
    /// `!…`
    Not(Box<Self>),
    /// `… && …`
    Every(Vec<Self>),
    /// `… || …`
    Any(Vec<Self>),
}

impl<'a> Expression<'a> {
    /// Reads a selector; `None` if it is none. An empty one selects everything.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut rest = Rest(text.trim());
        if rest.0.is_empty() {
            return Some(Self::All);
        }
        let expression = rest.any(0)?;
        rest.0.is_empty().then_some(expression)
    }

    /// Whether it selects an object whose labels have these values.
    pub(crate) fn matches<'l>(&self, value: &impl Fn(&str) -> Option<&'l str>) -> bool {
        match self {
            Self::All => true,
            Self::Has(key) => value(key).is_some(),
            Self::In(key, values) => value(key).is_some_and(|v| values.contains(&v)),
            Self::Contains(key, text) => value(key).is_some_and(|v| v.contains(text)),
            Self::Starts(key, text) => value(key).is_some_and(|v| v.starts_with(text)),
            Self::Ends(key, text) => value(key).is_some_and(|v| v.ends_with(text)),
            Self::Not(inner) => !inner.matches(value),
            Self::Every(all) => all.iter().all(|e| e.matches(value)),
            Self::Any(any) => any.iter().any(|e| e.matches(value)),
        }
    }
}

/// What is left to read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn take(&mut self, token: &str) -> bool {
        let rest = self.0.strip_prefix(token).map(str::trim_start);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn any(&mut self, depth: usize) -> Option<Expression<'a>> {
        let mut parts = vec![self.every(depth)?];
        while self.take("||") {
            parts.push(self.every(depth)?);
        }
        Some(Expression::Any(parts))
    }

    fn every(&mut self, depth: usize) -> Option<Expression<'a>> {
        let mut parts = vec![self.term(depth)?];
        while self.take("&&") {
            parts.push(self.term(depth)?);
        }
        Some(Expression::Every(parts))
    }

    fn term(&mut self, depth: usize) -> Option<Expression<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.take("!") {
            return Some(Expression::Not(Box::new(self.term(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.any(depth + 1)?;
            return self.take(")").then_some(inner);
        }
        if self.take("all()") || self.take("global()") {
            return Some(Expression::All);
        }
        if self.take("has(") {
            let key = self.key()?;
            return self.take(")").then_some(Expression::Has(key));
        }
        let key = self.key()?;
        self.comparison(key)
    }

    fn comparison(&mut self, key: &'a str) -> Option<Expression<'a>> {
        let not = |inner| Expression::Not(Box::new(inner));
        Some(match () {
            () if self.take("==") => Expression::In(key, vec![self.quoted()?]),
            () if self.take("!=") => not(Expression::In(key, vec![self.quoted()?])),
            () if self.take("not in") => not(Expression::In(key, self.set()?)),
            () if self.take("in") => Expression::In(key, self.set()?),
            () if self.take("contains") => Expression::Contains(key, self.quoted()?),
            () if self.take("starts with") => Expression::Starts(key, self.quoted()?),
            () if self.take("ends with") => Expression::Ends(key, self.quoted()?),
            () => return None,
        })
    }

    fn key(&mut self) -> Option<&'a str> {
        let is_part = |c: char| c.is_alphanumeric() || "./-_".contains(c);
        let end = self.0.find(|c| !is_part(c)).unwrap_or(self.0.len());
        let (key, rest) = self.0.split_at(end);
        self.0 = rest.trim_start();
        (!key.is_empty()).then_some(key)
    }

    fn quoted(&mut self) -> Option<&'a str> {
        let quote = self.0.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (text, rest) = self.0.get(1..)?.split_once(quote)?;
        self.0 = rest.trim_start();
        Some(text)
    }

    fn set(&mut self) -> Option<Vec<&'a str>> {
        let mut values = Vec::new();
        if !self.take("{") {
            return None;
        }
        while !self.take("}") {
            values.push(self.quoted()?);
            self.take(",");
        }
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(text: &str) -> bool {
        let value = |key: &str| match key {
            "app" => Some("web"),
            "env" => Some("dev"),
            _ => None,
        };
        Expression::read(text).is_some_and(|e| e.matches(&value))
    }

    #[test]
    fn selectors_are_read_as_calico_reads_them() {
        for text in [
            "",
            "all()",
            "app == 'web'",
            "app == \"web\" && has(env)",
            "env in {'dev', 'test'}",
            "tier != 'db'",
            "tier not in { 'db' }",
            "app == 'x' || (env == 'dev' && !has(tier))",
            "app starts with 'we'",
        ] {
            assert!(matches(text), "{text}");
        }
        for text in
            ["app == 'x'", "has(tier)", "app != 'web'", "!all()", "app =", "app == 'web' &&"]
        {
            assert!(!matches(text), "{text}");
        }
        assert_eq!(Expression::read(&"!".repeat(1000)), None);
    }
}
