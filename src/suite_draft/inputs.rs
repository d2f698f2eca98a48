//! Which input of a call is certainly good: the guard of an acceptance.

use super::api_paths::ApiPaths;
use super::document::OpenQuestion;
use super::kinds::{KindDraft, find_base, find_request_body};
use super::shapes::{
    contains_reference, find_type, is_doubtful, is_required, is_scalar, list_properties, looks_like_reference,
    permits_null, walk_path, write_path,
};
use super::words::{WORDS, to_kebab, to_name, to_snake};
use crate::schema::CompiledCatalog;
use crate::schema::catalog::Operation;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is known of an API while its suite is drafted.
pub(super) struct ApiContext<'a> {
    pub schemas: &'a CompiledCatalog,
    pub paths: &'a ApiPaths<'a>,
    pub kinds: &'a [KindDraft<'a>],
}

/// The input of a call that is certainly good.
#[derive(Debug, Default)]
pub(super) struct GoodInput {
    /// Conditions, all of which hold.
    pub terms: Vec<String>,
    /// Existing resources in the body: index of the kind, and the expression of the id.
    pub references: Vec<(usize, String)>,
    pub pools: Vec<PoolDraft>,
    pub questions: Vec<OpenQuestion>,
    /// No input is certainly good; with the place of the value that nobody can guess.
    pub unknown: Option<String>,
}

/// A set of values that the endpoint offers.
#[derive(Debug, Clone)]
pub(super) struct PoolDraft {
    pub name: String,
    /// The schema of a value.
    pub shape: Value,
    /// The collection whose items are offered, if the API lists them.
    pub collection: Option<usize>,
}

/// Texts that every service accepts where no page bounds a text.
const PLAIN_TEXT: &str = r#"matches("^[A-Za-z0-9_.-]{1,40}$")"#;

/// The input of an operation. `kind` is the kind that the operation is about; `settable` are the properties that a
/// response shows again.
pub(super) fn find_good_input(
    context: &ApiContext<'_>,
    operation: &Operation,
    kind: &str,
    settable: &[&str],
) -> GoodInput {
    let mut good = GoodInput::default();
    good.terms.push(r#"input == "valid""#.to_string());
    if !operation.query.is_empty() {
        good.terms.push(describe_query(operation));
    }
    let Some(body) = find_request_body(operation, context.schemas) else { return good };
    if body.get("x-body-optional").is_some() {
        good.terms.push("body != null".to_string());
    }
    let base = match &operation.action {
        Some(action) => vec![action.name.clone()],
        None => find_base(body, kind),
    };
    if !base.is_empty() {
        for (name, _) in list_properties(body).filter(|(name, _)| **name != base[0]) {
            good.terms.push(format!("{} == null", write_path("body", std::slice::from_ref(name))));
        }
    }
    let Some(object) = walk_path(body, &base) else { return good };
    for (name, shape) in list_properties(object) {
        let place = [base.as_slice(), std::slice::from_ref(name)].concat();
        let value = InputValue { name, shape, required: is_required(object, name), at: write_path("body", &place) };
        read_value(context, operation, &value, settable.contains(&name.as_str()), &mut good);
    }
    good
}

/// A property of a request.
struct InputValue<'a> {
    name: &'a str,
    shape: &'a Value,
    required: bool,
    /// The expression of the value.
    at: String,
}

fn read_value(
    context: &ApiContext<'_>,
    operation: &Operation,
    value: &InputValue<'_>,
    is_settable: bool,
    good: &mut GoodInput,
) {
    let InputValue { name, shape, required, at, .. } = value;
    let refers = is_scalar(shape) && (looks_like_reference(name) || find_referred(context, name).is_some());
    let plain = is_scalar(shape) && !is_doubtful(shape) && !refers;
    if !required && (!plain || !is_settable) {
        good.terms.push(format!("{at} == null"));
        return;
    }
    if refers {
        return read_reference(context, operation, value, good);
    }
    if !is_scalar(shape) && contains_reference(shape, 0) {
        good.unknown.get_or_insert(at.clone());
        return;
    }
    if *required && permits_null(shape) {
        good.terms.push(format!("{at} != null"));
    }
    if is_unbounded_text(shape) {
        let text = format!("{at}.{PLAIN_TEXT}");
        good.terms.push(if *required { text } else { format!("({at} == null || {text})") });
    }
}

