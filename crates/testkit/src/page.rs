//! Markdown to examples.

use gitops_model::Severity;

use crate::MemoryTree;

/// A page, read.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its first heading.
    pub title: String,
    /// Its headings of the second level.
    pub sections: Vec<String>,
    /// Its examples.
    pub examples: Vec<Example>,
}

/// Two states and what must be found.
#[derive(Debug, Clone, Default)]
pub struct Example {
    /// The heading it stands under.
    pub heading: String,
    /// The state before, where there are two.
    pub base: Option<MemoryTree>,
    /// The state after, or the only one.
    pub head: MemoryTree,
    /// What must be found; nothing else may be.
    pub expected: Vec<Expected>,
}

/// One finding that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// How bad.
    pub severity: Severity,
    /// The rule.
    pub rule: String,
    /// A part of its message.
    pub text: String,
    /// The file to blame.
    pub path: String,
    /// The line to blame, from 1.
    pub line: u32,
}

/// Which states a block belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// `path=`
    Both,
    /// `base=`
    Base,
    /// `head=`
    Head,
}

struct Block {
    side: Side,
    path: String,
    text: String,
}

/// Reads a page.
///
/// # Errors
/// A sentence that says what is wrong with the page, and where.
pub fn read(markdown: &str) -> Result<Page, String> {
    let mut page = Page { title: String::new(), sections: Vec::new(), examples: Vec::new() };
    let (mut heading, mut blocks) = (String::new(), Vec::new());
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let text: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
            blocks.extend(file(info).map(|(side, path)| {
                let text = text.iter().map(|l| format!("{l}\n")).collect();
                Block { side, path, text }
            }));
        } else if let Some(title) = line.strip_prefix('#') {
            page.examples.extend(example(&heading, std::mem::take(&mut blocks))?);
            heading = title.trim_start_matches('#').trim().to_owned();
            match line.split_once(' ') {
                Some(("#", _)) => page.title.clone_from(&heading),
                Some(("##", _)) => page.sections.push(heading.clone()),
                _ => {}
            }
        }
    }
    page.examples.extend(example(&heading, blocks)?);
    Ok(page)
}

/// `yaml head=apps/web.yaml`
fn file(info: &str) -> Option<(Side, String)> {
    let (side, path) = info.split_whitespace().find_map(|word| word.split_once('='))?;
    let side = match side {
        "path" => Side::Both,
        "base" => Side::Base,
        "head" => Side::Head,
        _ => return None,
    };
    Some((side, path.to_owned()))
}

fn example(heading: &str, blocks: Vec<Block>) -> Result<Option<Example>, String> {
    if blocks.is_empty() {
        return Ok(None);
    }
    let mut example = Example { heading: heading.to_owned(), ..Example::default() };
    let mut base = MemoryTree::default();
    for block in &blocks {
        let in_base = block.side == Side::Head || base.add(&block.path, &block.text);
        let in_head = block.side == Side::Base || example.head.add(&block.path, &block.text);
        if !(in_base && in_head) {
            return Err(format!("under `{heading}`, `{}` stands twice", block.path));
        }
        example.expected.extend(expected(block)?);
    }
    example.base = blocks.iter().any(|b| b.side != Side::Both).then_some(base);
    Ok(Some(example))
}

/// What the comments of a block ask for.
fn expected(block: &Block) -> Result<Vec<Expected>, String> {
    let mut all = Vec::new();
    let mut waiting = Vec::new();
    for (number, line) in (1..).zip(block.text.lines()) {
        let here =
            comments(line).map_err(|why| format!("`{}` line {number}: {why}", block.path))?;
        let alone = line.trim_start().starts_with('#');
        waiting.extend(here);
        if !alone {
            all.extend(waiting.drain(..).map(|(severity, rule, text)| Expected {
                severity,
                rule,
                text,
                path: block.path.clone(),
                line: number,
            }));
        }
    }
    if waiting.is_empty() {
        Ok(all)
    } else {
        Err(format!("`{}`: a comment about no line", block.path))
    }
}

/// Every `error: [rule-id] "text"` of a line.
fn comments(line: &str) -> Result<Vec<(Severity, String, String)>, &'static str> {
    let mut found = Vec::new();
    let Some((_, mut rest)) = line.split_once("# ") else { return Ok(found) };
    while let Some((word, after)) = rest.split_once(": [") {
        let severity = match word.trim_start_matches([',', ' ']) {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            "note" => Severity::Note,
            _ => return Err("say `error`, `warning` or `note`"),
        };
        let (rule, after) = after.split_once("] \"").ok_or("say `[rule-id] \"text\"`")?;
        let (text, after) = after.split_once('"').ok_or("the text has no end")?;
        found.push((severity, rule.to_owned(), text.to_owned()));
        rest = after;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# some-rule

## What it means

```yaml base=a.yaml
x: 1
```

```yaml head=a.yaml
# warning: [other] \"far\"
# note: [third] \"away\"
x: 2 # error: [some-rule] \"two\"
```

```yaml path=b.yaml
y: 1
```

## When it is wrong

```yaml path=c.yaml
z: 1
```
";

    #[test]
    fn reads_states_and_expectations() {
        let page = read(PAGE).unwrap();
        assert_eq!(page.title, "some-rule");
        assert_eq!(page.sections, ["What it means", "When it is wrong"]);
        let [first, second] = &page.examples[..] else { panic!("two examples") };
        assert_eq!(first.base.as_ref().unwrap().paths().collect::<Vec<_>>(), ["a.yaml", "b.yaml"]);
        assert_eq!(first.head.paths().collect::<Vec<_>>(), ["a.yaml", "b.yaml"]);
        let lines: Vec<_> = first.expected.iter().map(|e| (e.rule.as_str(), e.line)).collect();
        assert_eq!(lines, [("other", 3), ("third", 3), ("some-rule", 3)]);
        assert!(second.base.is_none() && second.expected.is_empty());
    }

    #[test]
    fn a_page_that_cannot_be_meant_is_an_error() {
        assert!(read("# a\n```yaml path=x\na: 1\n```\n```yaml head=x\na: 1\n```\n").is_err());
        assert!(read("# a\n```yaml path=x\na: 1 # alarm: [a] \"b\"\n```\n").is_err());
        assert!(read("# a\n```yaml path=x\na: 1\n# error: [a] \"b\"\n```\n").is_err());
    }
}
