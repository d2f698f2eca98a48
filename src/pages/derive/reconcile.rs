//! Holds the fields of the tables against the examples.
//!
//! Neither source is trusted alone. The example decides about wrappers; the table about
//! types, unless the example contradicts it, and then both are accepted in a response.

use super::claims::Format;
use super::doubts::{Draft, doubt, side};
use super::field::{Field, Need, Way, source};
use super::json::{Kind, Node};
use super::nest::objects;
use super::types::Type;
use crate::schema::catalog::Source;
use regex::Regex;
use std::sync::LazyLock;

const DEPTH_MAX: usize = 24;

/// Puts the fields under the wrapper that every example has and the table lacks.
pub(super) fn wrap(
    fields: &mut Vec<Field>,
    examples: &[Node],
    root: &Option<Source>,
    page: &str,
    way: Way,
    drafts: &mut Vec<Draft>,
) {
    if fields.is_empty() || fields.iter().any(|it| it.any_key) {
        return;
    }
    let known = |key: &str| fields.iter().any(|field| field.name == key);
    if examples
        .iter()
        .any(|it| it.members().iter().any(|(key, _)| known(key)))
    {
        return;
    }
    for example in examples {
        let members = example.members();
        let wrapper = members.iter().find(|(_, node)| {
            objects(node)
                .iter()
                .any(|inner| inner.members().iter().any(|(key, _)| known(key)))
        });
        let Some((name, node)) = wrapper else {
            continue;
        };
        let is = if matches!(node.kind, Kind::Array(_)) {
            Type::Array(Box::new(Type::Object))
        } else {
            Type::Object
        };
        let mut outer = Field::new(name, is, source(page, node.first, node.last));
        outer.from_example = true;
        outer.need = Need::Yes;
        let names = fields.first().map_or(String::new(), |it| it.name.clone());
        let sides = vec![
            side(format!("{names} at the top"), root.clone()),
            side(format!("{names} within {name}"), Some(outer.at.clone())),
        ];
        outer.doubts.push(doubt(
            drafts,
            "missing-wrapper",
            format!("{}/{name}", way.word()),
            sides,
            Some(1),
            "example-wins-on-wrappers",
        ));
        outer.children = std::mem::take(fields);
        fields.push(outer);
        return;
    }
}

/// Where in a body we are, and who is asking.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub page: &'a str,
    pub way: Way,
    /// The parent is described by an example only, so its members are no news.
    pub silent: bool,
}

/// Marks what the examples show of the fields, and adds what only they show.
pub(super) fn reconcile(
    fields: &mut Vec<Field>,
    examples: &[&Node],
    pointer: &str,
    scene: Scene,
    drafts: &mut Vec<Draft>,
    depth: usize,
) {
    if depth > DEPTH_MAX {
        return;
    }
    let named: Vec<String> = fields
        .iter()
        .filter(|it| !it.any_key)
        .map(|it| it.name.clone())
        .collect();
    let akin = examples
        .iter()
        .filter(|it| it.members().iter().any(|(key, _)| named.contains(key)))
        .count();
    for field in fields.iter_mut() {
        let values: Vec<&Node> = if field.any_key {
            examples
                .iter()
                .flat_map(|it| it.members())
                .filter(|(key, _)| !named.contains(key))
                .map(|(_, node)| node)
                .collect()
        } else {
            examples
                .iter()
                .filter_map(|it| it.get(&field.name))
                .collect()
        };
        field.shown = !values.is_empty();
        // Where a cell says "mandatory", an example of something else does not contradict it.
        let asked = if field.need == Need::Yes {
            akin
        } else {
            examples.len()
        };
        field.always_shown = asked > 0 && (field.any_key || values.len() == asked);
        let here = format!("{pointer}/{}", field.step());
        compare(field, &values, &here, scene, drafts, depth);
    }
    if fields.iter().any(|it| it.any_key) {
        return;
    }
    for (key, _) in examples.iter().flat_map(|it| it.members()) {
        if fields.iter().any(|it| it.name == *key) {
            continue;
        }
        let values: Vec<&Node> = examples.iter().filter_map(|it| it.get(key)).collect();
        let mut field = from_example(key, &values, scene.page, 0);
        field.shown = true;
        field.always_shown = values.len() == examples.len();
        if !scene.silent {
            let alike = fields.iter().find(|it| it.name.eq_ignore_ascii_case(key));
            let (kind, first) = match alike {
                Some(it) => ("name-case", side(it.name.clone(), Some(it.at.clone()))),
                None => ("only-in-example", side("no row", None)),
            };
            let sides = vec![
                first,
                side(format!("{key} {}", field.is.word()), Some(field.at.clone())),
            ];
            field.doubts.push(doubt(
                drafts,
                kind,
                format!("{pointer}/{}", field.step()),
                sides,
                Some(1),
                "example-adds-optional",
            ));
        }
        fields.push(field);
    }
}

