//! A field while tables and examples are combined, before the field becomes a schema.

use super::claims::DescriptionClaims;
use super::types::FieldType;
use crate::document::PageLink;
use probity_schema::catalog::SourceLines;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Whether a field is mandatory, by the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldNeed {
    Yes,
    No,
    /// The need depends on a condition: the cell is a sentence, or the description names a condition.
    When,
    /// The table has no column for the need, or the cell is empty.
    Unsaid,
}

/// The body of a field. A doubt about a request spares the sender, and a doubt about a response spares the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyDirection {
    Request,
    Response,
}

impl BodyDirection {
    /// Returns `request` or `response`, as used in pointers and file names.
    pub fn word(self) -> &'static str {
        match self {
            BodyDirection::Request => "request",
            BodyDirection::Response => "response",
        }
    }
}

/// A field of a body, or a parameter, from table rows and examples.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DraftField {
    pub name: String,
    /// The name cell describes a key that the user or the system chooses.
    pub any_key: bool,
    pub value_type: FieldType,
    /// Name of the model with the description of the field.
    pub model: Option<String>,
    pub need: FieldNeed,
    /// Lines of the table row, or of the example that shows the field.
    pub at: SourceLines,
    pub claims: DescriptionClaims,
    pub links: Vec<PageLink>,
    pub children: Vec<DraftField>,
    /// Requirements on the elements of a list, beyond type and fields.
    pub item: Option<Box<DraftField>>,
    /// `anyOf` and `oneOf`, each with the branches.
    pub choices: Vec<(&'static str, Vec<DraftField>)>,
    /// Schemas that a value must satisfy besides the keywords, from another page on the operation.
    pub besides: Vec<Map<String, Value>>,
    /// Keywords that are copied unchanged into the schema.
    pub copied_keywords: Map<String, Value>,
    /// No table describes the field.
    pub from_example: bool,
    /// Further types that only an example shows, with their fields.
    pub further_types: Vec<(FieldType, Vec<DraftField>)>,
    /// At least one example has the field's parent, and every such example has the field.
    pub always_shown: bool,
    pub shown: bool,
    /// Values of examples that are missing in the list of values.
    pub shown_values: Vec<String>,
    /// An example shows null.
    pub shown_null: bool,
    /// An example shows an empty string where the description claims a shape.
    pub shown_blank: bool,
    /// Keywords on which sources differ.
    pub disputed: BTreeSet<&'static str>,
    /// Keywords that an example of a response contradicts. The schema omits the keywords.
    pub dropped: BTreeSet<&'static str>,
    /// Indexes of the field's doubts.
    pub doubts: Vec<usize>,
    /// Further rows that describe the field.
    pub merged: Vec<SourceLines>,
}

impl DraftField {
    pub fn new(name: &str, value_type: FieldType, at: SourceLines) -> DraftField {
        DraftField {
            name: name.to_string(),
            any_key: false,
            value_type,
            model: None,
            need: FieldNeed::Unsaid,
            at,
            claims: DescriptionClaims::default(),
            links: Vec::new(),
            children: Vec::new(),
            item: None,
            choices: Vec::new(),
            besides: Vec::new(),
            copied_keywords: Map::new(),
            from_example: false,
            further_types: Vec::new(),
            always_shown: false,
            shown: false,
            shown_values: Vec::new(),
            shown_null: false,
            shown_blank: false,
            disputed: BTreeSet::new(),
            dropped: BTreeSet::new(),
            doubts: Vec::new(),
            merged: Vec::new(),
        }
    }

    /// Returns the step of a JSON pointer to the field; `*` for any key.
    pub fn pointer_step(&self) -> String {
        if self.any_key { "*".to_string() } else { self.name.replace('~', "~0").replace('/', "~1") }
    }

    /// Returns the steps between the field's pointer and the pointers of the children: `*` for an element of a list
    /// or a member of a map.
    pub fn pointer_below(&self) -> String {
        let open = self.children.iter().any(|it| it.any_key);
        find_pointer_below(&self.value_type, open)
    }

    /// Whether a value of the field can be a list.
    pub fn is_list(&self) -> bool {
        match &self.value_type {
            FieldType::Array(_) => true,
            FieldType::Union(all) => all.iter().any(|it| matches!(it, FieldType::Array(_))),
            _ => false,
        }
    }
}

fn find_pointer_below(value_type: &FieldType, open: bool) -> String {
    match value_type {
        FieldType::Array(inner) => format!("/*{}", find_pointer_below(inner, open)),
        // A child for any key is already the step.
        FieldType::Map(_) if open => String::new(),
        FieldType::Map(inner) => format!("/*{}", find_pointer_below(inner, open)),
        FieldType::Union(all) => {
            all.iter().map(|it| find_pointer_below(it, open)).find(|it| !it.is_empty()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// Returns the lines `first` to `last` of a page as a source.
pub(super) fn make_source(page: &str, first: u32, last: u32) -> SourceLines {
    let first = first.max(1);
    SourceLines { page: page.to_string(), first, last: last.max(first) }
}
