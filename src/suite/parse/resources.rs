//! `resources`: the resource kinds, their fields and their views.

use super::lets::is_valid_name;
use super::reader::{MapEntries, RESERVED_NAMES, RootNames, SuiteReader};
use super::views::parse_views;
use crate::expr::{Expr, ExprValue, TextNotation};
use crate::suite::grammar::{self, NOTATION_WORDS};
use crate::suite::place::SuitePlace;
use crate::suite::suggest;
use crate::suite::types::{ATOMIC_CALLS, DerivedValue, Field, FieldMutability, MarkField, ResourceKind};
use crate::suite::yaml::{YamlKey, YamlNode, YamlValue};
use std::collections::BTreeMap;

/// The resource kinds in the order of the file.
pub(super) fn parse_resources(reader: &mut SuiteReader, node: Option<&YamlNode>) -> Vec<ResourceKind> {
    let entries = node.and_then(|n| reader.read_entries(n, "`resources`")).unwrap_or_default();
    entries.iter().filter_map(|(name, node)| parse_resource(reader, name, node)).collect()
}

fn parse_resource(reader: &mut SuiteReader, name: &YamlKey, node: &YamlNode) -> Option<ResourceKind> {
    if !is_valid_name(&name.text)
        || RESERVED_NAMES.contains(&name.text.as_str())
        || reader.lets.contains_key(&name.text)
    {
        reader.report_error(name.place, "reserved-name", format!("`{}` cannot be the name of a resource", name.text));
    }
    let map = reader.read_map(node, "a resource", &grammar::RESOURCE)?;
    let it = RootNames::new(&["it"]);
    let id = map.get("id").and_then(|n| reader.read_expression(n, "`id`", &it))?;
    let mut fields = Vec::new();
    for (key, class) in
        [("fields", FieldMutability::Modelled), ("keeps", FieldMutability::Keeps), ("grows", FieldMutability::Grows)]
    {
        for (name, node) in map.get(key).and_then(|n| reader.read_entries(n, "a list of fields")).unwrap_or_default() {
            fields.extend(parse_field(reader, name, node, class));
        }
    }
    if fields.is_empty() && map.get("fields").is_none() {
        let message = "a resource needs `fields`, the values that responses show, one at least";
        reader.report_error(map.place, "missing-key", message);
    }
    let remembers = parse_remembers(reader, map.get("remembers"));
    refuse_repeated_fields(reader, &fields, map.get("remembers"));
    let state = parse_state(reader, map, &fields);
    let shows = parse_shows(reader, map.get("shows"), &name.text);
    let names = fields.iter().map(|f| &f.name).chain(shows.iter().map(|s| &s.name));
    let shown: Vec<String> = names.cloned().collect();
    let views = parse_views(reader, map.get("views"), &shown);
    let marks = parse_marks(reader, map.get("marks"), &fields);
    let release = parse_release(reader, map.get("release"));
    let has_atomic_calls = parse_conventions(reader, map.get("conventions"));
    Some(ResourceKind {
        place: name.place,
        id,
        stable: map.get("stable").map(|n| reader.read_texts(n, "`stable`")).unwrap_or_default(),
        settles_ms: parse_settles(reader, map, state.is_some()),
        prompt: reader.read_boolean(map.get("prompt"), "`prompt`"),
        rest: map.get("rest").and_then(|n| reader.read_expression(n, "`rest`", &it)),
        shows,
        name: name.text.clone(),
        state,
        fields,
        remembers,
        views,
        marks,
        release,
        has_atomic_calls,
    })
}

/// Whether the conventions of a resource kind name [`ATOMIC_CALLS`], the only one.
fn parse_conventions(reader: &mut SuiteReader, node: Option<&YamlNode>) -> bool {
    let Some(node) = node else { return false };
    let names = reader.read_texts(node, "`conventions`");
    for name in names.iter().filter(|name| *name != ATOMIC_CALLS) {
        let hint = format!("the conventions of a resource kind are: {ATOMIC_CALLS}");
        reader.report_error_with(node.place, "unknown-convention", format!("`{name}` is no convention"), hint);
    }
    names.iter().any(|name| name == ATOMIC_CALLS)
}