/// One field against the values that the examples show for it.
fn compare(
    field: &mut Field,
    values: &[&Node],
    here: &str,
    scene: Scene,
    drafts: &mut Vec<Draft>,
    depth: usize,
) {
    for node in values {
        check_type(field, node, here, scene, drafts);
        check_value(field, node, here, scene, drafts);
    }
    let inner: Vec<&Node> = members_of(&field.is, values);
    // Lengths of keys and values say that the members are data.
    if field.claims.key_length.is_some() || field.claims.value_length.is_some() {
        return;
    }
    let undescribed = field.children.is_empty() && field.is.holds_fields() && field.is != Type::Any;
    if undescribed && !inner.is_empty() {
        field.children = shape_members(&inner, scene.page, 0);
        let maps = matches!(field.is, Type::Map(_)) || field.children.iter().all(|it| it.any_key);
        if !scene.silent && !maps && !field.children.is_empty() {
            let sides = vec![
                side(
                    format!("{} without its fields", field.is.word()),
                    Some(field.at.clone()),
                ),
                side(
                    format!("{} fields", field.children.len()),
                    inner
                        .first()
                        .map(|it| source(scene.page, it.first, it.last)),
                ),
            ];
            field.doubts.push(doubt(
                drafts,
                "undescribed-object",
                here,
                sides,
                Some(1),
                "example-adds-optional",
            ));
        }
        return;
    }
    if !field.children.is_empty() {
        let scene = Scene {
            silent: scene.silent
                || field.from_example && !field.children.iter().any(|it| !it.from_example),
            ..scene
        };
        let step = format!("{here}{}", field.below());
        reconcile(&mut field.children, &inner, &step, scene, drafts, depth + 1);
    }
}

/// The objects that hold the children of a field of this type.
fn members_of<'a>(is: &Type, values: &[&'a Node]) -> Vec<&'a Node> {
    match is {
        Type::Map(inner) => {
            let below: Vec<&Node> = values
                .iter()
                .flat_map(|it| it.members())
                .map(|(_, node)| node)
                .collect();
            members_of(inner, &below)
        }
        Type::Array(inner) if matches!(**inner, Type::Map(_)) => {
            let below: Vec<&Node> = values.iter().flat_map(|it| objects(it)).collect();
            members_of(inner, &below)
        }
        Type::Array(_) => values
            .iter()
            .filter(|it| matches!(it.kind, Kind::Array(_)))
            .flat_map(|it| objects(it))
            .collect(),
        _ => values
            .iter()
            .copied()
            .filter(|it| matches!(it.kind, Kind::Object(_)))
            .collect(),
    }
}

fn check_type(field: &mut Field, node: &Node, here: &str, scene: Scene, drafts: &mut Vec<Draft>) {
    if fits(&field.is, node) || is_placeholder(node) {
        return;
    }
    let at = source(scene.page, node.first, node.last);
    if node.kind == Kind::Null {
        if field.claims.nullable.is_none() && !field.shown_null {
            let sides = vec![
                side(field.is.word(), Some(field.at.clone())),
                side("null", Some(at)),
            ];
            field.doubts.push(doubt(
                drafts,
                "null-by-example",
                here,
                sides,
                None,
                "null-accepted",
            ));
        }
        field.shown_null = true;
        return;
    }
    let (shown, below) = shape(&[node], scene.page, 0);
    let told = field.disputed.contains("type") && scene.way == Way::Request;
    if told || field.also.iter().any(|(is, _)| *is == shown) {
        return;
    }
    let (taken, rule) = match scene.way {
        Way::Request => (Some(0), "table-wins-on-types"),
        Way::Response => (None, "both-types-accepted"),
    };
    let sides = vec![
        side(field.is.word(), Some(field.at.clone())),
        side(shown.word(), Some(at)),
    ];
    field
        .doubts
        .push(doubt(drafts, "type-by-example", here, sides, taken, rule));
    field.disputed.insert("type");
    if scene.way == Way::Response {
        field.also.push((shown, below));
    }
}

