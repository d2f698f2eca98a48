//! Markup inside of a paragraph of reStructuredText.

use super::page::{RstPage, SourceLine};
use crate::dialect::text_builder::{TextBuilder, parse_link_target};
use crate::document::{BlockText, PageLine, PageLink};

/// Most characters between an opening and a closing mark, which bounds the search for stray marks.
const MARKUP_MAX: usize = 1_500;

/// Reads the lines of one paragraph.
pub(super) fn read_paragraph(page: &RstPage, lines: &[SourceLine]) -> BlockText {
    let mut out = TextBuilder::default();
    let joined = lines.iter().map(|line| line.text.trim()).collect::<Vec<_>>().join("\n");
    let mut reader =
        InlineReader { page, chars: joined.chars().collect(), at: 0, lines, row: 0, out: &mut out, depth: 0 };
    reader.read_all();
    out.take_text()
}

/// A text without markup, such as a line of code.
pub(super) fn make_plain(text: &str, at: u32) -> BlockText {
    let line = PageLine { text: text.trim_end().to_string(), first: at, last: at, ..PageLine::default() };
    BlockText { lines: vec![line], links: vec![] }
}

struct InlineReader<'r> {
    page: &'r RstPage,
    chars: Vec<char>,
    at: usize,
    lines: &'r [SourceLine],
    /// Index of the current line in `lines`.
    row: usize,
    out: &'r mut TextBuilder,
    depth: usize,
}

