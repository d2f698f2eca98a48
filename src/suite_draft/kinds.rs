//! Resource kinds: where responses show a resource, its fields, and its states.

use super::api_paths::{ApiCollection, ApiPaths};
use super::shapes::{
    BodyPath, find_id_property, find_items, find_list_place, find_property, find_resource_place, find_source,
    find_type, is_doubtful, is_scalar, list_enum_texts, list_properties, walk_path, write_path,
};
use super::words::{WORDS, has_word, is_passing_state, to_name, to_snake};
use crate::schema::CompiledCatalog;
use crate::schema::catalog::{Operation, OperationBody, SourceLines};
use serde_json::Value;

/// A resource kind of the suite.
#[derive(Debug)]
pub(super) struct KindDraft<'a> {
    pub name: String,
    /// Index of the collection.
    pub collection: usize,
    pub create: &'a Operation,
    /// The expression of the new id, over `reply`.
    pub new_id: String,
    /// Name of the property with the id.
    pub id: String,
    pub views: Vec<ViewDraft<'a>>,
    pub fields: Vec<FieldDraft>,
    /// Fields that never change.
    pub keeps: Vec<FieldDraft>,
    pub state: Option<StateDraft>,
}

/// Where a response shows one resource, or a list.
#[derive(Debug)]
pub(super) struct ViewDraft<'a> {
    pub operation: &'a Operation,
    pub at: BodyPath,
    pub each: bool,
    /// The schema of one resource in the response.
    pub shape: &'a Value,
    pub source: SourceLines,
}

/// A field of a resource.
#[derive(Debug, Clone)]
pub(super) struct FieldDraft {
    pub name: String,
    /// Name of the property in responses.
    pub property: String,
    pub source: Option<SourceLines>,
    /// Where requests set the field.
    pub setters: Vec<FieldSetter>,
}

/// A property of a request that sets a field.
#[derive(Debug, Clone)]
pub(super) struct FieldSetter {
    pub operation: String,
    pub path: BodyPath,
    pub required: bool,
    pub nullable: bool,
    /// The value of the field where the request lacks the property.
    pub default: Option<Value>,
    pub source: Option<SourceLines>,
}

/// The states of a resource kind.
#[derive(Debug)]
pub(super) struct StateDraft {
    /// Name of the field.
    pub field: String,
    /// Where responses show the state: a property of the resource, or a property of an object in it.
    pub path: BodyPath,
    pub source: Option<SourceLines>,
    /// Every documented state; empty if the pages name none.
    pub members: Vec<String>,
    /// The documented first state.
    pub default: Option<String>,
}

impl StateDraft {
    /// States in which a resource stays.
    pub fn list_stable(&self) -> Vec<String> {
        self.members.iter().filter(|it| !is_passing_state(it)).cloned().collect()
    }

    /// States that a resource leaves by itself.
    pub fn list_passing(&self) -> Vec<String> {
        self.members.iter().filter(|it| is_passing_state(it)).cloned().collect()
    }
}

/// The kinds of an API: each collection with a create whose response tells the id, and a read.
pub(super) fn find_kinds<'a>(paths: &ApiPaths<'a>, schemas: &'a CompiledCatalog) -> Vec<KindDraft<'a>> {
    let collections = paths.collections.iter().enumerate();
    collections.filter_map(|(index, collection)| draft_kind(index, collection, schemas)).collect()
}

fn draft_kind<'a>(index: usize, collection: &ApiCollection<'a>, schemas: &'a CompiledCatalog) -> Option<KindDraft<'a>> {
    let create = collection.create?;
    let (kind, parameter) = (collection.kind.as_str(), collection.parameter.as_str());
    let mut views = Vec::new();
    let single = collection.show.into_iter().chain([create]).chain(collection.updates.iter().copied());
    for operation in single {
        views.extend(find_view(operation, schemas, |schema| find_resource_place(schema, kind, parameter), false));
    }
    for operation in &collection.lists {
        views.extend(find_view(operation, schemas, |schema| find_list_place(schema, kind, parameter), true));
    }
    let is_read = |view: &&ViewDraft<'_>| {
        view.operation.id != create.id && !collection.updates.iter().any(|it| it.id == view.operation.id)
    };
    let main = views.iter().find(is_read)?.shape;
    let id = find_id_property(main, kind, parameter)?;
    let (reply, _) = find_success_body(create, schemas)?;
    let one = find_resource_place(reply, kind, parameter);
    let new_id = match one {
        Some((place, id)) => write_path("reply", &[place, vec![id]].concat()),
        // A create of several resources at once answers with a list.
        None => {
            let (place, id) = find_list_place(reply, kind, parameter)?;
            format!("{}[0]{}", write_path("reply", &place), &write_path("it", &[id])[2..])
        }
    };
    views.retain(|view| find_property(view.shape, &id).is_some());
    let setting: Vec<&Operation> = [create].into_iter().chain(collection.updates.iter().copied()).collect();
    let state = find_state(main);
    let mut fields: Vec<FieldDraft> = Vec::new();
    let mut keeps = Vec::new();
    for (property, shape) in list_properties(main).filter(|(property, _)| **property != id) {
        let source = find_source(shape);
        let field = |setters| FieldDraft { name: to_name(property), property: property.clone(), source, setters };
        let setters = find_setters(property, shape, kind, &setting, schemas);
        if state.as_ref().is_some_and(|state| state.path[0] == *property) {
            continue;
        }
        if !setters.is_empty() {
            fields.push(field(setters));
        } else if is_scalar(shape) && has_word(&WORDS.constants, property) {
            keeps.push(field(Vec::new()));
        }
    }
    let mut taken = std::collections::BTreeSet::new();
    let own = state.iter().map(|state| state.field.clone());
    taken.extend(own);
    fields.retain(|it| taken.insert(it.name.clone()));
    keeps.retain(|it| taken.insert(it.name.clone()));
    if fields.is_empty() && keeps.is_empty() && state.is_none() {
        return None;
    }
    let name = kind.to_string();
    Some(KindDraft { name, collection: index, create, new_id, id, views, fields, keeps, state })
}

