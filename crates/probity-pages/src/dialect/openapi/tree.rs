//! Reads YAML or JSON into a value with lines.

use crate::dialect::unreadable::{UnreadablePage, unreadable_page};
use crate::value::{SourceValue, SourceValueKind};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

/// Deepest nesting. Known descriptions nest less, because schemas are referenced and not nested.
const DEPTH_MAX: usize = 96;
/// Most parts of a description; more than a text of the longest permitted size can have.
const NODES_MAX: usize = 1_000_000;

/// The value of the first document.
pub(super) fn read_value(file: &str, text: &str) -> Result<SourceValue, UnreadablePage> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: DEPTH_MAX, max_documents: 1, max_nodes: NODES_MAX, max_events: 4 * NODES_MAX },
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    };
    // JSON may be indented by tabs, which YAML forbids; the lines stay the same.
    let json = text.trim_start().starts_with('{');
    let plain = if json { text.replace('\t', " ") } else { text.to_string() };
    let placed: PlacedValue = serde_saphyr::from_str_with_options(&plain, options).map_err(|error| {
        let line = error.location().map_or(1, |it| line_of_location(&it));
        let message = error.without_snippet().to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).trim_end_matches([',', ' ']).to_string();
        let kind = if json { "JSON" } else { "YAML" };
        unreadable_page(
            file,
            line,
            format!("this OpenAPI description is not {kind}: {message}"),
            "correct the file at that line",
        )
    })?;
    Ok(add_lines(placed, &LineOffsets::new(&plain), None))
}

/// A value with its place.
struct PlacedValue {
    at: Location,
    value: UnplacedValue,
}

enum UnplacedValue {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<PlacedValue>),
    Map(Vec<(String, Location, PlacedValue)>),
}

/// The byte offsets at which the lines begin, for the last line of a value.
struct LineOffsets(Vec<usize>);

impl LineOffsets {
    fn new(text: &str) -> LineOffsets {
        LineOffsets(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line of the last byte of a scalar, without the line end of a block of text.
    fn last_line(&self, at: &Location) -> u32 {
        let span = at.span();
        let (Some(start), Some(length)) = (span.byte_offset(), span.byte_len()) else { return line_of_location(at) };
        let end = (start + length).saturating_sub(1).max(start) as usize;
        (self.0.partition_point(|first| *first <= end) as u32).max(line_of_location(at))
    }
}

fn line_of_location(at: &Location) -> u32 {
    at.line().max(1) as u32
}

/// Adds lines to a value. A member begins on the line of its key.
fn add_lines(placed: PlacedValue, lines: &LineOffsets, key: Option<Location>) -> SourceValue {
    let first = key.map_or(line_of_location(&placed.at), |it| line_of_location(&it));
    let mut last = line_of_location(&placed.at).max(first);
    let kind = match placed.value {
        UnplacedValue::Null => {
            last = first;
            SourceValueKind::Null
        }
        UnplacedValue::Bool(it) => SourceValueKind::Bool(it),
        UnplacedValue::Number(it) => SourceValueKind::Number(it),
        UnplacedValue::Text(it) => {
            last = last.max(lines.last_line(&placed.at));
            SourceValueKind::String(it)
        }
        UnplacedValue::List(all) => {
            let all: Vec<SourceValue> = all.into_iter().map(|it| add_lines(it, lines, None)).collect();
            last = all.iter().map(|it| it.last).fold(last, u32::max);
            SourceValueKind::Array(all)
        }
        UnplacedValue::Map(all) => {
            let all: Vec<(String, SourceValue)> =
                all.into_iter().map(|(name, key, it)| (name, add_lines(it, lines, Some(key)))).collect();
            last = all.iter().map(|(_, it)| it.last).fold(last, u32::max);
            SourceValueKind::Object(all)
        }
    };
    SourceValue { kind, first, last }
}

impl<'de> Deserialize<'de> for PlacedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PlacedValue, D::Error> {
        let spanned = Spanned::<UnplacedValue>::deserialize(deserializer)?;
        Ok(PlacedValue { at: spanned.referenced, value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for UnplacedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<UnplacedValue, D::Error> {
        deserializer.deserialize_any(UnplacedValueVisitor)
    }
}

struct UnplacedValueVisitor;

impl<'de> Visitor<'de> for UnplacedValueVisitor {
    type Value = UnplacedValue;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<UnplacedValue, E> {
        Ok(UnplacedValue::Null)
    }

    fn visit_none<E>(self) -> Result<UnplacedValue, E> {
        Ok(UnplacedValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<UnplacedValue, E> {
        Ok(UnplacedValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<UnplacedValue, E> {
        Ok(UnplacedValue::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<UnplacedValue, E> {
        Ok(UnplacedValue::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<UnplacedValue, E> {
        // JSON has no infinite numbers; the word is kept as a text.
        Ok(serde_json::Number::from_f64(value)
            .map_or_else(|| UnplacedValue::Text(value.to_string()), UnplacedValue::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<UnplacedValue, E> {
        Ok(UnplacedValue::Text(value.to_string()))
    }

    fn visit_string<E>(self, value: String) -> Result<UnplacedValue, E> {
        Ok(UnplacedValue::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<UnplacedValue, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(UnplacedValue::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<UnplacedValue, A::Error> {
        let mut all = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            all.push((key.value, key.referenced, entries.next_value()?));
        }
        Ok(UnplacedValue::Map(all))
    }
}
