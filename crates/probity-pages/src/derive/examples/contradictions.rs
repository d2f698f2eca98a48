//! Compares one value of an example with the type and the claims of a field.

use super::inferred_fields::shape;
use super::values::{Scene, is_placeholder};
use crate::derive::doubts::{Draft, doubt, side};
use crate::derive::field::{Field, Need, Way, source};
use crate::derive::formats::has_format;
use crate::derive::types::Type;
use crate::value::{Kind, Node};

/// Compares the type of a value with the type of a field. A difference is a doubt.
pub(super) fn check_type(field: &mut Field, node: &Node, here: &str, scene: Scene, drafts: &mut Vec<Draft>) {
    if fits(&field.value_type, node) || is_placeholder(node) {
        return;
    }
    let at = source(scene.page, node.first, node.last);
    if node.kind == Kind::Null {
        if field.claims.nullable.is_none() && !field.shown_null {
            let sides = vec![side(field.value_type.word(), Some(field.at.clone())), side("null", Some(at))];
            field.doubts.push(doubt(drafts, "null-by-example", here, sides, None, "null-accepted"));
            // A request with null for a mandatory field shows that the field can be omitted.
            if scene.way == Way::Request && field.need == Need::Yes {
                field.disputed.insert("required");
            }
        }
        field.shown_null = true;
        return;
    }
    let (shown, below) = shape(&[node], scene.page, 0);
    let told = field.disputed.contains("type") && scene.way == Way::Request;
    if told || field.further_types.iter().any(|(value_type, _)| *value_type == shown) {
        return;
    }
    let (taken, rule) = match scene.way {
        Way::Request => (Some(0), "table-wins-on-types"),
        Way::Response => (None, "both-types-accepted"),
    };
    let sides = vec![side(field.value_type.word(), Some(field.at.clone())), side(shown.word(), Some(at))];
    field.doubts.push(doubt(drafts, "type-by-example", here, sides, taken, rule));
    field.disputed.insert("type");
    if scene.way == Way::Response {
        field.further_types.push((shown, below));
    }
}

/// Whether a value is of a type, including the elements of lists.
fn fits(value_type: &Type, node: &Node) -> bool {
    match (value_type, &node.kind) {
        (Type::Any, _) => true,
        (Type::Union(all), _) => all.iter().any(|it| fits(it, node)),
        (Type::Null, Kind::Null) => true,
        (Type::Boolean, Kind::Bool(_)) => true,
        (Type::Integer, Kind::Number(it)) => it.is_i64() || it.is_u64(),
        (Type::Number, Kind::Number(_)) => true,
        (Type::String | Type::DateTime, Kind::String(_)) => true,
        (Type::Object, Kind::Object(_)) => true,
        (Type::Map(inner), Kind::Object(members)) => members.iter().all(|(_, it)| fits(inner, it)),
        (Type::Array(inner), Kind::Array(items)) => items.iter().all(|it| fits(inner, it)),
        _ => false,
    }
}

/// Compares a value with the claims of a field. A broken claim is a doubt.
pub(super) fn check_value(field: &mut Field, node: &Node, here: &str, scene: Scene, drafts: &mut Vec<Draft>) {
    let at = source(scene.page, node.first, node.last);
    let text = match &node.kind {
        Kind::String(it) => it.clone(),
        Kind::Number(it) => it.to_string(),
        _ => return,
    };
    if is_placeholder(node) {
        return;
    }
    let claims = &field.claims;
    let shaped = claims.format.is_some() || claims.pattern.is_some() || claims.length.is_some();
    if text.is_empty() && shaped && claims.blank.is_none() && scene.way == Way::Response {
        if !field.shown_blank {
            let sides = vec![side("a shape", Some(field.at.clone())), side("an empty string", Some(at))];
            field.doubts.push(doubt(drafts, "blank-by-example", here, sides, None, "blank-accepted"));
        }
        field.shown_blank = true;
        return;
    }
    for Clash { kind, keyword, says } in clashes(field, node, &text) {
        let known =
            if keyword == "enum" { field.shown_values.contains(&text) } else { field.disputed.contains(keyword) };
        if known || field.dropped.contains(keyword) {
            continue;
        }
        let shown = if keyword == "enum" { shown_token(&text) } else { "another".to_string() };
        let sides = vec![side(says, Some(field.at.clone())), side(shown, Some(at.clone()))];
        let (taken, rule) = match scene.way {
            Way::Request => (Some(0), "table-wins-on-limits"),
            Way::Response => (None, "both-accepted"),
        };
        field.doubts.push(doubt(drafts, kind, here, sides, taken, rule));
        field.disputed.insert(keyword);
        if keyword == "enum" {
            field.shown_values.push(text.clone());
        } else if scene.way == Way::Response {
            field.dropped.insert(keyword);
        }
    }
}

/// A claim that a value breaks: kind of the doubt, keyword, claim in words.
struct Clash {
    kind: &'static str,
    keyword: &'static str,
    says: String,
}

fn clashes(field: &Field, node: &Node, text: &str) -> Vec<Clash> {
    let claims = &field.claims;
    let blank = text.is_empty() && claims.blank.is_some();
    let mut out = Vec::new();
    let mut add = |kind, keyword, says: String| out.push(Clash { kind, keyword, says });
    if let Some(values) = &claims.values
        && !values.value.iter().any(|it| it == text)
        && !blank
        && !field.is_list()
    {
        add("enum-by-example", "enum", format!("one of {}", values.value.len()));
    }
    if let (Kind::String(it), Some(length)) = (&node.kind, &claims.length) {
        let count = if claims.bytes { it.len() } else { it.chars().count() } as i64;
        if let Some(low) = length.value.0.filter(|low| count < *low && !blank) {
            add("limit-by-example", "minLength", format!("at least {low}"));
        }
        if let Some(high) = length.value.1.filter(|high| count > *high) {
            add("limit-by-example", "maxLength", format!("at most {high}"));
        }
    }
    if let (Kind::Number(it), Some(range)) = (&node.kind, &claims.range) {
        let number = it.as_f64().unwrap_or_default();
        if let Some(low) = range.value.0.filter(|low| number < *low as f64) {
            add("limit-by-example", "minimum", format!("at least {low}"));
        }
        if let Some(high) = range.value.1.filter(|high| number > *high as f64) {
            add("limit-by-example", "maximum", format!("at most {high}"));
        }
    }
    if let (Kind::String(it), Some(format)) = (&node.kind, &claims.format)
        && !it.is_empty()
        && !has_format(format.value, it)
    {
        add("format-by-example", "format", format!("{:?}", format.value).to_lowercase());
    }
    out
}

/// Returns a value as a token for a doubt. Text of several words belongs to the page and is left out.
fn shown_token(text: &str) -> String {
    let text = text.trim();
    if text.contains(char::is_whitespace) || text.len() > 64 { "another".to_string() } else { text.to_string() }
}
