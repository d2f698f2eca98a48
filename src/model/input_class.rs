//! The class of a call's input, and the clauses that resolve a doubt about the input.

use super::applicability::Reading;
use super::call_view::Asked;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::read_call::headers;
use crate::expr::{Comparison, Expr, Key, Path, Relation, Scope, Val};
use crate::history::{Exchange, Input};
use crate::schema::{Class, Schemas, classify, classify_lent};
use crate::suite::Let;
use std::collections::BTreeMap;

/// The class of the body and of the query of a call. A recorded class takes precedence, because the recorded
/// body contains tokens in place of secrets.
#[must_use]
pub fn classed(model: &Model, schemas: &Schemas, exchange: &Exchange) -> Input {
    if let Some(input) = &exchange.input {
        return input.clone();
    }
    let Some(operation) = schemas.operation(&exchange.operation) else { return Class::Doubtful.into() };
    let version = version_of(model, exchange);
    let shape = schemas.request(operation, version.as_deref());
    let held = if schemas.lent(operation, version.as_deref()) { classify_lent } else { classify };
    let body = held(shape, exchange.body.as_ref(), version.as_deref());
    let mut class = body.class;
    for (name, value) in &exchange.query {
        class = class.max(match schemas.parameter(operation, "query", name) {
            Some(shape) => classify(Some(shape), Some(value), version.as_deref()).class,
            None => Class::Doubtful,
        });
    }
    if operation.query.iter().any(|parameter| parameter.required && !exchange.query.contains_key(&parameter.name)) {
        class = Class::Invalid;
    }
    // A guard that reads a place resolves the doubt whether the place is present or absent. The guard does not
    // resolve a surplus field or a value of the wrong type: no path leads to `-`. A null is a value of the
    // wrong type, unless the guard tests whether the key is present: otherwise the guard cannot tell null from
    // absence, and the endpoint may.
    let null = |pointer: &str| {
        exchange.body.as_ref().and_then(|body| body.pointer(pointer)).is_some_and(serde_json::Value::is_null)
    };
    let doubts = body.reasons.into_iter().map(|reason| match reason.kind.as_str() {
        "mandatory-when" | "required" | "dead" | "present" | "version" => reason.pointer,
        "type" if null(&reason.pointer) && !shape.is_some_and(|shape| shape.demands(&reason.pointer)) => {
            format!("{}{NULL}", reason.pointer)
        }
        _ => format!("{}/-", reason.pointer),
    });
    let from_query = class > body.class;
    Input { class, doubts: if from_query { vec!["?".to_string()] } else { doubts.collect() } }
}

/// The version that a call requests, from headers and binding.
#[must_use]
pub fn version_of(model: &Model, exchange: &Exchange) -> Option<String> {
    version_by(model, &exchange.headers, &exchange.binding)
}

/// [`version_of`] for a call without an exchange.
#[must_use]
pub fn version_by(model: &Model, sent: &BTreeMap<String, String>, binding: &str) -> Option<String> {
    let version = model.suite.version.as_ref()?;
    let called = Called { header: headers(model, sent), binding: Val::from(binding) };
    match version.eval(&called) {
        Ok(Val::Str(version)) => Some(version.to_string()),
        _ => None,
    }
}

/// The inputs of the suite's version expression.
struct Called {
    header: Val,
    binding: Val,
}

impl Scope for Called {
    fn root(&self, name: &str) -> Option<Val> {
        match name {
            "header" => Some(self.header.clone()),
            "binding" => Some(self.binding.clone()),
            _ => None,
        }
    }
}

/// Whether doubtful input leaves the outcome of the call open: no accepting clause resolves every doubt.
#[must_use]
pub fn undecided(model: &Model, asked: &Asked, reading: &Reading) -> bool {
    asked.class == Class::Doubtful && !reading.accepts.iter().any(|clause| settles(model, *clause, &asked.doubts))
}

/// Whether a success must have the documented shape. A call with an unresolved doubt may have a response of
/// another shape.
pub(super) fn described(model: &Model, asked: &Asked, reading: &Reading) -> bool {
    let open = |clause: &ClauseId| model.written(*clause).is_some_and(|clause| clause.reply_open);
    let accepted = !reading.accepts.is_empty() && !undecided(model, asked, reading);
    (asked.class != Class::Doubtful || accepted) && !reading.accepts.iter().any(open)
}

/// Marks the place of a null that the schema does not demand.
const NULL: &str = "/-null";

/// The questions in a guard and in its named expressions.
#[derive(Default)]
struct Questions {
    /// Paths that the guard reads.
    read: Vec<Path>,
    /// Paths of keys whose presence the guard tests.
    there: Vec<Path>,
}

/// Whether the guard of a clause reads each doubtful place, or reads the class of the input.
fn settles(model: &Model, clause: ClauseId, doubts: &[String]) -> bool {
    let Some(guard) = model.written(clause).and_then(|clause| clause.when.as_ref()) else { return false };
    let mut questions = Questions::default();
    collect(model, guard, &mut questions, 0);
    let settled = |doubt: &String| match doubt.strip_suffix(NULL) {
        Some(pointer) => questions.there.iter().any(|path| covers(path, pointer)),
        None => questions.read.iter().any(|path| covers(path, doubt)),
    };
    let asks = questions.read.iter().any(|path| path.root.as_ref() == "input");
    asks || (!doubts.is_empty() && doubts.iter().all(settled))
}

fn collect(model: &Model, expr: &Expr, questions: &mut Questions, depth: usize) {
    // A named expression cannot contain its own name; the limit guards against a faulty suite.
    if depth > 8 {
        return;
    }
    questions.read.extend(expr.reads());
    for Comparison { mut path, op, other } in expr.comparisons() {
        if matches!(op, Relation::Contains | Relation::NotContains)
            && let Some(Val::Str(key)) = other.as_literal()
        {
            path.keys.push(Key::Name(key.clone()));
            questions.there.push(path);
        }
    }
    for root in expr.roots() {
        if let Some(Let::Expression(inner)) = model.suite.lets.get(root.as_ref()) {
            collect(model, inner, questions, depth + 1);
        }
    }
}

/// Whether a path leads to the place of a pointer, or to a list with the place in an element.
fn covers(path: &Path, pointer: &str) -> bool {
    if path.root.as_ref() != "body" {
        return false;
    }
    let segments: Vec<String> =
        pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect();
    let same = |(key, segment): (&Key, &String)| match key {
        Key::Name(name) => name.as_ref() == segment,
        Key::Index(index) => index.to_string() == *segment,
    };
    let leads = path.keys.len() <= segments.len() && path.keys.iter().zip(&segments).all(same);
    leads && segments.get(path.keys.len()).is_none_or(|next| next.parse::<usize>().is_ok())
}