fn parse_field(reader: &mut SuiteReader, name: &YamlKey, node: &YamlNode, class: FieldMutability) -> Option<Field> {
    check_field_name(reader, name);
    let it = RootNames::new(&["it"]);
    let (at, notation, cites, at_node) = match &node.kind {
        YamlValue::Map(_) => {
            let map = reader.read_map(node, "a field", &grammar::CITED_FIELD)?;
            let at = map.get("at")?;
            let notation = map.get("as").and_then(|node| parse_notation(reader, node));
            let cites = reader.read_citations(map.get("cites"), "`cites`");
            (reader.read_expression(at, "`at`", &it)?, notation, cites, at)
        }
        _ => (reader.read_expression(node, "a field", &it)?, None, Vec::new(), node),
    };
    if at.as_path().is_none_or(|path| path.keys.is_empty()) {
        let hint = "write a path such as `it.flavor.id`; the mock writes the field there".to_string();
        reader.report_error_with(at_node.place, "not-a-path", format!("`{}` is not a plain path", at.text()), hint);
    }
    Some(Field { name: name.text.clone(), at, class, notation, cites, place: name.place })
}

fn parse_notation(reader: &mut SuiteReader, node: &YamlNode) -> Option<TextNotation> {
    let word = reader.read_text(node, "`as`")?.to_string();
    match word.as_str() {
        "time" => Some(TextNotation::Time),
        "caseless" => Some(TextNotation::Caseless),
        _ => {
            let hint = suggest::suggest_name(&word, NOTATION_WORDS.iter().map(|(known, _)| *known));
            reader.report_error_with(node.place, "bad-notation", format!("`{word}` is not a notation"), hint);
            None
        }
    }
}

/// Names in every record besides the fields of the resource.
pub(super) const RECORD_NAMES: [&str; 3] = ["id", "rest", "seq"];

fn check_field_name(reader: &mut SuiteReader, name: &YamlKey) {
    if !is_valid_name(&name.text) || RECORD_NAMES.contains(&name.text.as_str()) {
        reader.report_error(name.place, "reserved-name", format!("`{}` cannot be the name of a field", name.text));
    }
}

fn parse_remembers(reader: &mut SuiteReader, node: Option<&YamlNode>) -> Vec<(String, ExprValue)> {
    let entries = node.and_then(|n| reader.read_entries(n, "`remembers`")).unwrap_or_default();
    entries
        .iter()
        .map(|(name, value)| {
            check_field_name(reader, name);
            (name.text.clone(), ExprValue::from(value.to_json()))
        })
        .collect()
}

fn refuse_repeated_fields(reader: &mut SuiteReader, fields: &[Field], remembers: Option<&YamlNode>) {
    let mut names: Vec<(&str, SuitePlace)> = fields.iter().map(|f| (f.name.as_str(), f.place)).collect();
    if let Some(YamlNode { kind: YamlValue::Map(entries), .. }) = remembers {
        names.extend(entries.iter().map(|(key, _)| (key.text.as_str(), key.place)));
    }
    for (i, (name, place)) in names.iter().enumerate() {
        if names[..i].iter().any(|(earlier, _)| earlier == name) {
            reader.report_error(*place, "repeated-field", format!("the field `{name}` is defined twice"));
        }
    }
}

fn parse_state(reader: &mut SuiteReader, map: MapEntries, fields: &[Field]) -> Option<String> {
    let node = map.get("state");
    let Some(node) = node else {
        if map.get("stable").is_some() {
            reader.report_error(
                map.get_key_place("stable"),
                "missing-key",
                "`stable` needs `state`, the name of the state field",
            );
        }
        return None;
    };
    if map.get("stable").is_none() {
        reader.report_error(
            map.place,
            "missing-key",
            "a resource with a `state` needs `stable`, the list of stable states",
        );
    }
    let name = reader.read_text(node, "`state`")?;
    let modelled = || fields.iter().filter(|f| f.class == FieldMutability::Modelled).map(|f| f.name.as_str());
    if !modelled().any(|f| f == name) {
        let message = format!("`state` names `{name}`, which is not under `fields`");
        let known: Vec<&str> = modelled().collect();
        reader.report_error_with(
            node.place,
            "unknown-field",
            message,
            suggest::suggest_name(name, known.iter().copied()),
        );
    }
    Some(name.to_string())
}

