//! Reads YAML or JSON into a value with lines.

use crate::dialect::unreadable::{Unreadable, unreadable};
use crate::value::{Kind, Node};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

/// Deepest nesting. Known descriptions nest less, because schemas are referenced and not nested.
const DEPTH_MAX: usize = 96;
/// Most parts of a description; more than a text of the longest permitted size can have.
const NODES_MAX: usize = 1_000_000;

/// The value of the first document.
pub(super) fn read(file: &str, text: &str) -> Result<Node, Unreadable> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: DEPTH_MAX, max_documents: 1, max_nodes: NODES_MAX, max_events: 4 * NODES_MAX },
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    };
    // JSON may be indented by tabs, which YAML forbids; the lines stay the same.
    let json = text.trim_start().starts_with('{');
    let plain = if json { text.replace('\t', " ") } else { text.to_string() };
    let placed: Placed = serde_saphyr::from_str_with_options(&plain, options).map_err(|error| {
        let line = error.location().map_or(1, |it| line(&it));
        let message = error.without_snippet().to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).trim_end_matches([',', ' ']).to_string();
        let kind = if json { "JSON" } else { "YAML" };
        unreadable(
            file,
            line,
            format!("this OpenAPI description is not {kind}: {message}"),
            "correct the file at that line",
        )
    })?;
    Ok(node(placed, &LineOf::new(&plain), None))
}

/// A value with its place.
struct Placed {
    at: Location,
    value: Raw,
}

enum Raw {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Placed>),
    Map(Vec<(String, Location, Placed)>),
}

/// The byte offsets at which the lines begin, for the last line of a value.
struct LineOf(Vec<usize>);

impl LineOf {
    fn new(text: &str) -> LineOf {
        LineOf(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line of the last byte of a scalar, without the line end of a block of text.
    fn last(&self, at: &Location) -> u32 {
        let span = at.span();
        let (Some(start), Some(length)) = (span.byte_offset(), span.byte_len()) else { return line(at) };
        let end = (start + length).saturating_sub(1).max(start) as usize;
        (self.0.partition_point(|first| *first <= end) as u32).max(line(at))
    }
}

fn line(at: &Location) -> u32 {
    at.line().max(1) as u32
}

/// Adds lines to a value. A member begins on the line of its key.
fn node(placed: Placed, lines: &LineOf, key: Option<Location>) -> Node {
    let first = key.map_or(line(&placed.at), |it| line(&it));
    let mut last = line(&placed.at).max(first);
    let kind = match placed.value {
        Raw::Null => {
            last = first;
            Kind::Null
        }
        Raw::Bool(it) => Kind::Bool(it),
        Raw::Number(it) => Kind::Number(it),
        Raw::Text(it) => {
            last = last.max(lines.last(&placed.at));
            Kind::String(it)
        }
        Raw::List(all) => {
            let all: Vec<Node> = all.into_iter().map(|it| node(it, lines, None)).collect();
            last = all.iter().map(|it| it.last).fold(last, u32::max);
            Kind::Array(all)
        }
        Raw::Map(all) => {
            let all: Vec<(String, Node)> =
                all.into_iter().map(|(name, key, it)| (name, node(it, lines, Some(key)))).collect();
            last = all.iter().map(|(_, it)| it.last).fold(last, u32::max);
            Kind::Object(all)
        }
    };
    Node { kind, first, last }
}

impl<'de> Deserialize<'de> for Placed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Placed, D::Error> {
        let spanned = Spanned::<Raw>::deserialize(deserializer)?;
        Ok(Placed { at: spanned.referenced, value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        // JSON has no infinite numbers; the word is kept as a text.
        Ok(serde_json::Number::from_f64(value).map_or_else(|| Raw::Text(value.to_string()), Raw::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Raw::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut all = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            all.push((key.value, key.referenced, entries.next_value()?));
        }
        Ok(Raw::Map(all))
    }
}
