//! The class of a call's input, and the clauses that resolve a doubt about the input.

use super::applicability::ApplicableClauses;
use super::call_view::CallView;
use super::clause_info::ClauseId;
use super::compile::Model;
use super::read_call::make_header_root;
use crate::expr::{Comparison, ComparisonRelation, Expr, ExprScope, ExprValue, FieldPath, PathKey};
use crate::history::{Call, Exchange, RecordedInputClass};
use crate::schema::{Classification, CompiledCatalog, InputClass, classify_by_other_version, classify_input};
use crate::suite::LetDefinition;

/// The class of the body and of the query of a call. For an exchange, see [`read_input_class`].
#[must_use]
pub fn classify_call_input(model: &Model, schemas: &CompiledCatalog, call: &Call) -> RecordedInputClass {
    let Some(operation) = schemas.find_operation(&call.operation) else { return InputClass::Doubtful.into() };
    let version = read_version(model, call);
    let shape = schemas.find_request_schema(operation, version.as_deref());
    let held = if schemas.borrows_request_schema(operation, version.as_deref()) {
        classify_by_other_version
    } else {
        classify_input
    };
    let body = held(shape, call.body.as_ref(), version.as_deref());
    let mut class = body.class;
    let mut broken_keywords: Vec<String> = list_broken_keywords(&body).collect();
    for (name, value) in &call.query {
        let found = schemas
            .find_parameter_schema(operation, "query", name)
            .map(|shape| classify_input(Some(shape), Some(value), version.as_deref()));
        class = class.max(found.as_ref().map_or(InputClass::Doubtful, |found| found.class));
        broken_keywords.extend(found.iter().flat_map(list_broken_keywords).map(|keyword| format!("query {keyword}")));
    }
    if operation.query.iter().any(|parameter| parameter.required && !call.query.contains_key(&parameter.name)) {
        class = InputClass::Invalid;
        broken_keywords.push("query required".to_string());
    }
    broken_keywords.sort_unstable();
    broken_keywords.dedup();
    // A guard that reads a place resolves the doubt whether the place is present or absent. The guard does not
    // resolve a surplus field or a value of the wrong type: no path leads to `-`. A null is a value of the
    // wrong type, unless the guard tests whether the key is present: otherwise the guard cannot tell null from
    // absence, and the endpoint may.
    let null = |pointer: &str| {
        call.body.as_ref().and_then(|body| body.pointer(pointer)).is_some_and(serde_json::Value::is_null)
    };
    let doubts = body.reasons.into_iter().map(|reason| match reason.kind.as_str() {
        "mandatory-when" | "required" | "dead" | "present" | "version" => reason.pointer,
        "type" if null(&reason.pointer) && !shape.is_some_and(|shape| shape.requires_property(&reason.pointer)) => {
            format!("{}{NULL}", reason.pointer)
        }
        _ => format!("{}/-", reason.pointer),
    });
    let from_query = class > body.class;
    RecordedInputClass {
        class,
        doubts: if from_query { vec!["?".to_string()] } else { doubts.collect() },
        broken_keywords,
    }
}

/// The broken keywords that make an input invalid, each as often as it is broken.
pub fn list_broken_keywords(found: &Classification) -> impl Iterator<Item = String> {
    let invalid = found.reasons.iter().filter(|reason| reason.class == InputClass::Invalid);
    invalid.map(|reason| reason.kind.clone())
}

/// The class of the input of an exchange. A recorded class takes precedence, because the recorded body contains
/// tokens in place of secrets.
#[must_use]
pub fn read_input_class(model: &Model, schemas: &CompiledCatalog, exchange: &Exchange) -> RecordedInputClass {
    match &exchange.input {
        Some(input) if input.class == InputClass::Invalid && input.broken_keywords.is_empty() => {
            let broken_keywords = classify_call_input(model, schemas, &exchange.call).broken_keywords;
            RecordedInputClass { broken_keywords, ..input.clone() }
        }
        Some(input) => input.clone(),
        None => classify_call_input(model, schemas, &exchange.call),
    }
}

