//! Adds a mark to the bodies of calls that create or rename resources.

use super::mark::{MARK_WORD, RunMark};
use crate::expr::{FieldPath, assign_at_path, get_at_path};
use crate::history::Call;
use crate::model::{Model, read_version};
use crate::plan_execution::CallMarker;
use crate::schema::{CompiledCatalog, classify_input};
use crate::suite::IdExpression;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Adds one mark to calls, at the suite's places for marks and with values valid in the schema.
pub struct RunMarker {
    model: Arc<Model>,
    schemas: Arc<CompiledCatalog>,
    text: String,
    /// Places in the body by operation, the preferred place first.
    places: BTreeMap<String, Vec<FieldPath>>,
}

impl RunMarker {
    /// Adds `mark` to calls.
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<CompiledCatalog>, mark: &RunMark) -> RunMarker {
        let mut places: BTreeMap<String, Vec<FieldPath>> = BTreeMap::new();
        for mark in model.suite.resources.iter().flat_map(|resource| &resource.marks) {
            for (operation, place) in &mark.places {
                places.entry(operation.clone()).or_default().extend(place.as_path());
            }
        }
        RunMarker { model, schemas, text: mark.to_text(), places }
    }

    /// Candidates for a field with the value `value`, the candidate with the smallest change first.
    /// `least` and `most` are the lengths that the schema permits.
    fn mark_value(&self, value: &Value, (least, most): (Option<u64>, Option<u64>)) -> Vec<Value> {
        match value {
            Value::String(text) if text.starts_with(&self.text) => vec![value.clone()],
            Value::String(text) => self.mark_text(text, least, most).into_iter().map(Value::String).collect(),
            Value::Object(entries) => {
                let mut entries = entries.clone();
                entries.insert(MARK_WORD.to_string(), json!(self.text.trim_end_matches('-')));
                vec![Value::Object(entries)]
            }
            Value::Array(items) => {
                let mut items = items.clone();
                items.push(json!(self.text.trim_end_matches('-')));
                vec![Value::Array(items)]
            }
            _ => Vec::new(),
        }
    }

    fn mark_text(&self, text: &str, least: Option<u64>, most: Option<u64>) -> Vec<String> {
        let (mark, length) = (self.text.chars().count(), text.chars().count());
        let mut marked = Vec::new();
        if length > mark {
            // Replaces the start of the text: the length may be under test and must not change.
            marked.push(self.text.chars().chain(text.chars().skip(mark)).collect());
        }
        let on_bound = [least, most].contains(&Some(length as u64));
        let room = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)).saturating_sub(1);
        if !on_bound && mark <= room {
            marked.push(self.text.chars().chain(text.chars()).take(room).collect());
        }
        marked
    }

    /// Candidates for an absent field: the mark as text, as map entry, and as list element.
    fn make_values(&self) -> [Value; 3] {
        let text = self.text.trim_end_matches('-');
        [json!(text), json!({ MARK_WORD: text }), json!([text])]
    }

    fn is_create(&self, operation: &str) -> bool {
        let about = &self.model.operations[operation].about;
        about.iter().any(|about| matches!(about.binding, IdExpression::New(_)))
    }
}

impl CallMarker for RunMarker {
    /// Adds the mark to every field in the body that can carry one.
    ///
    /// If no present field can, a call that creates or renames gets an additional field, because a
    /// resource must not lose its mark to a name that is too short for a mark. The input class and
    /// every reason for the class stay unchanged.
    fn mark_call(&self, call: &mut Call) {
        let (Some(places), Some(body)) = (self.places.get(&call.operation), &call.body) else { return };
        let Some(operation) = self.schemas.find_operation(&call.operation) else { return };
        let version = read_version(&self.model, call);
        let Some(shape) = self.schemas.find_request_schema(operation, version.as_deref()) else { return };
        let reasons = |body: &Value| classify_input(Some(shape), Some(body), version.as_deref()).reasons;
        let before = reasons(body);
        let mut marked = body.clone();
        let mut try_values = |path: &FieldPath, values: Vec<Value>| {
            for value in values {
                let mut trial = marked.clone();
                assign_at_path(&mut trial, path, value);
                if reasons(&trial) == before {
                    marked = trial;
                    return true;
                }
            }
            false
        };
        let is_present = |path: &&FieldPath| get_at_path(body, path).is_some_and(|value| !value.is_null());
        let mut done = false;
        for path in places.iter().filter(is_present) {
            let value = get_at_path(body, path).expect("absent places are filtered out");
            done |= try_values(path, self.mark_value(value, shape.find_length_bounds(body, &path.to_pointer())));
        }
        let creates = self.is_create(&call.operation);
        if !done && (creates || places.iter().any(|path| is_present(&path))) {
            let mut absent = places.iter().filter(|path| get_at_path(body, path).is_none());
            done = absent.any(|path| try_values(path, self.make_values().into()));
        }
        // An untested shortest name is better than a resource that only the journal knows.
        if !done && creates {
            places.iter().filter(is_present).any(|path| try_values(path, self.make_values().into()));
        }
        call.body = Some(marked);
    }
}