/// Whether a value is of a type, elements of lists included.
fn fits(is: &Type, node: &Node) -> bool {
    match (is, &node.kind) {
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

fn check_value(field: &mut Field, node: &Node, here: &str, scene: Scene, drafts: &mut Vec<Draft>) {
    let at = || source(scene.page, node.first, node.last);
    let text = match &node.kind {
        Kind::String(it) => it.clone(),
        Kind::Number(it) => it.to_string(),
        _ => return,
    };
    if is_placeholder(node) {
        return;
    }
    let mut clash: Vec<(&'static str, &'static str, String)> = Vec::new();
    if let Some(values) = &field.claims.values {
        let blank = text.is_empty() && field.claims.blank.is_some();
        if !values.value.contains(&text)
            && !field.shown_values.contains(&text)
            && !blank
            && !field.is_list()
        {
            clash.push((
                "enum-by-example",
                "enum",
                format!("one of {}", values.value.len()),
            ));
            field.shown_values.push(text.clone());
        }
    }
    if let (Kind::String(it), Some(length)) = (&node.kind, &field.claims.length) {
        let count = if field.claims.bytes {
            it.len()
        } else {
            it.chars().count()
        } as i64;
        if length.value.0.is_some_and(|low| count < low)
            && !(it.is_empty() && field.claims.blank.is_some())
        {
            clash.push((
                "limit-by-example",
                "minLength",
                format!("at least {}", length.value.0.unwrap_or_default()),
            ));
        }
        if length.value.1.is_some_and(|high| count > high) {
            clash.push((
                "limit-by-example",
                "maxLength",
                format!("at most {}", length.value.1.unwrap_or_default()),
            ));
        }
    }
    if let (Kind::Number(it), Some(range)) = (&node.kind, &field.claims.range) {
        let number = it.as_f64().unwrap_or_default();
        if range.value.0.is_some_and(|low| number < low as f64) {
            clash.push(("limit-by-example", "minimum", "less".into()));
        }
        if range.value.1.is_some_and(|high| number > high as f64) {
            clash.push(("limit-by-example", "maximum", "more".into()));
        }
    }
    if let (Kind::String(it), Some(format)) = (&node.kind, &field.claims.format) {
        if !it.is_empty() && !has_format(format.value, it) {
            clash.push((
                "format-by-example",
                "format",
                format!("{:?}", format.value).to_lowercase(),
            ));
        }
    }
    for (kind, keyword, says) in clash {
        if field.dropped.contains(keyword)
            || (keyword != "enum" && field.disputed.contains(keyword))
        {
            continue;
        }
        let shown = if kind == "enum-by-example" {
            shown_token(&text)
        } else {
            "another".to_string()
        };
        let sides = vec![side(says, Some(field.at.clone())), side(shown, Some(at()))];
        let (taken, rule) = match scene.way {
            Way::Request => (Some(0), "table-wins-on-limits"),
            Way::Response => (None, "both-accepted"),
        };
        field
            .doubts
            .push(doubt(drafts, kind, here, sides, taken, rule));
        field.disputed.insert(keyword);
        if scene.way == Way::Response && keyword != "enum" {
            field.dropped.insert(keyword);
        }
    }
}

/// A value as a token for a doubt; text of several words is the page's own.
fn shown_token(text: &str) -> String {
    let text = text.trim();
    if text.contains(char::is_whitespace) || text.len() > 64 {
        "another".to_string()
    } else {
        text.to_string()
    }
}

static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$")
        .expect("ours")
});
static UUID_LIKE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(super::emit::UUID_LIKE).expect("ours"));
static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$")
        .expect("ours")
});
static LOCAL_DATE_TIME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(super::emit::LOCAL_DATE_TIME).expect("ours"));

