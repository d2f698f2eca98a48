//! Objects and arrays of example blocks.

use super::scanner::{Fault, Reader};
use crate::value::{Kind, Node};

/// Limit of nesting. The reader skips deeper documents.
const DEPTH_MAX: usize = 64;

/// Returns the documents in a block of text in order, and the faults. `line` is the first line of the block.
///
/// The reader skips lines before, between and after the documents, such as request lines, header lines and the word
/// `or`.
pub(in crate::derive) fn documents(text: &str, line: u32) -> (Vec<Node>, Vec<Fault>) {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, line, faults: Vec::new() };
    let mut found = Vec::new();
    while reader.seek_document() {
        let (start, start_line) = (reader.at, reader.line);
        match reader.value(0) {
            Some(node) => found.push(node),
            None => {
                reader.fault("unreadable");
                // The position must pass the document's start, so that the search ends.
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

impl Reader {
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
            // A string in place of a member, as after `"code": X,""`.
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
}
