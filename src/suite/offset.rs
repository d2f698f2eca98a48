//! The place in the file of a character of a scalar.

use super::place::Place;
use super::tree::{Kind, Node};

/// The place of byte `offset` of the text of a node. Value and file differ by YAML quotes, escapes and folded lines,
/// so both are read in parallel. If the two do not match, the place of the node.
pub(super) fn place_in(text: &str, node: &Node, offset: usize) -> Place {
    let Kind::Text(value) = &node.kind else {
        return node.place;
    };
    walk(text, node.offset, value, offset).map_or(node.place, |at| place_at(text, at))
}

/// Line and column of a byte of the file.
fn place_at(text: &str, byte: usize) -> Place {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    Place { line, column }
}

fn walk(text: &str, start: usize, value: &str, offset: usize) -> Option<usize> {
    let source = text.get(start..)?;
    let (style, head) = match source.chars().next()? {
        '\'' => ('\'', 1),
        '"' => ('"', 1),
        '|' | '>' => ('|', source.find('\n')? + 1),
        _ => (' ', 0),
    };
    let mut at = head + leading_white(&source[head..], style);
    for (value_at, c) in value.char_indices() {
        if c.is_whitespace() {
            if value_at >= offset {
                return Some(start + at);
            }
            let next_white = value[value_at + c.len_utf8()..].starts_with(char::is_whitespace);
            // A run of white space in the value ends at the next character: skip the run at once.
            if !next_white {
                at += white(&source[at..]);
            }
            continue;
        }
        if value_at >= offset {
            return Some(start + at);
        }
        at += scalar_char(&source[at..], c, style)?;
    }
    Some(start + at)
}

fn leading_white(source: &str, style: char) -> usize {
    if style == '|' { white(source) } else { 0 }
}

fn white(source: &str) -> usize {
    source.len() - source.trim_start().len()
}

/// Bytes of one character of the value in the source.
fn scalar_char(source: &str, c: char, style: char) -> Option<usize> {
    if style == '\'' && c == '\'' {
        return source.starts_with("''").then_some(2);
    }
    if style == '"' && source.starts_with('\\') {
        let kind = source[1..].chars().next()?;
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        return Some(1 + kind.len_utf8() + digits);
    }
    source.starts_with(c).then(|| c.len_utf8())
}
