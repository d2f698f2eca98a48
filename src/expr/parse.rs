//! Parses a text with the `cel` crate, within limits.

use std::sync::Arc;

use super::ast::{ExprNode, ExprNodeKind};
use super::error::ExprParseError;
use super::lower::lower_tree;

/// Longest expression, in bytes.
const TEXT_MAX: usize = 16 * 1024;
/// Deepest nesting of parentheses, lists and calls.
const NESTING_MAX: u16 = 64;
/// Most operators. The parser turns a chain such as `a + b + c` into a tree as deep as the chain is
/// long, and recurses over the tree.
const OPERATORS_MAX: usize = 500;

/// Parses `text` into a tree and the sorted names of its roots.
pub(super) fn parse_text(text: &str) -> Result<(ExprNode, Vec<Arc<str>>), ExprParseError> {
    check_limits(text)?;
    // Without macros the parser keeps `has`, `all`, .. as calls, which are simpler than their expansions.
    let (tree, source) = cel::Env::default()
        .with_optional_support(false)
        .parser()
        .max_recursion_depth(NESTING_MAX)
        .parse_with_source_info(text)
        .map_err(|errors| describe_first_error(text, &errors))?;
    let (mut node, names) = lower_tree(&tree, &source)?;
    let roots = sort_roots(&mut node, names);
    Ok((node, roots))
}

/// Sorts the table of roots and drops the roots that `node` does not name.
pub(super) fn sort_roots(node: &mut ExprNode, names: Vec<Arc<str>>) -> Vec<Arc<str>> {
    let mut used = vec![false; names.len()];
    mark_roots(node, &mut used);
    let mut order: Vec<usize> = (0..names.len()).filter(|slot| used[*slot]).collect();
    order.sort_by(|a, b| names[*a].cmp(&names[*b]));
    node.renumber_roots(&|slot| {
        let place = order.iter().position(|old| *old == usize::from(slot));
        place.expect("every root of the node was marked") as u16
    });
    order.into_iter().map(|slot| names[slot].clone()).collect()
}

fn mark_roots(node: &ExprNode, used: &mut [bool]) {
    if let ExprNodeKind::Root(slot) = node.kind {
        used[usize::from(slot)] = true;
    }
    node.for_each_part(|part| mark_roots(part, used));
}

/// Refuses texts that could exhaust the stack of the parser.
fn check_limits(text: &str) -> Result<(), ExprParseError> {
    if text.len() > TEXT_MAX {
        let why = format!("an expression may be at most {TEXT_MAX} bytes long");
        return Err(ExprParseError::new(0, why));
    }
    let mut operators = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = match first {
            '"' | '\'' => measure_string(rest, text[..text.len() - rest.len()].ends_with(['r', 'R'])),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ => {
                let word = first == 'i' && rest.starts_with("in");
                let sign = first.is_ascii_punctuation() && !matches!(first, ',' | '_' | ':');
                operators += usize::from(word || sign);
                first.len_utf8()
            }
        };
        if operators > OPERATORS_MAX {
            let why = format!("an expression may have at most {OPERATORS_MAX} operators");
            return Err(ExprParseError::new(text.len() - rest.len(), why));
        }
        rest = &rest[skipped..];
    }
    Ok(())
}

/// Length of the string literal at the start of `text`; to the end without a closing quote.
fn measure_string(text: &str, raw: bool) -> usize {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let close = if text.starts_with(&triple) { &triple } else { quote };
    let mut at = close.len();
    while let Some(next) = text[at..].chars().next() {
        if text[at..].starts_with(close) {
            return at + close.len();
        }
        match next {
            '\n' if close.len() == 1 => return at,
            '\\' if !raw => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            other => at += other.len_utf8(),
        }
    }
    at
}

/// The first error of the parser, in words for the author of a suite.
fn describe_first_error(text: &str, errors: &cel::ParseErrors) -> ExprParseError {
    let Some(first) = errors.errors.first() else {
        return ExprParseError::new(0, "not an expression");
    };
    if let Some(source) = &first.source {
        let why = source.to_string();
        if why.contains("Recursion limit") {
            return ExprParseError::new(0, format!("nested more than {NESTING_MAX} deep"));
        }
        return ExprParseError::new(0, "not an expression");
    }
    let at = find_offset(text, first.pos);
    let mut why = first.msg.trim_start_matches("Syntax error: ").to_string();
    for expecting in [" expecting {", " expecting <EOF>"] {
        why.truncate(why.find(expecting).unwrap_or(why.len()));
    }
    if why.starts_with("token recognition error") && text[at..].starts_with('=') {
        why = "to compare, write ==".to_string();
    }
    ExprParseError::new(at, why.replace("'<EOF>'", "end of the expression"))
}

/// The byte offset of a line and a column, both from 1.
fn find_offset(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let column = usize::try_from(column - 1).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = &text[start..];
    rest.char_indices().nth(column).map_or(text.len(), |(at, _)| start + at)
}
