//! Tables of fields, and the names by which links and captions refer to tables and pages.

use super::field::Field;
use super::page_parts::Part;
use probity_schema::catalog::Source;

/// A table of fields with everything that joins the table to rows of earlier tables.
#[derive(Debug, Clone)]
pub(super) struct FieldTable {
    pub page: usize,
    pub labels: Vec<String>,
    /// Labels of the section around the table.
    pub section_labels: Vec<String>,
    pub caption: String,
    /// Bold words of the caption.
    pub strong: Vec<String>,
    pub part: Part,
    pub abnormal: bool,
    /// Title of the section around the table.
    pub heading: String,
    pub fields: Vec<Field>,
    pub at: Source,
}

/// Names of a page by which links reach the page.
#[derive(Debug, Clone, Default)]
pub(super) struct PageName {
    pub id: String,
    /// File name without folders, lower case.
    pub file: String,
    pub labels: Vec<String>,
}

/// Words of captions ("Request parameters") that name a field only in bold.
const GENERIC: [&str; 15] = [
    "parameter",
    "parameters",
    "description",
    "request",
    "response",
    "field",
    "fields",
    "data",
    "structure",
    "object",
    "objects",
    "of",
    "the",
    "in",
    "for",
];

/// Whether a caption names a field: in bold, or as a separate word.
pub(super) fn caption_names(table: &FieldTable, name: &str) -> bool {
    if table.strong.iter().any(|it| it == name) {
        return true;
    }
    let word = |it: &str| it.trim_matches(['"', '\'', '“', '”', ',', '.', '(', ')', '*', ':']).to_string();
    let words: Vec<String> = table.caption.split_whitespace().map(word).collect();
    words.iter().any(|it| it == name && !GENERIC.contains(&it.as_str()))
}

/// Whether a caption names no field: an empty caption, or only generic words.
pub(super) fn says_nothing(caption: &str) -> bool {
    let words = squeeze(caption);
    matches!(
        words.as_str(),
        "" | "parameterdescription"
            | "requestparameters"
            | "responseparameters"
            | "parameters"
            | "description"
            | "requestparameter"
            | "responseparameter"
    )
}

pub(super) fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// Returns the last part of a path in lower case.
pub(super) fn base_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_lowercase()
}
