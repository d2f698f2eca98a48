//! The characters of an example block: white space, strings, literals and escapes.

use crate::value::SourceValueKind;

/// A departure from JSON: kind and line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::derive) struct JsonFault {
    pub kind: &'static str,
    pub line: u32,
}

/// Reads the characters of a block of text.
pub(super) struct LenientJsonReader {
    pub chars: Vec<char>,
    /// Index of the next character.
    pub at: usize,
    /// Line of the next character.
    pub line: u32,
    pub faults: Vec<JsonFault>,
}

impl LenientJsonReader {
    /// Records a fault on the present line.
    pub fn add_fault(&mut self, kind: &'static str) {
        self.faults.push(JsonFault { kind, line: self.line });
    }

    pub fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub fn next(&mut self) -> Option<char> {
        let it = self.peek()?;
        self.at += 1;
        if it == '\n' {
            self.line += 1;
        }
        Some(it)
    }

    /// Moves to the next line that opens a document. Returns `false` at the end of the text.
    pub fn seek_document(&mut self) -> bool {
        let mut fresh = self.at == 0 || self.chars.get(self.at - 1) == Some(&'\n');
        while let Some(it) = self.peek() {
            if fresh && (it == '{' || it == '[') {
                return true;
            }
            fresh = it == '\n' || (fresh && it.is_whitespace());
            self.next();
        }
        false
    }

    /// Skips white space and comments.
    pub fn skip_space(&mut self) {
        while let Some(it) = self.peek() {
            let after = self.chars.get(self.at + 1).copied();
            if it.is_whitespace() || it == '\u{feff}' {
                self.next();
            } else if (it == '/' && after == Some('/')) || it == '#' {
                self.add_fault("comment");
                while self.peek().is_some_and(|c| c != '\n') {
                    self.next();
                }
            } else if it == '/' && after == Some('*') {
                self.add_fault("comment");
                while self.peek().is_some() && !(self.peek() == Some('*') && self.chars.get(self.at + 1) == Some(&'/'))
                {
                    self.next();
                }
                self.next();
                self.next();
            } else {
                return;
            }
        }
    }

    /// Reads a quoted string.
    pub fn read_string(&mut self) -> Option<String> {
        let open = self.next()?;
        if open != '"' {
            self.add_fault("typographic-quotes");
        }
        let mut out = String::new();
        loop {
            let it = self.next()?;
            match it {
                '\\' => self.read_escape(&mut out)?,
                '\n' if self.string_was_left_open() => {
                    self.add_fault("unclosed-string");
                    return Some(out.trim_end().to_string());
                }
                _ if it == open => return Some(out),
                '”' | '“' if open != '\'' && open != '"' => return Some(out),
                '”' if open == '"' && self.is_closing_quote() => {
                    self.add_fault("typographic-quotes");
                    return Some(out);
                }
                c if c.is_control() => {
                    self.add_fault("control-character");
                    out.push(c);
                }
                c => out.push(c),
            }
        }
    }

    /// After a line break inside a string: whether the next line starts a new member, so that the closing quote is
    /// missing.
    fn string_was_left_open(&self) -> bool {
        let rest: String = self.chars[self.at..].iter().take_while(|c| **c != '\n').collect();
        let rest = rest.trim_start();
        rest.starts_with('}') || (rest.starts_with('"') && rest.contains("\":"))
    }

    /// Whether a typographic quote ends the string, by the next character.
    fn is_closing_quote(&self) -> bool {
        let next = self.chars[self.at..].iter().find(|c| !c.is_whitespace());
        matches!(next, None | Some(',' | '}' | ']' | ':'))
    }

    /// Reads an escape after a backslash.
    fn read_escape(&mut self, out: &mut String) -> Option<()> {
        match self.next()? {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'u' => {
                let hex: String = self.chars[self.at..].iter().take(4).collect();
                match u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32) {
                    Some(c) => {
                        out.push(c);
                        self.at += 4;
                    }
                    None => out.push('u'),
                }
            }
            c @ ('"' | '\\' | '/') => out.push(c),
            c => {
                self.add_fault("escape");
                out.push(c);
            }
        }
        Some(())
    }

    /// Reads a literal without quotes, up to the next delimiter.
    pub fn read_literal(&mut self) -> Option<SourceValueKind> {
        let mut word = String::new();
        while let Some(it) = self.peek() {
            if matches!(it, ',' | '}' | ']' | ':' | '\n' | '{' | '[' | '"') {
                break;
            }
            if it == '/' && self.chars.get(self.at + 1) == Some(&'/') {
                break;
            }
            word.push(it);
            self.next();
        }
        let word = word.trim();
        if word.is_empty() {
            return None;
        }
        Some(match word {
            "null" => SourceValueKind::Null,
            "true" => SourceValueKind::Bool(true),
            "false" => SourceValueKind::Bool(false),
            "None" | "Null" | "NULL" => {
                self.add_fault("literal-case");
                SourceValueKind::Null
            }
            "True" | "TRUE" => {
                self.add_fault("literal-case");
                SourceValueKind::Bool(true)
            }
            "False" | "FALSE" => {
                self.add_fault("literal-case");
                SourceValueKind::Bool(false)
            }
            _ => match serde_json::from_str(word) {
                Ok(serde_json::Value::Number(number)) => SourceValueKind::Number(number),
                _ => {
                    self.add_fault("placeholder");
                    SourceValueKind::String(word.to_string())
                }
            },
        })
    }
}