impl InlineReader<'_> {
    fn read_all(&mut self) {
        while self.at < self.chars.len() {
            if self.read_strong()
                || self.read_literal()
                || self.read_interpreted()
                || self.read_emphasis()
                || self.read_substitution()
            {
                continue;
            }
            let c = self.chars[self.at];
            self.at += 1;
            match c {
                '\\' => self.read_escape(),
                '\n' => {
                    self.out.push_text(" ", self.current_line());
                    self.row += 1;
                }
                _ => self.push_text(&c.to_string()),
            }
        }
    }

    fn current_line(&self) -> u32 {
        self.lines.get(self.row).or(self.lines.last()).map_or(1, |line| line.number)
    }

    fn push_text(&mut self, text: &str) {
        let line = self.current_line();
        self.out.push_text(text, line);
    }

    /// Reads the character after a backslash. A blank is dropped; other characters are literal.
    fn read_escape(&mut self) {
        match self.chars.get(self.at) {
            Some(c) if c.is_whitespace() => {
                self.row += (*c == '\n') as usize;
                self.at += 1;
            }
            Some(c) => {
                let c = c.to_string();
                self.at += 1;
                self.push_text(&c);
            }
            None => {}
        }
    }

    fn read_strong(&mut self) -> bool {
        let Some((content, end)) = self.find_delimited("**", "**") else {
            return false;
        };
        self.out.begin_strong();
        self.read_nested(&content);
        self.out.end_strong();
        self.at = end;
        true
    }

    fn read_literal(&mut self) -> bool {
        let Some((content, end)) = self.find_delimited("``", "``") else {
            return false;
        };
        self.out.begin_strong();
        for c in content {
            match c {
                '\n' => {
                    self.push_text(" ");
                    self.row += 1;
                }
                _ => self.push_text(&c.to_string()),
            }
        }
        self.out.end_strong();
        self.at = end;
        true
    }

    fn read_emphasis(&mut self) -> bool {
        if self.chars[self.at] != '*' || self.chars.get(self.at + 1) == Some(&'*') {
            return false;
        }
        let Some((content, end)) = self.find_delimited("*", "*") else {
            return false;
        };
        self.read_nested(&content);
        self.at = end;
        true
    }

    fn read_substitution(&mut self) -> bool {
        let Some((content, end)) = self.find_delimited("|", "|") else {
            return false;
        };
        let name: String = content.iter().collect();
        if name.contains('\n') || name.chars().count() > 40 {
            return false;
        }
        // A name without replacement text is the name of an image.
        match self.page.substitutions.get(&name) {
            Some(value) => {
                let value = value.clone();
                self.push_text(&value);
            }
            None if name.contains(' ') => return false,
            None => {}
        }
        self.at = end;
        true
    }

    /// Reads text in backquotes, with or without a `:role:` and a target.
    fn read_interpreted(&mut self) -> bool {
        let role = match self.chars[self.at] {
            '`' => String::new(),
            ':' => match self.parse_role() {
                Some(role) => role,
                None => return false,
            },
            _ => return false,
        };
        let start = self.at + if role.is_empty() { 0 } else { role.chars().count() + 2 };
        let Some(length) = self.chars[start + 1..].iter().take(MARKUP_MAX).position(|c| *c == '`') else {
            return false;
        };
        let content: String = self.chars[start + 1..start + 1 + length].iter().collect();
        let mut end = start + length + 2;
        let underscores = self.chars[end..].iter().take(2).take_while(|c| **c == '_').count();
        end += underscores;
        let (shown, target) = split_target(&content);
        let line = self.current_line();
        let label = match (role.as_str(), target) {
            ("ref" | "numref", target) => Some((target.unwrap_or(&content).trim().to_lowercase(), None)),
            ("doc" | "download", target) => Some((String::new(), Some(target.unwrap_or(&content).trim().to_string()))),
            (_, Some(target)) => parse_link_target(target.trim_end_matches('_')),
            ("", None) if underscores > 0 => Some((content.trim().to_lowercase(), None)),
            _ => None,
        };
        let plain: String = shown.replace('\\', "");
        if let Some((label, file)) = label {
            let text = plain
                .replace('\n', " ")
                .replace("**", "")
                .trim_matches(|c: char| c == '*' || c.is_whitespace())
                .to_string();
            self.out.add_link(PageLink { text, label, file, line });
        }
        let code = matches!(role.as_str(), "code" | "samp" | "literal" | "guilabel" | "strong" | "file" | "envvar");
        if code {
            self.out.begin_strong();
        }
        self.read_nested(&shown.chars().collect::<Vec<_>>());
        if code {
            self.out.end_strong();
        }
        self.row += content.matches('\n').count() - shown.matches('\n').count();
        self.at = end;
        true
    }

    fn parse_role(&self) -> Option<String> {
        let rest = &self.chars[self.at + 1..];
        let length = rest.iter().take(40).position(|c| !(c.is_ascii_alphanumeric() || "-_.+".contains(*c)))?;
        let closed = length > 0 && rest.get(length) == Some(&':') && rest.get(length + 1) == Some(&'`');
        closed.then(|| rest[..length].iter().collect())
    }

    fn read_nested(&mut self, content: &[char]) {
        if self.depth >= 3 {
            let text: String = content.iter().collect();
            self.push_text(&text.replace('\n', " "));
            self.row += text.matches('\n').count();
            return;
        }
        let mut inner = InlineReader {
            page: self.page,
            chars: content.to_vec(),
            at: 0,
            lines: self.lines,
            row: self.row,
            out: self.out,
            depth: self.depth + 1,
        };
        inner.read_all();
        self.row = inner.row;
    }

    /// The content between two marks and the index after the closing mark, if the marks are in places of markup.
    fn find_delimited(&self, open: &str, close: &str) -> Option<(Vec<char>, usize)> {
        let (open, close): (Vec<char>, Vec<char>) = (open.chars().collect(), close.chars().collect());
        if !self.chars[self.at..].starts_with(&open) {
            return None;
        }
        let start = self.at + open.len();
        let before = self.at.checked_sub(1).map(|at| self.chars[at]);
        let opens =
            before.is_none_or(|c| !c.is_alphanumeric()) && self.chars.get(start).is_some_and(|c| !c.is_whitespace());
        if !opens {
            return None;
        }
        let literal = open == ['`', '`'];
        let mut at = start + 1;
        let limit = self.chars.len().min(start + MARKUP_MAX);
        while at + close.len() <= limit {
            if self.chars[at] == '\\' && !literal {
                at += 2;
                continue;
            }
            let after = self.chars.get(at + close.len());
            let closes = self.chars[at..].starts_with(&close)
                && !self.chars[at - 1].is_whitespace()
                && after.is_none_or(|c| !c.is_alphanumeric())
                && (close.len() > 1 || after != Some(&close[0]));
            if closes {
                return Some((self.chars[start..at].to_vec(), at + close.len()));
            }
            at += 1;
        }
        None
    }
}

/// Divides `text <target>`.
fn split_target(content: &str) -> (&str, Option<&str>) {
    match (content.trim_end().strip_suffix('>'), content.rfind('<')) {
        (Some(body), Some(at)) if at < body.len() && !content[..at].trim().is_empty() => {
            (content[..at].trim(), Some(&body[at + 1..]))
        }
        _ => (content, None),
    }
}