fn parse_settles(reader: &mut SuiteReader, map: MapEntries, has_state: bool) -> u64 {
    let Some(node) = map.get("settles") else {
        if has_state {
            let message = "a resource with a `state` needs `settles`, the longest time until it settles";
            reader.report_error(map.place, "missing-key", message);
        }
        return 0;
    };
    let text = node.scalar_text().unwrap_or_default();
    parse_duration_ms(&text).unwrap_or_else(|| {
        let hint = "write a whole number with ms, s, m or h, such as 15m".to_string();
        reader.report_error_with(node.place, "bad-duration", format!("`{text}` is not a duration"), hint);
        0
    })
}

/// Parses `15m`, `30s`, `2h` or `250ms` into milliseconds; at most a week.
fn parse_duration_ms(text: &str) -> Option<u64> {
    const WEEK_MS: u64 = 7 * 24 * 3_600_000;
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(unit).filter(|ms| (1..=WEEK_MS).contains(ms))
}

fn parse_shows(reader: &mut SuiteReader, node: Option<&YamlNode>, resource: &str) -> Vec<DerivedValue> {
    let it = RootNames::new(&["it"]);
    let own = RootNames::new(&[resource]);
    let entries = node.and_then(|n| reader.read_entries(n, "`shows`")).unwrap_or_default();
    let mut shows = Vec::new();
    for (name, node) in entries {
        let Some(map) = reader.read_map(node, "an entry of `shows`", &grammar::SHOWS) else {
            continue;
        };
        let at = map.get("at").and_then(|n| reader.read_expression(n, "`at`", &it));
        let among = map.get("in").and_then(|n| reader.read_expression(n, "`in`", &own));
        let cites = reader.read_citations(map.get("cites"), "`cites`");
        if let (Some(at), Some(among)) = (at, among) {
            shows.push(DerivedValue { name: name.text.clone(), at, among, cites, place: name.place });
        }
    }
    shows
}

fn parse_marks(reader: &mut SuiteReader, node: Option<&YamlNode>, fields: &[Field]) -> Vec<MarkField> {
    let entries = node.and_then(|n| reader.read_entries(n, "`marks`")).unwrap_or_default();
    let mut marks = Vec::new();
    for (name, node) in entries {
        let mut places = BTreeMap::new();
        for (operation, node) in reader.read_entries(node, "the places of a mark").unwrap_or_default() {
            reader.check_operation(operation.place, &operation.text);
            let Some(at) = reader.read_expression(node, "the place of a mark", &RootNames::new(&["body"])) else {
                continue;
            };
            if at.as_path().is_none_or(|path| path.keys.is_empty()) {
                let hint = "write a path such as `body.name`; the run writes the mark there".to_string();
                reader.report_error_with(
                    node.place,
                    "not-a-path",
                    format!("`{}` is not a plain path", at.text()),
                    hint,
                );
            }
            places.insert(operation.text.clone(), at);
        }
        let Some(field) = fields.iter().position(|field| field.name == name.text) else {
            let hint = suggest::suggest_name(&name.text, fields.iter().map(|field| field.name.as_str()));
            reader.report_error_with(
                name.place,
                "unknown-field",
                format!("the resource has no field `{}`", name.text),
                hint,
            );
            continue;
        };
        marks.push(MarkField { field, places, place: name.place });
    }
    marks
}

fn parse_release(reader: &mut SuiteReader, node: Option<&YamlNode>) -> BTreeMap<String, BTreeMap<String, Expr>> {
    let it = RootNames::new(&["it"]);
    let mut calls = BTreeMap::new();
    for (operation, node) in node.and_then(|n| reader.read_entries(n, "`release`")).unwrap_or_default() {
        reader.check_operation(operation.place, &operation.text);
        let entries = reader.read_entries(node, "the parameters of a call").unwrap_or_default();
        let values = entries.iter().filter_map(|(name, node)| {
            Some((name.text.clone(), reader.read_expression(node, "the value of a parameter", &it)?))
        });
        let values = values.collect();
        calls.insert(operation.text.clone(), values);
    }
    calls
}
