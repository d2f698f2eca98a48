//! `resources`: the resource kinds, their fields and their views.

use super::lets::is_name;
use super::reader::{Fields, RESERVED, Reader, Scope};
use super::views::views;
use crate::expr::{Expr, Val};
use crate::suite::grammar;
use crate::suite::place::Place;
use crate::suite::suggest;
use crate::suite::tree::{Key, Kind, Node};
use crate::suite::types::{Field, FieldClass, Mark, Resource, Shows};
use std::collections::BTreeMap;

/// The resource kinds in the order of the file.
pub(super) fn resources(reader: &mut Reader, node: Option<&Node>) -> Vec<Resource> {
    let entries = node.and_then(|n| reader.entries(n, "`resources`")).unwrap_or_default();
    entries.iter().filter_map(|(name, node)| resource(reader, name, node)).collect()
}

fn resource(reader: &mut Reader, name: &Key, node: &Node) -> Option<Resource> {
    if !is_name(&name.text) || RESERVED.contains(&name.text.as_str()) || reader.lets.contains_key(&name.text) {
        reader.error(name.place, "reserved-name", format!("`{}` cannot be the name of a resource", name.text));
    }
    let map = reader.fields(node, "a resource", &grammar::RESOURCE)?;
    let it = Scope::of(&["it"]);
    let id = map.get("id").and_then(|n| reader.expr(n, "`id`", &it))?;
    let mut fields = Vec::new();
    for (key, class) in [("fields", FieldClass::Modelled), ("keeps", FieldClass::Keeps), ("grows", FieldClass::Grows)] {
        for (name, node) in map.get(key).and_then(|n| reader.entries(n, "a list of fields")).unwrap_or_default() {
            fields.extend(field(reader, name, node, class));
        }
    }
    let remembers = remembers(reader, map.get("remembers"));
    refuse_repeated(reader, &fields, map.get("remembers"));
    let state = state(reader, map, &fields);
    let shows = shows(reader, map.get("shows"), &name.text);
    let names = fields.iter().map(|f| &f.name).chain(shows.iter().map(|s| &s.name));
    let shown: Vec<String> = names.cloned().collect();
    let views = views(reader, map.get("views"), &shown);
    let marks = marks(reader, map.get("marks"), &fields);
    let release = release(reader, map.get("release"));
    Some(Resource {
        place: name.place,
        id,
        stable: map.get("stable").map(|n| reader.texts(n, "`stable`")).unwrap_or_default(),
        settles_ms: settles(reader, map, state.is_some()),
        prompt: reader.truth(map.get("prompt"), "`prompt`"),
        rest: map.get("rest").and_then(|n| reader.expr(n, "`rest`", &it)),
        shows,
        name: name.text.clone(),
        state,
        fields,
        remembers,
        views,
        marks,
        release,
    })
}

fn field(reader: &mut Reader, name: &Key, node: &Node, class: FieldClass) -> Option<Field> {
    field_name(reader, name);
    let it = Scope::of(&["it"]);
    let (at, cites, at_node) = match &node.kind {
        Kind::Map(_) => {
            let map = reader.fields(node, "a field", &grammar::CITED_FIELD)?;
            let at = map.get("at")?;
            (reader.expr(at, "`at`", &it)?, reader.cites(map.get("cites"), "`cites`"), at)
        }
        _ => (reader.expr(node, "a field", &it)?, Vec::new(), node),
    };
    if at.as_path().is_none_or(|path| path.keys.is_empty()) {
        let hint = "write a path such as `it.flavor.id`; the mock writes the field there".to_string();
        reader.error_with(at_node.place, "not-a-path", format!("`{}` is not a plain path", at.text()), hint);
    }
    Some(Field { name: name.text.clone(), at, class, cites, place: name.place })
}

/// Names in every record besides the fields of the resource.
pub(super) const RECORD: [&str; 3] = ["id", "rest", "seq"];

fn field_name(reader: &mut Reader, name: &Key) {
    if !is_name(&name.text) || RECORD.contains(&name.text.as_str()) {
        reader.error(name.place, "reserved-name", format!("`{}` cannot be the name of a field", name.text));
    }
}

fn remembers(reader: &mut Reader, node: Option<&Node>) -> Vec<(String, Val)> {
    let entries = node.and_then(|n| reader.entries(n, "`remembers`")).unwrap_or_default();
    entries
        .iter()
        .map(|(name, value)| {
            field_name(reader, name);
            (name.text.clone(), Val::from(value.to_json()))
        })
        .collect()
}

fn refuse_repeated(reader: &mut Reader, fields: &[Field], remembers: Option<&Node>) {
    let mut names: Vec<(&str, Place)> = fields.iter().map(|f| (f.name.as_str(), f.place)).collect();
    if let Some(Node { kind: Kind::Map(entries), .. }) = remembers {
        names.extend(entries.iter().map(|(key, _)| (key.text.as_str(), key.place)));
    }
    for (i, (name, place)) in names.iter().enumerate() {
        if names[..i].iter().any(|(earlier, _)| earlier == name) {
            reader.error(*place, "repeated-field", format!("the field `{name}` is defined twice"));
        }
    }
}