/// What a name refers to.
enum Referred {
    Kind(usize),
    /// A collection whose items no call creates.
    Collection(usize),
}

fn find_referred(context: &ApiContext<'_>, name: &str) -> Option<Referred> {
    let word = to_snake(name);
    let is_named =
        |kind: &str| word == kind || WORDS.reference_endings.iter().any(|ending| word == format!("{kind}{ending}"));
    if let Some(kind) = context.kinds.iter().position(|kind| is_named(&kind.name)) {
        return Some(Referred::Kind(kind));
    }
    context.paths.collections.iter().position(|it| is_named(&it.kind)).map(Referred::Collection)
}

fn read_reference(context: &ApiContext<'_>, operation: &Operation, value: &InputValue<'_>, good: &mut GoodInput) {
    match find_referred(context, value.name) {
        Some(Referred::Kind(kind)) if !good.references.iter().any(|(known, _)| *known == kind) => {
            good.references.push((kind, value.at.clone()));
        }
        Some(Referred::Kind(_)) => {
            good.unknown.get_or_insert(value.at.clone());
        }
        referred => {
            let (name, collection) = match referred {
                Some(Referred::Collection(at)) => (name_pool(&context.paths.collections[at].kind), Some(at)),
                _ => (name_pool(&to_name(value.name)), None),
            };
            good.terms.push(format!("{} in pools.{name}", value.at));
            if collection.is_none() {
                good.questions.push(OpenQuestion {
                    id: format!("{}.{}", to_kebab(&operation.id), to_kebab(value.name)),
                    text: format!(
                        "Which values of `{}` does the endpoint offer? Write them under `pools.{name}` of the profile.",
                        value.name
                    ),
                });
            }
            good.pools.push(PoolDraft { name, shape: value.shape.clone(), collection });
        }
    }
}

/// The name of the pool with the values of a kind.
pub(super) fn name_pool(kind: &str) -> String {
    if kind.ends_with('s') { kind.to_string() } else { format!("{kind}s") }
}

/// Only the query parameters that every call needs.
pub(super) fn describe_query(operation: &Operation) -> String {
    let needed: Vec<Value> =
        operation.query.iter().filter(|it| it.required).map(|it| it.name.as_str().into()).collect();
    if needed.is_empty() {
        "query.all(k, false)".to_string()
    } else {
        format!("query.all(k, k in {})", Value::from(needed))
    }
}

/// Whether neither a length, a list, a pattern nor a format bounds a text.
fn is_unbounded_text(shape: &Value) -> bool {
    find_type(shape) == Some("string")
        && ["maxLength", "enum", "pattern", "format", "const"].iter().all(|keyword| shape.get(keyword).is_none())
}

/// The condition that a property of the request has a value.
pub(super) fn describe_presence(path: &[String]) -> String {
    format!("{} != null", write_path("body", path))
}

/// Parameters of a path that name neither the caller nor a resource, with their expression.
pub(super) fn find_path_pools(
    context: &ApiContext<'_>,
    operation: &Operation,
    named: &BTreeMap<String, usize>,
) -> Vec<(PoolDraft, String)> {
    let identities = super::api_paths::find_identity_parameters(&context.schemas.catalog);
    let open = operation.path.iter().filter(|it| !identities.contains(&it.name) && !named.contains_key(&it.name));
    let collection = |name: &str| {
        let owner = |it: &super::api_paths::ApiCollection<'_>| it.find_parameter(operation).as_deref() == Some(name);
        context.paths.collections.iter().position(owner)
    };
    open.map(|it| {
        let collection = collection(&it.name);
        let base = collection.map_or_else(|| to_name(&it.name), |at| context.paths.collections[at].kind.clone());
        let pool = PoolDraft { name: name_pool(&base), shape: it.schema.clone(), collection };
        (pool, write_path("path", std::slice::from_ref(&it.name)))
    })
    .collect()
}
