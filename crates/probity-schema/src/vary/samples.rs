//! Values that miss or just meet the keywords of one place.

use crate::format::TextFormat;
use crate::node::{SchemaNode, find_allowed_types};
use crate::number::{read_i128, to_number};
use crate::rng::SeededRng;
use crate::text::TextRules;
use crate::types::JsonTypes;
use serde_json::{Number, Value, json};

/// The kind of a change, see `Deviation::kind`, and the changed value.
pub(super) type VariantSample = (String, Value);

/// Values of every other type.
pub(super) fn sample_wrong_types(nodes: &[&SchemaNode], value: &Value) -> Vec<VariantSample> {
    let types = find_allowed_types(nodes);
    let mut samples = Vec::new();
    for (name, one) in JsonTypes::NAMED {
        let sample = match name {
            "string" => json!("probe"),
            "integer" => json!(7),
            "number" => json!(1.5),
            "boolean" => json!(true),
            "array" => json!([value]),
            "object" => json!({}),
            _ => Value::Null,
        };
        if types.contains(JsonTypes::from_value(&sample)) {
            continue;
        }
        let kind = if one == JsonTypes::NULL { "null".to_string() } else { format!("type:{name}") };
        samples.push((kind, sample));
    }
    let numeric = types.contains(JsonTypes::INTEGER) && value.is_number() && !types.contains(JsonTypes::STRING);
    if numeric {
        samples.push(("type:numeral".to_string(), Value::from(value.to_string())));
    }
    samples
}

/// Values outside of an enumeration.
pub(super) fn sample_non_members(members: &[Value]) -> Vec<VariantSample> {
    let mut samples = Vec::new();
    let mut texts = members.iter().filter_map(Value::as_str).filter(|member| !member.is_empty());
    let outside = texts.find_map(|member| {
        let outside = Value::from(format!("{member}_X"));
        (!members.contains(&outside)).then_some(outside)
    });
    samples.extend(outside.map(|outside| ("enum".to_string(), outside)));
    let changed = members.iter().filter_map(Value::as_str).find_map(|member| {
        let changed = Value::from(change_case(member));
        (!members.contains(&changed)).then_some(changed)
    });
    samples.extend(changed.map(|changed| ("enum-case".to_string(), changed)));
    let greatest = members.iter().filter_map(Value::as_i64).max().and_then(|most| most.checked_add(1));
    samples.extend(greatest.map(|outside| ("enum".to_string(), Value::from(outside))));
    samples
}

/// Texts at and beyond the bounds, outside of the formats and outside of the patterns.
pub(super) fn sample_texts(nodes: &[&SchemaNode], valid: &str, rng: &mut SeededRng) -> Vec<VariantSample> {
    let mut samples = Vec::new();
    let text = TextRules::from_nodes(nodes);
    if text.fixed_format().is_none() {
        for (kind, length) in list_boundary_lengths(nodes, &text) {
            if let Some(sample) = text.draw_of_length(rng, length) {
                samples.push((kind.to_string(), Value::from(sample)));
            }
        }
    }
    if text.min <= 1 {
        samples.push(("empty".to_string(), json!("")));
    }
    for format in text.formats() {
        for broken in list_broken_texts(format).iter().filter(|broken| !format.accepts_text(broken)) {
            samples.push(("format".to_string(), Value::from(*broken)));
        }
    }
    for (kind, sign) in [("space", ' '), ("mark", '!'), ("slash", '/'), ("unicode", 'é'), ("control", '\u{7}')] {
        // Replaces one character, so that the length stays equal.
        let mut other: Vec<char> = valid.chars().collect();
        let middle = other.len() / 2;
        let Some(slot) = other.get_mut(middle) else {
            break;
        };
        *slot = sign;
        let other: String = other.into_iter().collect();
        if text.has_pattern() && !text.has_form(&other) {
            samples.push((format!("pattern:{kind}"), Value::from(other)));
        }
    }
    samples
}

/// Numbers at and beyond the bounds.
pub(super) fn sample_numbers(nodes: &[&SchemaNode]) -> Vec<VariantSample> {
    let exact = |number: &Option<Number>| number.as_ref().and_then(read_i128);
    let mut bounds: Vec<(&str, i128)> = Vec::new();
    for node in nodes {
        let least = exact(&node.minimum).into_iter().chain(exact(&node.above).map(|above| above + 1));
        bounds.extend(least.flat_map(|least| [("min-1", least - 1), ("min", least)]));
        let most = exact(&node.maximum).into_iter().chain(exact(&node.below).map(|below| below - 1));
        bounds.extend(most.flat_map(|most| [("max", most), ("max+1", most + 1)]));
    }
    let numbers = bounds.into_iter().filter_map(|(kind, number)| Some((kind, to_number(number)?)));
    numbers.map(|(kind, number)| (kind.to_string(), Value::Number(number))).collect()
}

/// The lengths at and next to the bounds of each node, the narrowest bounds first. Base64 has lengths in groups of four.
fn list_boundary_lengths(nodes: &[&SchemaNode], text: &TextRules) -> Vec<(&'static str, u64)> {
    let group = if text.is_base64() { 4 } else { 1 };
    let mut least: Vec<u64> = nodes.iter().filter_map(|node| node.min_length).collect();
    least.sort_unstable_by(|a, b| b.cmp(a));
    let mut most: Vec<u64> = nodes.iter().filter_map(|node| node.max_length).collect();
    most.sort_unstable();
    let mut lengths = Vec::new();
    for least in least.iter().map(|least| least.div_ceil(group).saturating_mul(group)) {
        lengths.extend(least.checked_sub(group).map(|short| ("min-1", short)));
        lengths.push(("min", least));
    }
    for most in most.iter().map(|most| most / group * group) {
        lengths.push(("max", most));
        lengths.push(("max+1", most.saturating_add(group)));
    }
    lengths
}

fn change_case(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper == text { text.to_lowercase() } else { upper }
}

/// Texts without a format, near misses first.
fn list_broken_texts(format: TextFormat) -> &'static [&'static str] {
    match format {
        TextFormat::Uuid => &["0f8fad5b-d9cb-469f-a165-70867728950g", "0f8fad5b-d9cb-469f-a165"],
        TextFormat::Ipv4 => &["192.168.0.256", "192.168.0"],
        TextFormat::Ipv6 => &["fd00:::1", "fd00::g"],
        TextFormat::DateTime => &["2026-02-30T12:00:00Z", "2026-02-28"],
        TextFormat::Date => &["2026-02-30", "28/02/2026"],
        TextFormat::Time => &["25:00:00Z", "noon"],
        TextFormat::Uri => &["https://exa mple.com/", "no uri"],
        TextFormat::Email => &["nobody", "@example.com"],
        TextFormat::Hostname => &["-host-", "no host"],
        TextFormat::Base64 => &["YWJj*A==", "YWJjZ"],
    }
}
