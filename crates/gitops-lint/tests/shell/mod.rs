//! As much of a shell's grammar as printed commands use.

#![allow(unreachable_pub, reason = "a part of a test")]

/// The simple commands of a line, as words: parts of pipes and lists, and those in `$(…)`. Assignments and
/// redirections are left out; the output of a command stands as `x`.
pub fn commands(line: &str) -> Vec<Vec<String>> {
    let mut reader = Reader { rest: line.chars().collect(), at: 0, found: Vec::new() };
    reader.list(None);
    reader.found
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    found: Vec<Vec<String>>,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        self.at += 1;
        self.rest.get(self.at - 1).copied()
    }

    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    /// Commands up to the end, or to a closing parenthesis.
    fn list(&mut self, end: Option<char>) {
        let mut words: Vec<String> = Vec::new();
        let mut word: Option<String> = None;
        let mut redirected = false;
        loop {
            let c = self.next();
            let ends = c == end || c.is_none();
            if ends || matches!(c, Some(' ' | '|' | '&' | '>')) {
                if let Some(word) = word.take() {
                    let assigns = words.is_empty() && word.contains('=');
                    if !assigns && !redirected {
                        words.push(word);
                    }
                    redirected = false;
                }
                redirected |= c == Some('>');
            }
            match c {
                _ if ends => break,
                Some('#') if word.is_none() => break,
                Some('|' | '&') if !words.is_empty() => self.found.push(std::mem::take(&mut words)),
                Some(' ' | '|' | '&' | '>') => {}
                Some(c) => self.part(c, word.get_or_insert_default()),
                None => break,
            }
        }
        if !words.is_empty() {
            self.found.push(words);
        }
    }

    /// A part of a word.
    fn part(&mut self, c: char, word: &mut String) {
        match c {
            '\'' => {
                while let Some(c) = self.next().filter(|c| *c != '\'') {
                    word.push(c);
                }
            }
            '"' => {
                while let Some(c) = self.next().filter(|c| *c != '"') {
                    self.value(c, word);
                }
            }
            c => self.value(c, word),
        }
    }

    /// A character, a variable or the output of a command.
    fn value(&mut self, c: char, word: &mut String) {
        match (c, self.peek()) {
            ('$', Some('(')) => {
                self.at += 1;
                self.list(Some(')'));
                word.push('x');
            }
            ('$', Some(c)) if c.is_ascii_uppercase() => {
                while self.peek().is_some_and(|c| c.is_ascii_uppercase()) {
                    self.at += 1;
                }
                word.push('x');
            }
            (c, _) => word.push(c),
        }
    }
}

#[test]
fn lines_are_read_as_a_shell_reads_them() {
    let line = "V=\"$(a b '{.c}')\" && d \"$V\" -p '{\"e\": 1}' | f - > g.yaml";
    let expected = [vec!["a", "b", "{.c}"], vec!["d", "x", "-p", "{\"e\": 1}"], vec!["f", "-"]];
    assert_eq!(commands(line), expected);
}
