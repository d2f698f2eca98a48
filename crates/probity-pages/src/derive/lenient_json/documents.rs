//! JSON as documentation writes it: read leniently, with every departure reported.
//!
//! Example blocks carry comments, trailing commas, typographic quotes, placeholders
//! without quotes and several documents in one block. The value that was meant is
//! read; what is not JSON is a [`Fault`] with its line.

use crate::value::{Kind, Node};

/// Deeper nesting than any page has; below it the reader gives up on the document.
const DEPTH_MAX: usize = 64;

/// A departure from JSON: kind and line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::derive) struct Fault {
    pub kind: &'static str,
    pub line: u32,
}

/// The documents in a block of text whose first line is `line`, in order.
///
/// Lines before, between and after the documents are passed over: request lines,
/// header lines, the word `or`.
pub(in crate::derive) fn documents(text: &str, line: u32) -> (Vec<Node>, Vec<Fault>) {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, line, faults: Vec::new() };
    let mut found = Vec::new();
    while reader.seek_document() {
        let (start, start_line) = (reader.at, reader.line);
        match reader.value(0) {
            Some(node) => found.push(node),
            None => {
                reader.fault("unreadable");
                // Always ahead of where this document began, so that the search ends.
                reader.at = reader.at.max(start + 1);
                reader.line = reader.line.max(start_line);
            }
        }
    }
    if found.len() > 1 {
        let line = found[1].first;
        reader.faults.push(Fault { kind: "several-documents", line });
    }
    reader.faults.sort();
    reader.faults.dedup();
    (found, reader.faults)
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: u32,
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, kind: &'static str) {
        self.faults.push(Fault { kind, line: self.line });
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let it = self.peek()?;
        self.at += 1;
        if it == '\n' {
            self.line += 1;
        }
        Some(it)
    }

    /// Moves to the next line that opens a document.
    fn seek_document(&mut self) -> bool {
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

    fn space(&mut self) {
        while let Some(it) = self.peek() {
            let after = self.chars.get(self.at + 1).copied();
            if it.is_whitespace() || it == '\u{feff}' {
                self.next();
            } else if (it == '/' && after == Some('/')) || it == '#' {
                self.fault("comment");
                while self.peek().is_some_and(|c| c != '\n') {
                    self.next();
                }
            } else if it == '/' && after == Some('*') {
                self.fault("comment");
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

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > DEPTH_MAX {
            return None;
        }
        self.space();
        let first = self.line;
        let kind = match self.peek()? {
            '{' => self.object(depth)?,
            '[' => self.array(depth)?,
            '"' | '\'' | '“' | '”' | '„' => Kind::String(self.string()?),
            _ => self.word()?,
        };
        Some(Node { kind, first, last: self.line })
    }

    fn object(&mut self, depth: usize) -> Option<Kind> {
        self.next();
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut comma = true;
        loop {
            self.space();
            match self.peek() {
                None => {
                    self.fault("unclosed");
                    return Some(Kind::Object(members));
                }
                Some('}') => {
                    if comma && !members.is_empty() {
                        self.fault("trailing-comma");
                    }
                    self.next();
                    return Some(Kind::Object(members));
                }
                Some(',') => {
                    if comma {
                        self.fault("placeholder");
                    }
                    self.next();
                    comma = true;
                }
                Some('.' | '…') => {
                    self.fault("placeholder");
                    self.next();
                }
                Some(_) => {
                    if !comma {
                        self.fault("missing-comma");
                    }
                    comma = false;
                    self.member(&mut members, depth)?;
                }
            }
        }
    }

    fn member(&mut self, members: &mut Vec<(String, Node)>, depth: usize) -> Option<()> {
        let key = match self.peek()? {
            '"' | '\'' | '“' | '”' | '„' => self.string()?,
            '{' | '[' | ']' => return None,
            _ => match self.word()? {
                Kind::String(word) => word,
                other => Node { kind: other, first: 0, last: 0 }.value().to_string(),
            },
        };
        self.space();
        if self.peek() == Some(':') || self.peek() == Some('：') {
            self.next();
        } else {
            // A string where a member should stand, as after `"code": X,""`.
            self.fault("placeholder");
            return Some(());
        }
        self.space();
        if matches!(self.peek(), Some(',' | '}')) {
            self.fault("placeholder");
            return Some(());
        }
        let node = self.value(depth + 1)?;
        match members.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => {
                self.fault("duplicate-key");
                *old = node;
            }
            None => members.push((key, node)),
        }
        Some(())
    }

    fn array(&mut self, depth: usize) -> Option<Kind> {
        self.next();
        let mut items = Vec::new();
        let mut comma = true;
        loop {
            self.space();
            match self.peek() {
                None => {
                    self.fault("unclosed");
                    return Some(Kind::Array(items));
                }
                Some(']') => {
                    if comma && !items.is_empty() {
                        self.fault("trailing-comma");
                    }
                    self.next();
                    return Some(Kind::Array(items));
                }
                Some(',') => {
                    if comma {
                        self.fault("placeholder");
                    }
                    self.next();
                    comma = true;
                }
                Some('}' | ':') => return None,
                Some('.' | '…') => {
                    self.fault("placeholder");
                    self.next();
                }
                Some(_) => {
                    if !comma {
                        self.fault("missing-comma");
                    }
                    comma = false;
                    items.push(self.value(depth + 1)?);
                }
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let open = self.next()?;
        if open != '"' {
            self.fault("typographic-quotes");
        }
        let mut out = String::new();
        loop {
            let it = self.next()?;
            match it {
                '\\' => self.escape(&mut out)?,
                '\n' if self.string_was_left_open() => {
                    self.fault("unclosed-string");
                    return Some(out.trim_end().to_string());
                }
                _ if it == open => return Some(out),
                '”' | '“' if open != '\'' && open != '"' => return Some(out),
                '”' if open == '"' && self.closes_here() => {
                    self.fault("typographic-quotes");
                    return Some(out);
                }
                c if c.is_control() => {
                    self.fault("control-character");
                    out.push(c);
                }
                c => out.push(c),
            }
        }
    }

    /// After a line break inside a string: whether the next line starts a new member,
    /// so that the closing quote was forgotten.
    fn string_was_left_open(&self) -> bool {
        let rest: String = self.chars[self.at..].iter().take_while(|c| **c != '\n').collect();
        let rest = rest.trim_start();
        rest.starts_with('}') || (rest.starts_with('"') && rest.contains("\":"))
    }

    fn closes_here(&self) -> bool {
        let next = self.chars[self.at..].iter().find(|c| !c.is_whitespace());
        matches!(next, None | Some(',' | '}' | ']' | ':'))
    }

    fn escape(&mut self, out: &mut String) -> Option<()> {
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
                self.fault("escape");
                out.push(c);
            }
        }
        Some(())
    }

    /// A literal without quotes, up to the next delimiter.
    fn word(&mut self) -> Option<Kind> {
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
            "null" => Kind::Null,
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "None" | "Null" | "NULL" => {
                self.fault("literal-case");
                Kind::Null
            }
            "True" | "TRUE" => {
                self.fault("literal-case");
                Kind::Bool(true)
            }
            "False" | "FALSE" => {
                self.fault("literal-case");
                Kind::Bool(false)
            }
            _ => match serde_json::from_str(word) {
                Ok(serde_json::Value::Number(number)) => Kind::Number(number),
                _ => {
                    self.fault("placeholder");
                    Kind::String(word.to_string())
                }
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, faults: &[(&str, u32)]) {
        let (found, seen) = documents(text, 1);
        let found: Vec<String> = found.iter().map(|node| node.value().to_string()).collect();
        assert_eq!(found.join(" "), expected);
        let seen: Vec<(&str, u32)> = seen.iter().map(|fault| (fault.kind, fault.line)).collect();
        assert_eq!(seen, faults);
    }

    #[test]
    fn clean_json_has_no_faults() {
        check("{\"a\": [1, null, true, \"x\"]}", r#"{"a":[1,null,true,"x"]}"#, &[]);
    }

    #[test]
    fn request_lines_before_a_document_are_passed_over() {
        check("POST https://{host}/lamps\nX-Key: 1\n\n{\"a\": 1}", r#"{"a":1}"#, &[]);
    }

    #[test]
    fn comments_and_trailing_commas_are_reported() {
        check("{\n\"a\": 1, // why\n}", r#"{"a":1}"#, &[("comment", 2), ("trailing-comma", 3)]);
    }

    #[test]
    fn two_documents_in_one_block_are_both_read() {
        check("{\"a\": 1}\nor\n{\"b\": 2}", r#"{"a":1} {"b":2}"#, &[("several-documents", 3)]);
    }

    #[test]
    fn a_later_duplicate_key_wins_and_is_reported() {
        check("{\"a\": 1,\n\"a\": 2}", r#"{"a":2}"#, &[("duplicate-key", 2)]);
    }

    #[test]
    fn placeholders_and_typographic_quotes_are_read() {
        check("{“code”: XXX,\"\"}", r#"{"code":"XXX"}"#, &[("placeholder", 1), ("typographic-quotes", 1)]);
    }

    #[test]
    fn missing_commas_and_unclosed_ends_are_read() {
        check("{\"a\": 1\n\"b\": [2", r#"{"a":1,"b":[2]}"#, &[("missing-comma", 2), ("unclosed", 2)]);
    }

    #[test]
    fn nesting_without_end_is_given_up() {
        let (found, faults) = documents(&"[".repeat(100_000), 1);
        assert!(found.is_empty());
        assert!(faults.iter().any(|fault| fault.kind == "unreadable"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[\\[\\]{}\",:a/*\\n\\\\“” 1]{0,80}") {
            documents(&text, 1);
        }

        #[test]
        fn what_serde_json_writes_is_read_back(keys in proptest::collection::btree_map("[a-z]{1,4}", "\\PC{0,8}", 0..5)) {
            let value = serde_json::json!({ "x": keys });
            let (found, faults) = documents(&value.to_string(), 1);
            proptest::prop_assert!(faults.is_empty(), "{faults:?}");
            proptest::prop_assert_eq!(found[0].value(), value);
        }
    }
}
