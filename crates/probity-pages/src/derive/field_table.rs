//! Tables of fields, and the names by which links and captions refer to tables and pages.

use super::field::DraftField;
use super::page_parts::PagePart;
use probity_schema::catalog::SourceLines;

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
    pub part: PagePart,
    pub abnormal: bool,
    /// Title of the section around the table.
    pub heading: String,
    pub fields: Vec<DraftField>,
    pub at: SourceLines,
}

/// Names of a page by which links reach the page.
#[derive(Debug, Clone, Default)]
pub(super) struct PageNames {
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
pub(super) fn caption_names_field(table: &FieldTable, name: &str) -> bool {
    if table.strong.iter().any(|it| it == name) {
        return true;
    }
    let word = |it: &str| it.trim_matches(['"', '\'', '“', '”', ',', '.', '(', ')', '*', ':']).to_string();
    let words: Vec<String> = table.caption.split_whitespace().map(word).collect();
    words.iter().any(|it| it == name && !GENERIC.contains(&it.as_str()))
}

/// Whether a caption names no field: an empty caption, or only generic words.
pub(super) fn is_generic_caption(caption: &str) -> bool {
    let words = squeeze_text(caption);
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

pub(super) fn squeeze_text(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// Returns the last part of a path in lower case.
pub(super) fn extract_base_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_lowercase()
}
