//! Adds a mark to the bodies of calls that create or rename resources.

use super::calls::as_exchange;
use super::mark::{Mark, WORD};
use crate::endpoint::Call;
use crate::expr::{Path, assign, get};
use crate::model::{Model, version_of};
use crate::run::Marking;
use crate::schema::{Schemas, classify};
use crate::suite::Binding;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Adds one mark to calls, at places that the suite names and with values that the schema permits.
pub struct Marks {
    model: Arc<Model>,
    schemas: Arc<Schemas>,
    text: String,
    /// Places in the body by operation, the preferred place first.
    places: BTreeMap<String, Vec<Path>>,
}

impl Marks {
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<Schemas>, mark: &Mark) -> Marks {
        let mut places: BTreeMap<String, Vec<Path>> = BTreeMap::new();
        for mark in model.suite.resources.iter().flat_map(|resource| &resource.marks) {
            for (operation, place) in &mark.places {
                places.entry(operation.clone()).or_default().extend(place.as_path());
            }
        }
        Marks { model, schemas, text: mark.text(), places }
    }

    /// Candidates for a field with the value `value`, the candidate with the smallest change first.
    /// `least` and `most` are the lengths that the schema permits.
    fn onto(&self, value: &Value, (least, most): (Option<u64>, Option<u64>)) -> Vec<Value> {
        match value {
            Value::String(text) if text.starts_with(&self.text) => vec![value.clone()],
            Value::String(text) => self.onto_text(text, least, most).into_iter().map(Value::String).collect(),
            Value::Object(entries) => {
                let mut entries = entries.clone();
                entries.insert(WORD.to_string(), json!(self.text.trim_end_matches('-')));
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

    fn onto_text(&self, text: &str, least: Option<u64>, most: Option<u64>) -> Vec<String> {
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
    fn alone(&self) -> [Value; 3] {
        let text = self.text.trim_end_matches('-');
        [json!(text), json!({ WORD: text }), json!([text])]
    }

    fn creates(&self, operation: &str) -> bool {
        let about = &self.model.operations[operation].about;
        about.iter().any(|about| matches!(about.binding, Binding::New(_)))
    }
}

impl Marking for Marks {
    /// Adds the mark to every field in the body that can carry one.
    ///
    /// If no present field can, a call that creates or renames gets an additional field, because a
    /// resource must not lose its mark to a name that is too short for a mark. The input class and
    /// every reason for the class stay unchanged.
    fn mark(&self, call: &mut Call) {
        let (Some(places), Some(body)) = (self.places.get(&call.operation), &call.body) else { return };
        let Some(operation) = self.schemas.operation(&call.operation) else { return };
        let version = version_of(&self.model, &as_exchange(call));
        let Some(shape) = self.schemas.request(operation, version.as_deref()) else { return };
        let reasons = |body: &Value| classify(Some(shape), Some(body), version.as_deref()).reasons;
        let before = reasons(body);
        let mut marked = body.clone();
        let mut try_values = |path: &Path, values: Vec<Value>| {
            for value in values {
                let mut trial = marked.clone();
                assign(&mut trial, path, value);
                if reasons(&trial) == before {
                    marked = trial;
                    return true;
                }
            }
            false
        };
        let is_present = |path: &&Path| get(body, path).is_some_and(|value| !value.is_null());
        let mut done = false;
        for path in places.iter().filter(is_present) {
            let value = get(body, path).expect("absent places are filtered out");
            done |= try_values(path, self.onto(value, shape.lengths(body, &path.pointer())));
        }
        let creates = self.creates(&call.operation);
        if !done && (creates || places.iter().any(|path| is_present(&path))) {
            let mut absent = places.iter().filter(|path| get(body, path).is_none());
            done = absent.any(|path| try_values(path, self.alone().into()));
        }
        // An untested shortest name is better than a resource that only the journal knows.
        if !done && creates {
            places.iter().filter(is_present).any(|path| try_values(path, self.alone().into()));
        }
        call.body = Some(marked);
    }
}
