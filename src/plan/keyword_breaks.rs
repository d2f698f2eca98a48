//! The keywords that an input of an operation can break, each with the changes that break nothing else.

use crate::model::list_broken_keywords;
use crate::schema::catalog::Operation;
use crate::schema::{
    BodyEdit, CompiledCatalog, CompiledSchema, DrawSettings, InputClass, SeededRng, classify_input, draw_valid,
    list_body_edits,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const PURPOSE_BREAKS: u64 = 4;

/// One way to break a keyword.
#[derive(Debug, Clone, PartialEq)]
pub enum KeywordBreak {
    /// An edit of the body, by pointer and kind of the edit.
    Body {
        /// JSON pointer into the body.
        pointer: String,
        /// As [`BodyEdit::kind`].
        kind: String,
    },
    /// A query parameter with an invalid value; `None` leaves the parameter out.
    Query {
        /// Name of the parameter.
        name: String,
        /// The value.
        value: Option<Value>,
    },
}

impl KeywordBreak {
    /// Whether an edit of a body breaks the keyword in this way.
    #[must_use]
    pub fn is_edit(&self, edit: &BodyEdit) -> bool {
        matches!(self, KeywordBreak::Body { pointer, kind } if *pointer == edit.pointer && *kind == edit.kind)
    }
}

/// The ways to break each keyword of an operation's input, and nothing else. The keywords are as in
/// `CallView::broken_keywords`.
pub fn list_keyword_breaks(schemas: &CompiledCatalog, operation: &Operation) -> BTreeMap<String, Vec<KeywordBreak>> {
    let mut found: BTreeMap<String, Vec<KeywordBreak>> = BTreeMap::new();
    if let Some(shape) = schemas.find_request_schema(operation, None) {
        add_body_breaks(shape, &mut found);
    }
    for parameter in &operation.query {
        if parameter.required {
            let way = KeywordBreak::Query { name: parameter.name.clone(), value: None };
            found.entry("query required".to_string()).or_default().push(way);
        }
        if let Some(shape) = schemas.find_parameter_schema(operation, "query", &parameter.name) {
            add_query_breaks(shape, &parameter.name, &mut found);
        }
    }
    found
}

/// Adds the edits of two bodies: one with all optional properties, and one with none.
fn add_body_breaks(shape: &CompiledSchema, found: &mut BTreeMap<String, Vec<KeywordBreak>>) {
    for optional_percent in [100, 0] {
        let mut rng = SeededRng::new(0, 0, u64::from(optional_percent), PURPOSE_BREAKS);
        let how = DrawSettings { optional_percent, ..DrawSettings::default() };
        let Ok(good) = draw_valid(shape, &mut rng, &how) else { continue };
        for edit in list_body_edits(shape, &good, None) {
            let case = edit.make_variant(shape, &good, None);
            let Some(keyword) = find_only_keyword(shape, case.value.as_ref()) else { continue };
            let known = found.entry(keyword).or_default();
            let way = KeywordBreak::Body { pointer: edit.pointer, kind: edit.kind };
            if !known.contains(&way) {
                known.push(way);
            }
        }
    }
}

fn add_query_breaks(shape: &CompiledSchema, name: &str, found: &mut BTreeMap<String, Vec<KeywordBreak>>) {
    let mut rng = SeededRng::new(0, 0, 0, PURPOSE_BREAKS);
    let Ok(good) = draw_valid(shape, &mut rng, &DrawSettings::default()) else { return };
    for edit in list_body_edits(shape, &good, None) {
        let case = edit.make_variant(shape, &good, None);
        // A query parameter is text; the class of a value of another type is not that of the text.
        let Some(value) = case.value.filter(|value| value.is_string() || value.is_number() || value.is_boolean())
        else {
            continue;
        };
        let Some(keyword) = find_only_keyword(shape, Some(&value)).filter(|keyword| keyword != "type") else {
            continue;
        };
        let way = KeywordBreak::Query { name: name.to_string(), value: Some(value) };
        found.entry(format!("query {keyword}")).or_default().push(way);
    }
}

/// The broken keyword of an invalid input, if the input breaks one keyword only.
fn find_only_keyword(shape: &CompiledSchema, input: Option<&Value>) -> Option<String> {
    let found = classify_input(Some(shape), input, None);
    if found.class != InputClass::Invalid {
        return None;
    }
    let keywords: BTreeSet<String> = list_broken_keywords(&found).collect();
    if keywords.len() == 1 { keywords.into_iter().next() } else { None }
}
