//! Lists of parameters in YAML. Pages of an API reference name the parameters by key.
//!
//! Each entry is a key at the margin with indented properties, among them a description in markup. The list is read
//! line by line, because every word needs its line number.

use super::assembly::{PagePiece, assemble_document};
use super::pattern::compile_pattern;
use crate::document::Document;
use regex::Regex;
use std::sync::LazyLock;

static KEY: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^([A-Za-z0-9_][^\s#]*):(?:\s+&\S+)?\s*(?:#.*)?$"));
static PROPERTY: LazyLock<Regex> = LazyLock::new(|| compile_pattern(r"^  ([a-z_]+):\s*(.*?)\s*$"));

/// One parameter of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ListedParameter {
    pub(super) key: String,
    /// `path`, `query`, `header` or `body`.
    pub(super) place: String,
    /// `true`, `false`, or another text of the list.
    pub(super) required: String,
    pub(super) type_name: String,
    /// First microversion with the parameter; empty without a limit.
    pub(super) since: String,
    /// Last microversion with the parameter; empty without a limit.
    pub(super) until: String,
    /// Lines of the description with their numbers, without common indentation.
    pub(super) description: Vec<(u32, String)>,
    pub(super) first: u32,
    pub(super) last: u32,
}

/// Whether a text is a list of parameters: the first key at the margin has a place.
pub(super) fn is_parameter_list(text: &str) -> bool {
    let start = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    start.is_some_and(|line| KEY.is_match(line))
        && parse_parameters(text).first().is_some_and(|it| !it.place.is_empty())
}

/// The parameters of a list, in order.
pub(super) fn parse_parameters(text: &str) -> Vec<ListedParameter> {
    let mut out: Vec<ListedParameter> = Vec::new();
    let mut in_description = false;
    for (index, line) in text.lines().enumerate() {
        let number = index as u32 + 1;
        if line.starts_with('#') {
            continue;
        }
        if let Some(found) = KEY.captures(line) {
            let key = found[1].trim_matches(['"', '\'']).to_string();
            out.push(ListedParameter { key, first: number, last: number, ..ListedParameter::default() });
            in_description = false;
            continue;
        }
        let Some(parameter) = out.last_mut() else {
            continue;
        };
        if let Some(found) = PROPERTY.captures(line) {
            in_description = set_property(parameter, &found[1], &found[2], number);
        } else if in_description {
            parameter.description.push((number, line.to_string()));
        }
        if !line.trim().is_empty() {
            parameter.last = number;
        }
    }
    out.iter_mut().for_each(|it| trim_description(&mut it.description));
    out
}

/// Stores a property. Returns whether the following lines belong to the description.
fn set_property(parameter: &mut ListedParameter, name: &str, value: &str, number: u32) -> bool {
    let word = value.trim_matches(['"', '\'']).to_string();
    match name {
        "in" => parameter.place = word,
        "required" => parameter.required = word,
        "type" => parameter.type_name = word,
        "min_version" => parameter.since = word,
        "max_version" => parameter.until = word,
        "description" => {
            if !matches!(value, "" | "|" | ">" | "|-" | ">-" | "|+" | ">+") {
                parameter.description.push((number, word));
            }
            return true;
        }
        _ => {}
    }
    false
}

/// Removes common indentation and blank lines at the end.
fn trim_description(lines: &mut Vec<(u32, String)>) {
    while lines.last().is_some_and(|(_, line)| line.trim().is_empty()) {
        lines.pop();
    }
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let common = lines.iter().filter(|(_, line)| !line.trim().is_empty()).map(|(_, line)| indent(line)).min();
    for (_, line) in lines {
        *line = line.get(common.unwrap_or(0)..).unwrap_or_default().trim_end().to_string();
    }
}

/// The list as a document with a section for each parameter, so that citations can name lines of the list.
pub(super) fn read_parameter_list(text: &str) -> Document {
    let title = PagePiece::Heading { level: 1, title: "Parameters".into(), line: 1, labels: vec![] };
    let sections = parse_parameters(text).into_iter().map(|it| PagePiece::Heading {
        level: 2,
        title: it.key,
        line: it.first,
        labels: vec![],
    });
    assemble_document("parameters", std::iter::once(title).chain(sections).collect(), vec![])
}
