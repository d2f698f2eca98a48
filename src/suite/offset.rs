//! The place in the file of a character of a scalar.

use super::place::SuitePlace;
use super::yaml::{YamlNode, YamlValue};

/// The place of byte `offset` of the text of a node. Value and file differ by YAML quotes, escapes and folded lines,
/// so both are read in parallel. If the two do not match, the place of the node.
pub(super) fn locate_in_node(text: &str, node: &YamlNode, offset: usize) -> SuitePlace {
    let YamlValue::Text(value) = &node.kind else {
        return node.place;
    };
    find_source_offset(text, node.offset, value, offset).map_or(node.place, |at| locate_byte(text, at))
}

/// Line and column of a byte of the file.
fn locate_byte(text: &str, byte: usize) -> SuitePlace {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    SuitePlace { line, column }
}

fn find_source_offset(text: &str, start: usize, value: &str, offset: usize) -> Option<usize> {
    let source = text.get(start..)?;
    let (style, head) = match source.chars().next()? {
        '\'' => ('\'', 1),
        '"' => ('"', 1),
        '|' | '>' => ('|', source.find('\n')? + 1),
        _ => (' ', 0),
    };
    let mut at = head + count_leading_white(&source[head..], style);
    for (value_at, c) in value.char_indices() {
        if c.is_whitespace() {
            if value_at >= offset {
                return Some(start + at);
            }
            let next_white = value[value_at + c.len_utf8()..].starts_with(char::is_whitespace);
            // A run of white space in the value ends at the next character: skip the run at once.
            if !next_white {
                at += count_white(&source[at..]);
            }
            continue;
        }
        if value_at >= offset {
            return Some(start + at);
        }
        at += measure_scalar_char(&source[at..], c, style)?;
    }
    Some(start + at)
}

fn count_leading_white(source: &str, style: char) -> usize {
    if style == '|' { count_white(source) } else { 0 }
}

fn count_white(source: &str) -> usize {
    source.len() - source.trim_start().len()
}

/// Bytes of one character of the value in the source.
fn measure_scalar_char(source: &str, c: char, style: char) -> Option<usize> {
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
