//! Sources in included files.
//!
//! During derivation the lines of an included file have numbers behind the lines of the page. The catalog, the
//! schemas and the doubts give lines of the file if the manifest lists the file, and the including line of the page
//! otherwise.

use super::doubts::{DraftDoubts, add_doubt, make_side};
use super::field_tree::{NULL_MARK, mark_field, visit_fields};
use super::input::PageInput;
use super::operation_draft::DraftOperation;
use crate::document::LINES_APART;
use probity_schema::catalog::{Catalog, Doubt, SourceLines};
use serde_json::Value;
use std::collections::BTreeMap;

/// Records fields for which an example of a second operation shows null, where both operations include the definition
/// of the parameter.
pub(super) fn record_included_nulls(inputs: &[PageInput], made: &mut [DraftOperation], drafts: &mut DraftDoubts) {
    let mut shown: BTreeMap<SourceLines, SourceLines> = BTreeMap::new();
    for body in made.iter().flat_map(|it| &it.responses) {
        visit_fields(&body.fields, "", &mut |_, field| {
            if field.shown_null && field.at.first >= LINES_APART {
                shown.entry(resolve_included_source(inputs, &field.at)).or_insert_with(|| body.at.clone());
            }
        });
    }
    for one in made {
        let start = drafts.all.len();
        for body in &mut one.responses {
            let way = body.way.word();
            let mut found = Vec::new();
            visit_fields(&body.fields, way, &mut |pointer, field| {
                let elsewhere =
                    shown.get(&resolve_included_source(inputs, &field.at)).filter(|_| field.at.first >= LINES_APART);
                if let Some(at) = elsewhere.filter(|_| !field.shown_null && field.claims.nullable.is_none()) {
                    found.push((pointer.to_string(), field.value_type.type_word(), field.at.clone(), at.clone()));
                }
            });
            for (pointer, value_type, row, at) in found {
                let sides = vec![make_side(value_type, Some(row)), make_side("null", Some(at))];
                let nth = add_doubt(&mut drafts.all, "null-elsewhere", pointer.clone(), sides, None, "null-accepted");
                mark_field(&mut body.fields, way, &pointer, NULL_MARK, nth);
            }
        }
        drafts.assign_unit(start, one.page);
    }
}

/// Replaces every source in an included file by the final page and line.
pub(super) fn resolve_included_sources(
    inputs: &[PageInput],
    catalog: &mut Catalog,
    schemas: &mut BTreeMap<String, Value>,
    doubts: &mut [Doubt],
) {
    if inputs.iter().all(|it| it.document.included.is_empty()) {
        return;
    }
    let mut value = serde_json::to_value(&*catalog).expect("a catalog is JSON: its maps have string keys");
    resolve_sources_in(inputs, &mut value);
    *catalog = serde_json::from_value(value).expect("a serialized catalog can be read");
    schemas.values_mut().for_each(|it| resolve_sources_in(inputs, it));
    for at in doubts.iter_mut().flat_map(|it| &mut it.sides).filter_map(|it| it.at.as_mut()) {
        *at = resolve_included_source(inputs, at);
    }
}

fn resolve_sources_in(inputs: &[PageInput], value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("at" | "x-source", Value::String(text)) => rewrite_source(inputs, text),
                    ("x-sources", Value::Object(all)) => {
                        for inner in all.values_mut() {
                            if let Value::String(text) = inner {
                                rewrite_source(inputs, text);
                            }
                        }
                    }
                    (_, inner) => resolve_sources_in(inputs, inner),
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|it| resolve_sources_in(inputs, it)),
        _ => {}
    }
}

fn rewrite_source(inputs: &[PageInput], text: &mut String) {
    if let Ok(at) = text.parse::<SourceLines>() {
        *text = resolve_included_source(inputs, &at).to_string();
    }
}

/// Returns the page of an included file if the manifest lists the file, else the including line.
fn resolve_included_source(inputs: &[PageInput], at: &SourceLines) -> SourceLines {
    let nth = (at.first / LINES_APART) as usize;
    let Some(page) = inputs.iter().find(|it| it.entry.id == at.page).filter(|_| nth > 0) else {
        return at.clone();
    };
    let Some(file) = page.document.included.get(nth - 1) else {
        return at.clone();
    };
    let path = resolve_path(&page.entry.file, &file.file);
    match inputs.iter().find(|it| it.entry.file == path) {
        Some(home) => SourceLines {
            page: home.entry.id.clone(),
            first: at.first % LINES_APART,
            last: (at.last % LINES_APART).max(at.first % LINES_APART),
        },
        None => SourceLines { page: at.page.clone(), first: file.line, last: file.line },
    }
}

/// Resolves a path of a page against the pages folder.
fn resolve_path(page: &str, file: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