/// The body of a success that the pages describe, with the schema.
pub(super) fn find_success_body<'a>(
    operation: &'a Operation,
    schemas: &'a CompiledCatalog,
) -> Option<(&'a Value, &'a OperationBody)> {
    let body = operation.responses.iter().find(|it| it.describes_success())?;
    let name = body.schema.as_ref()?;
    schemas.bodies().find(|(known, _)| known == name).map(|(_, it)| (&it.schema, body))
}

/// The schema of the request body.
pub(super) fn find_request_body<'a>(operation: &Operation, schemas: &'a CompiledCatalog) -> Option<&'a Value> {
    schemas.find_request_schema(operation, None).map(|it| &it.schema)
}

fn find_view<'a>(
    operation: &'a Operation,
    schemas: &'a CompiledCatalog,
    find_place: impl Fn(&Value) -> Option<(BodyPath, String)>,
    each: bool,
) -> Option<ViewDraft<'a>> {
    let (schema, body) = find_success_body(operation, schemas)?;
    let (at, _) = find_place(schema)?;
    let found = walk_path(schema, &at)?;
    let shape = if each { find_items(found)? } else { found };
    Some(ViewDraft { operation, at, each, shape, source: body.at.clone() })
}

fn find_state(main: &Value) -> Option<StateDraft> {
    let direct = list_properties(main).map(|(name, shape)| (vec![name.clone()], shape));
    // `status: {state: …}`: an object about the state.
    let objects = list_properties(main).filter(|(name, _)| find_state_rank(name).is_some());
    let nested = objects.flat_map(|(outer, shape)| {
        list_properties(shape).map(move |(name, inner)| (vec![outer.clone(), name.clone()], inner))
    });
    let ranked =
        direct.chain(nested).filter(|(_, shape)| find_type(shape) == Some("string")).filter_map(|(path, shape)| {
            let rank = find_state_rank(path.last()?)?;
            Some(((shape.get("enum").is_none(), path.len(), rank), path, shape))
        });
    let (_, path, shape) = ranked.min_by_key(|(rank, _, _)| *rank)?;
    let members = list_enum_texts(shape);
    let default = shape["default"].as_str().filter(|it| members.iter().any(|known| known == it)).map(str::to_string);
    Some(StateDraft { field: to_name(path.last()?), path, source: find_source(shape), members, default })
}

/// The place of a name among the words for states, the best first.
fn find_state_rank(name: &str) -> Option<usize> {
    WORDS.states.iter().position(|word| *word == to_snake(name))
}

/// The properties of requests that set a field: the same name, and the same type.
fn find_setters(
    property: &str,
    shape: &Value,
    kind: &str,
    setting: &[&Operation],
    schemas: &CompiledCatalog,
) -> Vec<FieldSetter> {
    // A server may write times in another form than the request has.
    if !is_scalar(shape) || shape["format"] == "date-time" || is_doubtful(shape) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for operation in setting {
        let Some(body) = find_request_body(operation, schemas) else { continue };
        let base = find_base(body, kind);
        let Some(object) = walk_path(body, &base) else { continue };
        let Some(given) = find_property(object, property) else { continue };
        if find_type(given) != find_type(shape) || is_doubtful(given) || given["writeOnly"] == true {
            continue;
        }
        found.push(FieldSetter {
            operation: operation.id.clone(),
            path: [base.as_slice(), &[property.to_string()]].concat(),
            required: super::shapes::is_required(object, property),
            nullable: super::shapes::permits_null(given),
            default: given.get("default").cloned(),
            source: find_source(given),
        });
    }
    found
}

/// The place of a resource in a request: the body, or its only property that is an object and has the name of the kind.
pub(super) fn find_base(body: &Value, kind: &str) -> BodyPath {
    let objects = list_properties(body).filter(|(_, inner)| find_type(inner) == Some("object"));
    let named: Vec<&String> = objects
        .filter(|(name, _)| to_snake(name) == kind || is_only_property(body, name))
        .map(|(name, _)| name)
        .collect();
    match named[..] {
        [name] => vec![name.clone()],
        _ => Vec::new(),
    }
}

fn is_only_property(body: &Value, name: &str) -> bool {
    let mut all = list_properties(body);
    all.next().is_some_and(|(first, _)| first == name) && all.next().is_none()
}