fn has_format(format: Format, text: &str) -> bool {
    match format {
        Format::Uuid => UUID.is_match(text),
        Format::UuidLike => UUID_LIKE.is_match(text),
        Format::Base64 => {
            text.len() % 4 == 0
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='))
        }
        Format::Ipv4 => text.parse::<std::net::Ipv4Addr>().is_ok(),
        Format::DateTime => DATE_TIME.is_match(text),
        Format::LocalDateTime => LOCAL_DATE_TIME.is_match(text),
    }
}

/// A value that stands for any other, as `{lamp_id}` or `xxxx`.
fn is_placeholder(node: &Node) -> bool {
    let Kind::String(text) = &node.kind else {
        return false;
    };
    let bare = text.trim();
    bare.starts_with('{')
        || bare.starts_with('<')
        || bare.starts_with('$')
        || bare.starts_with("***")
        || bare.to_lowercase().starts_with("xxx")
        || bare == "..."
}

/// A field that only examples show.
fn from_example(name: &str, values: &[&Node], page: &str, depth: usize) -> Field {
    let (is, children) = shape(values, page, depth);
    let (first, last) = values.first().map_or((1, 1), |it| (it.first, it.last));
    let mut field = Field::new(name, is, source(page, first, last));
    field.from_example = true;
    field.shown = true;
    field.shown_null = values.iter().any(|it| it.kind == Kind::Null);
    field.children = children;
    field
}

/// The type that values have in common, and the fields of their objects.
fn shape(values: &[&Node], page: &str, depth: usize) -> (Type, Vec<Field>) {
    if depth > DEPTH_MAX {
        return (Type::Any, Vec::new());
    }
    let mut kinds: Vec<Type> = Vec::new();
    for node in values {
        let is = match &node.kind {
            Kind::Null => continue,
            Kind::Bool(_) => Type::Boolean,
            Kind::Number(it) if it.is_f64() => Type::Number,
            Kind::Number(_) => Type::Integer,
            Kind::String(_) => Type::String,
            Kind::Array(items) => {
                let items: Vec<&Node> = items.iter().collect();
                let inner = if items.is_empty() {
                    Type::Any
                } else {
                    shape(&items, page, depth + 1).0
                };
                Type::Array(Box::new(inner))
            }
            Kind::Object(_) => Type::Object,
        };
        if !kinds.contains(&is) {
            kinds.push(is);
        }
    }
    let inner: Vec<&Node> = values.iter().flat_map(|it| objects(it)).collect();
    let is = match kinds.len() {
        0 => Type::Any,
        1 => kinds.remove(0),
        _ => Type::Union(kinds),
    };
    (is, shape_members(&inner, page, depth + 1))
}

/// The members of objects as fields; keys that are data become one field for any key.
fn shape_members(nodes: &[&Node], page: &str, depth: usize) -> Vec<Field> {
    if depth > DEPTH_MAX {
        return Vec::new();
    }
    let mut keys: Vec<&str> = Vec::new();
    for (key, _) in nodes.iter().flat_map(|it| it.members()) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    if !keys.is_empty() && keys.iter().all(|key| is_data(key)) {
        let values: Vec<&Node> = nodes
            .iter()
            .flat_map(|it| it.members())
            .map(|(_, node)| node)
            .collect();
        let mut any = from_example("*", &values, page, depth);
        any.any_key = true;
        return vec![any];
    }
    keys.into_iter()
        .map(|key| {
            let values: Vec<&Node> = nodes.iter().filter_map(|it| it.get(key)).collect();
            from_example(key, &values, page, depth)
        })
        .collect()
}

/// A key that is an identifier of something, not the name of a field.
fn is_data(key: &str) -> bool {
    UUID_LIKE.is_match(key)
        || key.parse::<u64>().is_ok()
        || key.starts_with('{')
        || key.starts_with('<')
}
