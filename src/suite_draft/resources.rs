//! The entry of a kind under `resources`: states, fields, views, marks.

use super::clauses::{find_parent_kind, spell, spell_one};
use super::document::{OpenQuestion, YamlNode};
use super::inputs::{ApiContext, describe_query};
use super::kinds::{FieldDraft, KindDraft, ViewDraft};
use super::shapes::{find_property, find_type, walk_path, write_path};
use super::words::{WORDS, has_word, to_kebab, to_snake};
use crate::schema::catalog::{Operation, SourceLines};
use serde_json::Value;

/// The entry of a kind, with the questions about it.
pub(super) fn draft_resource(context: &ApiContext<'_>, kind: &KindDraft<'_>) -> (YamlNode, Vec<OpenQuestion>) {
    let mut questions = Vec::new();
    let mut pairs = vec![("id".to_string(), YamlNode::Text(write_path("it", std::slice::from_ref(&kind.id))))];
    pairs.extend(describe_states(kind, &mut questions));
    let state = kind.state.as_ref().map(|state| (state.field.clone(), cite_field(&state.path, &state.source)));
    let own =
        kind.fields.iter().map(|it| (it.name.clone(), cite_field(std::slice::from_ref(&it.property), &it.source)));
    let fields: Vec<(String, YamlNode)> = state.into_iter().chain(own).collect();
    if !fields.is_empty() {
        pairs.push(("fields".to_string(), YamlNode::Block(fields)));
    }
    let keeps: Vec<(String, YamlNode)> = kind
        .keeps
        .iter()
        .map(|it| (it.name.clone(), cite_field(std::slice::from_ref(&it.property), &it.source)))
        .collect();
    if !keeps.is_empty() {
        pairs.push(("keeps".to_string(), YamlNode::Block(keeps)));
    }
    let parent = find_parent_kind(context, kind).map(|at| context.kinds[at].name.as_str());
    if let Some(parent) = parent {
        let memory = vec![(format!("parent_{parent}"), YamlNode::Json(Value::Null))];
        pairs.push(("remembers".to_string(), YamlNode::Line(memory)));
    }
    let views: Vec<(String, YamlNode)> = kind
        .views
        .iter()
        .map(|view| (view.operation.id.clone(), describe_view(kind, view, parent.is_some(), &mut questions)))
        .collect();
    pairs.push(("views".to_string(), YamlNode::Block(views)));
    pairs.extend(describe_marks(context, kind, &mut questions));
    (YamlNode::Block(pairs), questions)
}

/// `state`, `stable`, `settles` and `rest`.
fn describe_states(kind: &KindDraft<'_>, questions: &mut Vec<OpenQuestion>) -> Vec<(String, YamlNode)> {
    let mut pairs = Vec::new();
    let name = to_kebab(&kind.name);
    let Some(state) = &kind.state else { return pairs };
    pairs.push(("state".to_string(), YamlNode::text(&state.field)));
    pairs.push(("stable".to_string(), YamlNode::texts(state.list_stable())));
    let passing = state.list_passing();
    let at = write_path("it", &state.path);
    let waits = state.members.is_empty() || !passing.is_empty();
    pairs.push(("settles".to_string(), YamlNode::text(if waits { "5m" } else { "30s" })));
    if waits {
        questions.push(OpenQuestion {
            id: format!("{name}.settles"),
            text: format!("How long may {} take to settle? Correct `settles`.", spell_one(&kind.name)),
        });
    }
    if !state.members.is_empty() {
        let rest = match passing.is_empty() {
            true => "true".to_string(),
            false => format!("!({at} in {})", Value::from(passing)),
        };
        pairs.push(("rest".to_string(), YamlNode::Text(rest)));
    }
    pairs
}

fn cite_field(path: &[String], source: &Option<SourceLines>) -> YamlNode {
    let at = write_path("it", path);
    match source {
        None => YamlNode::Text(at),
        Some(source) => YamlNode::Line(vec![
            ("at".to_string(), YamlNode::Text(at)),
            ("cites".to_string(), YamlNode::cites(std::slice::from_ref(source))),
        ]),
    }
}

