//! Objects and arrays of example blocks.

use super::scanner::{JsonFault, LenientJsonReader};
use crate::value::{SourceValue, SourceValueKind};

/// Limit of nesting. The reader skips deeper documents.
const DEPTH_MAX: usize = 64;

/// Returns the documents in a block of text in order, and the faults. `line` is the first line of the block.
///
/// The reader skips lines before, between and after the documents, such as request lines, header lines and the word
/// `or`.
pub(in crate::derive) fn read_documents(text: &str, line: u32) -> (Vec<SourceValue>, Vec<JsonFault>) {
    let mut reader = LenientJsonReader { chars: text.chars().collect(), at: 0, line, faults: Vec::new() };
    let mut found = Vec::new();
    while reader.seek_document() {
        let (start, start_line) = (reader.at, reader.line);
        match reader.read_value(0) {
            Some(node) => found.push(node),
            None => {
                reader.add_fault("unreadable");
                // The position must pass the document's start, so that the search ends.
                reader.at = reader.at.max(start + 1);
                reader.line = reader.line.max(start_line);
            }
        }
    }
    if found.len() > 1 {
        let line = found[1].first;
        reader.faults.push(JsonFault { kind: "several-documents", line });
    }
    reader.faults.sort();
    reader.faults.dedup();
    (found, reader.faults)
}

impl LenientJsonReader {
    fn read_value(&mut self, depth: usize) -> Option<SourceValue> {
        if depth > DEPTH_MAX {
            return None;
        }
        self.skip_space();
        let first = self.line;
        let kind = match self.peek()? {
            '{' => self.read_object(depth)?,
            '[' => self.read_array(depth)?,
            '"' | '\'' | '“' | '”' | '„' => SourceValueKind::String(self.read_string()?),
            _ => self.read_literal()?,
        };
        Some(SourceValue { kind, first, last: self.line })
    }

    fn read_object(&mut self, depth: usize) -> Option<SourceValueKind> {
        self.next();
        let mut members: Vec<(String, SourceValue)> = Vec::new();
        let mut comma = true;
        loop {
            self.skip_space();
            match self.peek() {
                None => {
                    self.add_fault("unclosed");
                    return Some(SourceValueKind::Object(members));
                }
                Some('}') => {
                    if comma && !members.is_empty() {
                        self.add_fault("trailing-comma");
                    }
                    self.next();
                    return Some(SourceValueKind::Object(members));
                }
                Some(',') => {
                    if comma {
                        self.add_fault("placeholder");
                    }
                    self.next();
                    comma = true;
                }
                Some('.' | '…') => {
                    self.add_fault("placeholder");
                    self.next();
                }
                Some(_) => {
                    if !comma {
                        self.add_fault("missing-comma");
                    }
                    comma = false;
                    self.read_member(&mut members, depth)?;
                }
            }
        }
    }

    fn read_member(&mut self, members: &mut Vec<(String, SourceValue)>, depth: usize) -> Option<()> {
        let key = match self.peek()? {
            '"' | '\'' | '“' | '”' | '„' => self.read_string()?,
            '{' | '[' | ']' => return None,
            _ => match self.read_literal()? {
                SourceValueKind::String(word) => word,
                other => SourceValue { kind: other, first: 0, last: 0 }.to_json().to_string(),
            },
        };
        self.skip_space();
        if self.peek() == Some(':') || self.peek() == Some('：') {
            self.next();
        } else {
            // A string in place of a member, as after `"code": X,""`.
            self.add_fault("placeholder");
            return Some(());
        }
        self.skip_space();
        if matches!(self.peek(), Some(',' | '}')) {
            self.add_fault("placeholder");
            return Some(());
        }
        let node = self.read_value(depth + 1)?;
        match members.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => {
                self.add_fault("duplicate-key");
                *old = node;
            }
            None => members.push((key, node)),
        }
        Some(())
    }

    fn read_array(&mut self, depth: usize) -> Option<SourceValueKind> {
        self.next();
        let mut items = Vec::new();
        let mut comma = true;
        loop {
            self.skip_space();
            match self.peek() {
                None => {
                    self.add_fault("unclosed");
                    return Some(SourceValueKind::Array(items));
                }
                Some(']') => {
                    if comma && !items.is_empty() {
                        self.add_fault("trailing-comma");
                    }
                    self.next();
                    return Some(SourceValueKind::Array(items));
                }
                Some(',') => {
                    if comma {
                        self.add_fault("placeholder");
                    }
                    self.next();
                    comma = true;
                }
                Some('}' | ':') => return None,
                Some('.' | '…') => {
                    self.add_fault("placeholder");
                    self.next();
                }
                Some(_) => {
                    if !comma {
                        self.add_fault("missing-comma");
                    }
                    comma = false;
                    items.push(self.read_value(depth + 1)?);
                }
            }
        }
    }
}
