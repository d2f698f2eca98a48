//! A directive, divided into its parts.

use super::page::{SourceLine, dedent_common};
use crate::dialect::pattern::compile_pattern;
use regex::Regex;
use std::sync::LazyLock;

static OPTION: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^:([\w-]+):(?:\s+(.*))?$"));

/// The parts of a directive.
pub(super) struct Directive {
    pub(super) name: String,
    /// The text on the first line, with continuation lines; at least one line.
    pub(super) argument: Vec<SourceLine>,
    pub(super) options: Vec<(String, String)>,
    pub(super) content: Vec<SourceLine>,
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Directive {
    /// The value of an option; empty for an option without value.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Divides the lines of a directive. `rest` is the text after the name.
pub(super) fn divide_directive(name: &str, rest: &str, lines: &[SourceLine]) -> Directive {
    let first = lines[0].number;
    let last = lines.last().map_or(first, |line| line.number);
    let mut argument = vec![SourceLine { number: first, text: rest.trim().to_string() }];
    let body = dedent_common(&lines[1..]);
    let mut at = 0;
    // The argument ends at the first option or blank line.
    while at < body.len() && !rest.trim().is_empty() && !body[at].is_blank() && !OPTION.is_match(&body[at].text) {
        argument.push(body[at].clone());
        at += 1;
    }
    let mut options = Vec::new();
    while let Some(found) = body.get(at).and_then(|line| OPTION.captures(line.text.trim_end())) {
        options.push((found[1].to_string(), found.get(2).map_or(String::new(), |v| v.as_str().trim().to_string())));
        at += 1;
    }
    Directive { name: name.to_lowercase(), argument, options, content: body[at..].to_vec(), first, last }
}
