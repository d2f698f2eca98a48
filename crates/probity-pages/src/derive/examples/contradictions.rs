//! Compares one value of an example with the type and the claims of a field.

use super::inferred_fields::infer_type;
use super::values::{ExampleScope, is_placeholder};
use crate::derive::doubts::{DraftDoubt, add_doubt, make_side};
use crate::derive::field::{BodyDirection, DraftField, FieldNeed, make_source};
use crate::derive::formats::has_format;
use crate::derive::types::FieldType;
use crate::value::{SourceValue, SourceValueKind};

/// Compares the type of a value with the type of a field. A difference is a doubt.
pub(super) fn check_type(
    field: &mut DraftField,
    node: &SourceValue,
    here: &str,
    scene: ExampleScope,
    drafts: &mut Vec<DraftDoubt>,
) {
    if fits_type(&field.value_type, node) || is_placeholder(node) {
        return;
    }
    let at = make_source(scene.page, node.first, node.last);
    if node.kind == SourceValueKind::Null {
        if field.claims.nullable.is_none() && !field.shown_null {
            let sides =
                vec![make_side(field.value_type.type_word(), Some(field.at.clone())), make_side("null", Some(at))];
            field.doubts.push(add_doubt(drafts, "null-by-example", here, sides, None, "null-accepted"));
            // A request with null for a mandatory field shows that the field can be omitted.
            if scene.way == BodyDirection::Request && field.need == FieldNeed::Yes {
                field.disputed.insert("required");
            }
        }
        field.shown_null = true;
        return;
    }
    let (shown, below) = infer_type(&[node], scene.page, 0);
    let told = field.disputed.contains("type") && scene.way == BodyDirection::Request;
    if told || field.further_types.iter().any(|(value_type, _)| *value_type == shown) {
        return;
    }
    let (taken, rule) = match scene.way {
        BodyDirection::Request => (Some(0), "table-wins-on-types"),
        BodyDirection::Response => (None, "both-types-accepted"),
    };
    let sides =
        vec![make_side(field.value_type.type_word(), Some(field.at.clone())), make_side(shown.type_word(), Some(at))];
    field.doubts.push(add_doubt(drafts, "type-by-example", here, sides, taken, rule));
    field.disputed.insert("type");
    if scene.way == BodyDirection::Response {
        field.further_types.push((shown, below));
    }
}

/// Whether a value is of a type, including the elements of lists.
fn fits_type(value_type: &FieldType, node: &SourceValue) -> bool {
    match (value_type, &node.kind) {
        (FieldType::Any, _) => true,
        (FieldType::Union(all), _) => all.iter().any(|it| fits_type(it, node)),
        (FieldType::Null, SourceValueKind::Null) => true,
        (FieldType::Boolean, SourceValueKind::Bool(_)) => true,
        (FieldType::Integer, SourceValueKind::Number(it)) => it.is_i64() || it.is_u64(),
        (FieldType::Number, SourceValueKind::Number(_)) => true,
        (FieldType::String | FieldType::DateTime, SourceValueKind::String(_)) => true,
        (FieldType::Object, SourceValueKind::Object(_)) => true,
        (FieldType::Map(inner), SourceValueKind::Object(members)) => members.iter().all(|(_, it)| fits_type(inner, it)),
        (FieldType::Array(inner), SourceValueKind::Array(items)) => items.iter().all(|it| fits_type(inner, it)),
        _ => false,
    }
}

/// Compares a value with the claims of a field. A broken claim is a doubt.
pub(super) fn check_value(
    field: &mut DraftField,
    node: &SourceValue,
    here: &str,
    scene: ExampleScope,
    drafts: &mut Vec<DraftDoubt>,
) {
    let at = make_source(scene.page, node.first, node.last);
    let text = match &node.kind {
        SourceValueKind::String(it) => it.clone(),
        SourceValueKind::Number(it) => it.to_string(),
        _ => return,
    };
    if is_placeholder(node) {
        return;
    }
    let claims = &field.claims;
    let shaped = claims.format.is_some() || claims.pattern.is_some() || claims.length.is_some();
    if text.is_empty() && shaped && claims.blank.is_none() && scene.way == BodyDirection::Response {
        if !field.shown_blank {
            let sides = vec![make_side("a shape", Some(field.at.clone())), make_side("an empty string", Some(at))];
            field.doubts.push(add_doubt(drafts, "blank-by-example", here, sides, None, "blank-accepted"));
        }
        field.shown_blank = true;
        return;
    }
    for BrokenClaim { kind, keyword, says } in find_broken_claims(field, node, &text) {
        let known =
            if keyword == "enum" { field.shown_values.contains(&text) } else { field.disputed.contains(keyword) };
        if known || field.dropped.contains(keyword) {
            continue;
        }
        let shown = if keyword == "enum" { show_token(&text) } else { "another".to_string() };
        let sides = vec![make_side(says, Some(field.at.clone())), make_side(shown, Some(at.clone()))];
        let (taken, rule) = match scene.way {
            BodyDirection::Request => (Some(0), "table-wins-on-limits"),
            BodyDirection::Response => (None, "both-accepted"),
        };
        field.doubts.push(add_doubt(drafts, kind, here, sides, taken, rule));
        field.disputed.insert(keyword);
        if keyword == "enum" {
            field.shown_values.push(text.clone());
        } else if scene.way == BodyDirection::Response {
            field.dropped.insert(keyword);
        }
    }
}

/// A claim that a value breaks: kind of the doubt, keyword, claim in words.
struct BrokenClaim {
    kind: &'static str,
    keyword: &'static str,
    says: String,
}

fn find_broken_claims(field: &DraftField, node: &SourceValue, text: &str) -> Vec<BrokenClaim> {
    let claims = &field.claims;
    let blank = text.is_empty() && claims.blank.is_some();
    let mut out = Vec::new();
    let mut add = |kind, keyword, says: String| out.push(BrokenClaim { kind, keyword, says });
    if let Some(values) = &claims.values
        && !values.value.iter().any(|it| it == text)
        && !blank
        && !field.is_list()
    {
        add("enum-by-example", "enum", format!("one of {}", values.value.len()));
    }
    if let (SourceValueKind::String(it), Some(length)) = (&node.kind, &claims.length) {
        let count = if claims.bytes { it.len() } else { it.chars().count() } as i64;
        if let Some(low) = length.value.0.filter(|low| count < *low && !blank) {
            add("limit-by-example", "minLength", format!("at least {low}"));
        }
        if let Some(high) = length.value.1.filter(|high| count > *high) {
            add("limit-by-example", "maxLength", format!("at most {high}"));
        }
    }
    if let (SourceValueKind::Number(it), Some(range)) = (&node.kind, &claims.range) {
        let number = it.as_f64().unwrap_or_default();
        if let Some(low) = range.value.0.filter(|low| number < *low as f64) {
            add("limit-by-example", "minimum", format!("at least {low}"));
        }
        if let Some(high) = range.value.1.filter(|high| number > *high as f64) {
            add("limit-by-example", "maximum", format!("at most {high}"));
        }
    }
    if let (SourceValueKind::String(it), Some(format)) = (&node.kind, &claims.format)
        && !it.is_empty()
        && !has_format(format.value, it)
    {
        add("format-by-example", "format", format!("{:?}", format.value).to_lowercase());
    }
    out
}

/// Returns a value as a token for a doubt. Text of several words belongs to the page and is left out.
fn show_token(text: &str) -> String {
    let text = text.trim();
    if text.contains(char::is_whitespace) || text.len() > 64 { "another".to_string() } else { text.to_string() }
}