/// The version that a call requests, from headers and binding: [`CallView::get_version`] for a call without a view.
#[must_use]
pub fn read_version(model: &Model, call: &Call) -> Option<String> {
    let version = model.suite.version.as_ref()?;
    let scope = VersionScope {
        header: make_header_root(model, &call.headers),
        binding: ExprValue::from(call.binding.as_str()),
    };
    match version.eval(&scope) {
        Ok(ExprValue::Str(version)) => Some(version.to_string()),
        _ => None,
    }
}

/// The inputs of the suite's version expression.
struct VersionScope {
    header: ExprValue,
    binding: ExprValue,
}

impl ExprScope for VersionScope {
    fn find_root(&self, name: &str) -> Option<ExprValue> {
        match name {
            "header" => Some(self.header.clone()),
            "binding" => Some(self.binding.clone()),
            _ => None,
        }
    }
}

/// Whether doubtful input leaves the outcome of the call open: no accepting clause resolves every doubt.
#[must_use]
pub fn leaves_outcome_open(model: &Model, asked: &CallView, reading: &ApplicableClauses) -> bool {
    asked.class == InputClass::Doubtful
        && !reading.accepts.iter().any(|clause| resolves_doubts(model, *clause, &asked.doubts))
}

/// Whether a success must have the documented shape. A call with an unresolved doubt may have a response of
/// another shape.
pub(super) fn demands_documented_shape(model: &Model, asked: &CallView, reading: &ApplicableClauses) -> bool {
    let open = |clause: &ClauseId| model.find_suite_clause(*clause).is_some_and(|clause| clause.reply_open);
    let accepted = !reading.accepts.is_empty() && !leaves_outcome_open(model, asked, reading);
    (asked.class != InputClass::Doubtful || accepted) && !reading.accepts.iter().any(open)
}

/// Marks the place of a null that the schema does not demand.
const NULL: &str = "/-null";

/// The questions in a guard and in its named expressions.
#[derive(Default)]
struct GuardReads {
    /// Paths that the guard reads.
    read: Vec<FieldPath>,
    /// Paths of keys whose presence the guard tests.
    tested_keys: Vec<FieldPath>,
}

/// Whether the guard of a clause reads each doubtful place, or reads the class of the input.
fn resolves_doubts(model: &Model, clause: ClauseId, doubts: &[String]) -> bool {
    let Some(guard) = model.find_suite_clause(clause).and_then(|clause| clause.when.as_ref()) else { return false };
    let mut questions = GuardReads::default();
    collect_reads(model, guard, &mut questions, 0);
    let settled = |doubt: &String| match doubt.strip_suffix(NULL) {
        Some(pointer) => questions.tested_keys.iter().any(|path| covers_pointer(path, pointer)),
        None => questions.read.iter().any(|path| covers_pointer(path, doubt)),
    };
    let asks = questions.read.iter().any(|path| path.root.as_ref() == "input");
    asks || (!doubts.is_empty() && doubts.iter().all(settled))
}

fn collect_reads(model: &Model, expr: &Expr, questions: &mut GuardReads, depth: usize) {
    // A named expression cannot contain its own name; the limit guards against a faulty suite.
    if depth > 8 {
        return;
    }
    questions.read.extend(expr.list_reads());
    for Comparison { mut path, op, other } in expr.list_comparisons() {
        if matches!(op, ComparisonRelation::Contains | ComparisonRelation::NotContains)
            && let Some(ExprValue::Str(key)) = other.as_literal()
        {
            path.keys.push(PathKey::Name(key.clone()));
            questions.tested_keys.push(path);
        }
    }
    for root in expr.roots() {
        if let Some(LetDefinition::Expression(inner)) = model.suite.lets.get(root.as_ref()) {
            collect_reads(model, inner, questions, depth + 1);
        }
    }
}

/// Whether a path leads to the place of a pointer, or to a list with the place in an element.
fn covers_pointer(path: &FieldPath, pointer: &str) -> bool {
    if path.root.as_ref() != "body" {
        return false;
    }
    let segments: Vec<String> =
        pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect();
    let same = |(key, segment): (&PathKey, &String)| match key {
        PathKey::Name(name) => name.as_ref() == segment,
        PathKey::Index(index) => index.to_string() == *segment,
    };
    let leads = path.keys.len() <= segments.len() && path.keys.iter().zip(&segments).all(same);
    leads && segments.get(path.keys.len()).is_none_or(|next| next.parse::<usize>().is_ok())
}
