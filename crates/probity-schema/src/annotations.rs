//! The `x-` annotations of a schema node: where a keyword was read, and how certain the keyword is.

use super::catalog::SourceLines;
use super::format::TextFormat;
use super::version::{self, MicroversionRange};
use serde_json::Value;
use std::collections::BTreeMap;

/// The annotations of a node.
#[derive(Debug, Default)]
pub(super) struct NodeAnnotations {
    /// `x-source`: the lines for all keywords without lines of their own.
    pub source: Option<SourceLines>,
    /// `x-sources`: the lines of single keywords.
    pub sources: BTreeMap<String, SourceLines>,
    /// `x-dead`: the page documents the field as without effect, unsupported or discarded.
    pub dead: bool,
    /// `x-disputed`: the keywords on which sources differ.
    pub disputed: Vec<String>,
    /// `x-mandatory-when`: the field is mandatory under a condition in prose.
    pub mandatory_when: bool,
    /// `x-body-optional`: a request may leave the whole body out.
    pub body_optional: bool,
    /// `x-unconstrained-by-table`: only an example shows the field; no table describes the field.
    pub untabled: bool,
    /// `x-charset`: the page names some of the allowed characters. Those marks of them
    /// that are neither letters nor digits.
    pub charset: Option<String>,
    /// `x-length-unit`: the page counts lengths in bytes.
    pub bytes: bool,
    /// `x-format`: a format that the page names and does not follow everywhere.
    pub hint: Option<TextFormat>,
    /// `x-since` and `x-until`: the microversions in which the field exists.
    pub versions: MicroversionRange,
}

impl NodeAnnotations {
    /// The lines of a keyword, or else those of the node.
    pub(super) fn find_source(&self, keyword: &str) -> Option<&SourceLines> {
        self.sources.get(keyword).or(self.source.as_ref())
    }

    /// Reads one annotation; false if the keyword is no known annotation.
    pub(super) fn read_annotation(&mut self, keyword: &str, value: &Value) -> bool {
        let is_set = !matches!(value, Value::Null | Value::Bool(false));
        match keyword {
            "x-source" => self.source = value.as_str().and_then(|text| text.parse().ok()),
            "x-sources" => {
                let entries = value.as_object().into_iter().flatten();
                let read = entries.filter_map(|(word, at)| Some((word.clone(), at.as_str()?.parse().ok()?)));
                self.sources = read.collect();
            }
            "x-dead" => self.dead = is_set,
            "x-disputed" => self.disputed = read_strings(value).unwrap_or_default(),
            "x-mandatory-when" => self.mandatory_when = is_set,
            "x-body-optional" => self.body_optional = is_set,
            "x-unconstrained-by-table" => self.untabled = is_set,
            "x-charset" => self.charset = read_strings(value).map(|names| find_marks(&names)),
            "x-length-unit" => self.bytes = value == "bytes",
            "x-format" => self.hint = value.as_str().and_then(TextFormat::find_by_name),
            "x-since" => self.versions.since = value.as_str().and_then(version::parse_microversion),
            "x-until" => self.versions.until = value.as_str().and_then(version::parse_microversion),
            _ => return false,
        }
        true
    }
}

/// The marks among the named characters, by the beginning of their English name.
fn find_marks(names: &[String]) -> String {
    const NAMED: [(&str, char); 5] =
        [("hyphen", '-'), ("underscore", '_'), ("period", '.'), ("dot", '.'), ("space", ' ')];
    let named = |(word, _): &&(&str, char)| names.iter().any(|name| name.to_lowercase().starts_with(word));
    NAMED.iter().filter(named).map(|&(_, mark)| mark).collect()
}

/// A text, or a list of texts.
pub(super) fn read_strings(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) => list.iter().map(|item| item.as_str().map(str::to_string)).collect(),
        _ => None,
    }
}