fn state(reader: &mut Reader, map: Fields, fields: &[Field]) -> Option<String> {
    let node = map.get("state");
    let Some(node) = node else {
        if map.get("stable").is_some() {
            reader.error(map.key_place("stable"), "missing-key", "`stable` needs `state`, the name of the state field");
        }
        return None;
    };
    if map.get("stable").is_none() {
        reader.error(map.place, "missing-key", "a resource with a `state` needs `stable`, the list of stable states");
    }
    let name = reader.text(node, "`state`")?;
    let modelled = || fields.iter().filter(|f| f.class == FieldClass::Modelled).map(|f| f.name.as_str());
    if !modelled().any(|f| f == name) {
        let message = format!("`state` names `{name}`, which is not under `fields`");
        let known: Vec<&str> = modelled().collect();
        reader.error_with(node.place, "unknown-field", message, suggest::hint(name, known.iter().copied()));
    }
    Some(name.to_string())
}

fn settles(reader: &mut Reader, map: Fields, has_state: bool) -> u64 {
    let Some(node) = map.get("settles") else {
        if has_state {
            let message = "a resource with a `state` needs `settles`, the longest time until it settles";
            reader.error(map.place, "missing-key", message);
        }
        return 0;
    };
    let text = node.scalar_text().unwrap_or_default();
    duration_ms(&text).unwrap_or_else(|| {
        let hint = "write a whole number with ms, s, m or h, such as 15m".to_string();
        reader.error_with(node.place, "bad-duration", format!("`{text}` is not a duration"), hint);
        0
    })
}

/// Parses `15m`, `30s`, `2h` or `250ms` into milliseconds; at most a week.
fn duration_ms(text: &str) -> Option<u64> {
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

fn shows(reader: &mut Reader, node: Option<&Node>, resource: &str) -> Vec<Shows> {
    let it = Scope::of(&["it"]);
    let own = Scope::of(&[resource]);
    let entries = node.and_then(|n| reader.entries(n, "`shows`")).unwrap_or_default();
    let mut shows = Vec::new();
    for (name, node) in entries {
        let Some(map) = reader.fields(node, "an entry of `shows`", &grammar::SHOWS) else {
            continue;
        };
        let at = map.get("at").and_then(|n| reader.expr(n, "`at`", &it));
        let among = map.get("in").and_then(|n| reader.expr(n, "`in`", &own));
        let cites = reader.cites(map.get("cites"), "`cites`");
        if let (Some(at), Some(among)) = (at, among) {
            shows.push(Shows { name: name.text.clone(), at, among, cites, place: name.place });
        }
    }
    shows
}

fn marks(reader: &mut Reader, node: Option<&Node>, fields: &[Field]) -> Vec<Mark> {
    let entries = node.and_then(|n| reader.entries(n, "`marks`")).unwrap_or_default();
    let mut marks = Vec::new();
    for (name, node) in entries {
        let mut places = BTreeMap::new();
        for (operation, node) in reader.entries(node, "the places of a mark").unwrap_or_default() {
            reader.operation_known(operation.place, &operation.text);
            let Some(at) = reader.expr(node, "the place of a mark", &Scope::of(&["body"])) else { continue };
            if at.as_path().is_none_or(|path| path.keys.is_empty()) {
                let hint = "write a path such as `body.name`; the run writes the mark there".to_string();
                reader.error_with(node.place, "not-a-path", format!("`{}` is not a plain path", at.text()), hint);
            }
            places.insert(operation.text.clone(), at);
        }
        let Some(field) = fields.iter().position(|field| field.name == name.text) else {
            let hint = suggest::hint(&name.text, fields.iter().map(|field| field.name.as_str()));
            reader.error_with(name.place, "unknown-field", format!("the resource has no field `{}`", name.text), hint);
            continue;
        };
        marks.push(Mark { field, places, place: name.place });
    }
    marks
}

fn release(reader: &mut Reader, node: Option<&Node>) -> BTreeMap<String, BTreeMap<String, Expr>> {
    let it = Scope::of(&["it"]);
    let mut calls = BTreeMap::new();
    for (operation, node) in node.and_then(|n| reader.entries(n, "`release`")).unwrap_or_default() {
        reader.operation_known(operation.place, &operation.text);
        let entries = reader.entries(node, "the parameters of a call").unwrap_or_default();
        let values = entries
            .iter()
            .filter_map(|(name, node)| Some((name.text.clone(), reader.expr(node, "the value of a parameter", &it)?)));
        let values = values.collect();
        calls.insert(operation.text.clone(), values);
    }
    calls
}