fn describe_view(
    kind: &KindDraft<'_>,
    view: &ViewDraft<'_>,
    has_parent: bool,
    questions: &mut Vec<OpenQuestion>,
) -> YamlNode {
    let place = YamlNode::Text(write_path("reply", &view.at));
    let mut pairs = vec![(if view.each { "each" } else { "at" }.to_string(), place)];
    let state = kind.state.iter().map(|state| (&state.field, state.path.as_slice()));
    let fields = kind.fields.iter().chain(&kind.keeps).map(|it| (&it.name, std::slice::from_ref(&it.property)));
    let (here, missing): (Vec<_>, Vec<_>) =
        state.chain(fields).partition(|(_, path)| walk_path(view.shape, path).is_some());
    let is_whole = view.each && !has_parent && !is_cut_short(view.operation);
    if is_whole {
        pairs.push(("whole".to_string(), YamlNode::Bool(true)));
    }
    if !missing.is_empty() {
        pairs.push(("only".to_string(), YamlNode::texts(here.iter().map(|(name, _)| (*name).clone()))));
    }
    if view.each && !view.operation.query.is_empty() {
        pairs.push(("when".to_string(), YamlNode::Text(describe_query(view.operation))));
    }
    if view.each && !is_whole && !has_parent {
        questions.push(OpenQuestion {
            id: format!("{}.whole", to_kebab(&view.operation.id)),
            text: format!(
                "Does `{}` without parameters show every {}, or only the first ones? If every, add `whole: true`.",
                view.operation.id,
                spell(&kind.name)
            ),
        });
    }
    if is_whole {
        pairs.extend(describe_paging(kind, view, questions));
    }
    pairs.push(("cites".to_string(), YamlNode::cites(std::slice::from_ref(&view.source))));
    if pairs.len() > 3 { YamlNode::Block(pairs) } else { YamlNode::Line(pairs) }
}

/// Whether a list without parameters may have only the first entries: the pages document the length of a part, or parts
/// that do not follow each other by ids.
fn is_cut_short(operation: &Operation) -> bool {
    let counted =
        operation.query.iter().any(|it| has_word(&WORDS.limits, &it.name) && it.schema.get("default").is_some());
    let turned = operation.query.iter().any(|it| has_word(&WORDS.cursors, &it.name));
    let marked = operation.query.iter().any(|it| has_word(&WORDS.markers, &it.name));
    counted || turned && !marked || operation.query.iter().any(|it| it.required)
}

/// `next` and `paging`, where a list has a limit and a marker.
fn describe_paging(
    kind: &KindDraft<'_>,
    view: &ViewDraft<'_>,
    questions: &mut Vec<OpenQuestion>,
) -> Vec<(String, YamlNode)> {
    let query = &view.operation.query;
    let find = |words: &[String]| query.iter().find(|it| has_word(words, &it.name));
    let (Some(limit), Some(marker)) = (find(&WORDS.limits), find(&WORDS.markers)) else { return Vec::new() };
    let list = write_path("reply", &view.at);
    let last = format!("{list}[size({list}) - 1]{}", &write_path("it", std::slice::from_ref(&kind.id))[2..]);
    questions.push(OpenQuestion {
        id: format!("{}.paging", to_kebab(&view.operation.id)),
        text: format!(
            "Is `{}` the id of the last entry of the part before, and `{}` the most entries of a part? If not, correct \
             `next` or remove `next` and `paging`.",
            marker.name, limit.name
        ),
    });
    let paging = vec![
        ("limit".to_string(), YamlNode::text(&limit.name)),
        ("cites".to_string(), YamlNode::cites(&[limit.at.clone(), marker.at.clone()])),
    ];
    vec![
        ("next".to_string(), YamlNode::Line(vec![(marker.name.clone(), YamlNode::Text(last))])),
        ("paging".to_string(), YamlNode::Line(paging)),
    ]
}

/// The field that carries the mark of a run.
fn describe_marks(
    context: &ApiContext<'_>,
    kind: &KindDraft<'_>,
    questions: &mut Vec<OpenQuestion>,
) -> Option<(String, YamlNode)> {
    let is_text = |field: &&FieldDraft| {
        let shape = kind.views.first().and_then(|view| find_property(view.shape, &field.property));
        let free = shape
            .is_some_and(|it| it.get("enum").is_none() && it.get("pattern").is_none() && it.get("format").is_none());
        let refers = super::shapes::looks_like_reference(&field.property);
        free && !refers && shape.and_then(find_type) == Some("string")
    };
    let rank =
        |field: &&FieldDraft| WORDS.marks.iter().position(|it| *it == to_snake(&field.property)).unwrap_or(usize::MAX);
    let set_by_create = |field: &&FieldDraft| field.setters.iter().any(|it| it.operation == kind.create.id);
    let Some(field) = kind.fields.iter().filter(is_text).filter(set_by_create).min_by_key(rank) else {
        if context.paths.collections[kind.collection].delete.is_some() {
            questions.push(OpenQuestion {
                id: format!("{}.mark", to_kebab(&kind.name)),
                text: format!(
                    "Which field of {} can carry a text by which a later sweep finds leftovers? Add `marks`, or \
                     remove the question: then only the journal of a run finds them.",
                    spell_one(&kind.name)
                ),
            });
        }
        return None;
    };
    let places = field.setters.iter().map(|it| (it.operation.clone(), YamlNode::Text(write_path("body", &it.path))));
    let mark = vec![(field.name.clone(), YamlNode::Line(places.collect()))];
    Some(("marks".to_string(), YamlNode::Block(mark)))
}
