//! The mark of a run on what it creates: whose it is, and until when it is needed.
//!
//! A mark is a text that a person recognises and that no other program writes:
//! `probity-<run>-<expiry>-<plan>-`, in small letters and digits, because every API takes those.

use crate::endpoint::Call;
use crate::expr::{Path, assign, get};
use crate::history::{Cause, Exchange, Outcome};
use crate::model::{Model, version_of};
use crate::run::Marking;
use crate::schema::{Schemas, Shape, classify};
use crate::suite::Binding;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The first word of every mark, and the key of one in a map.
pub const WORD: &str = "probity";

/// Digits in base 32, without those that look like others.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Digits of a time in seconds: enough for a thousand years.
const TIME: usize = 7;
/// Digits that tell runs of one second apart.
const SALT: usize = 6;

/// The id of a run that began at `began_s` (Unix seconds): runs sort by when they began.
#[must_use]
pub fn run_id(began_s: u64, salt: &str) -> String {
    let digest = Sha256::digest(salt.as_bytes());
    let salt: String = digest.iter().take(SALT).map(|byte| char::from(DIGITS[usize::from(byte & 31)])).collect();
    format!("{}{salt}", written(began_s, TIME))
}

/// When a run began, in Unix seconds; none if this is no run's id.
#[must_use]
pub fn began_of(run: &str) -> Option<u64> {
    let fits = run.len() == TIME + SALT && run.bytes().all(|digit| DIGITS.contains(&digit));
    if fits { read_number(&run[..TIME]) } else { None }
}

/// What a marked field says of its thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The run's id.
    pub run: String,
    /// Unix seconds after which the run does not need it any more.
    pub expires: u64,
    /// Counts the plans that the run carried out, repetitions too.
    pub life: u64,
}

impl Mark {
    /// As it stands at the beginning of a name.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{WORD}-{}-{}-{}-", self.run, written(self.expires, TIME), written(self.life, 1))
    }

    /// The mark that a text begins with.
    #[must_use]
    pub fn read(text: &str) -> Option<Mark> {
        let mut parts = text.split('-');
        if parts.next() != Some(WORD) {
            return None;
        }
        let run = parts.next().filter(|run| began_of(run).is_some())?;
        let expires = parts.next().filter(|digits| digits.len() == TIME).and_then(read_number)?;
        let life = parts.next().filter(|digits| (1..=TIME).contains(&digits.len())).and_then(read_number)?;
        Some(Mark { run: run.to_string(), expires, life })
    }

    /// The mark in the value of a field: in a text, under our key of a map, or among texts.
    #[must_use]
    pub fn within(value: &Value) -> Option<Mark> {
        match value {
            Value::String(text) => Mark::read(text),
            Value::Object(entries) => entries.get(WORD).and_then(Value::as_str).and_then(Mark::read),
            Value::Array(items) => items.iter().filter_map(Value::as_str).find_map(Mark::read),
            _ => None,
        }
    }
}

fn written(mut number: u64, least: usize) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.len() < least {
        digits.push(DIGITS[(number % 32) as usize]);
        number /= 32;
    }
    digits.iter().rev().map(|&digit| char::from(digit)).collect()
}

fn read_number(digits: &str) -> Option<u64> {
    digits.bytes().try_fold(0_u64, |sum, digit| {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        sum.checked_mul(32)?.checked_add(value as u64)
    })
}

/// Puts one mark on calls, where the suite says that it may go and the schema takes it.
pub struct Marks {
    model: Arc<Model>,
    schemas: Arc<Schemas>,
    text: String,
    /// By operation, the best place first.
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

    /// Values with the mark in place of one that is there, the one that changes it least first.
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
            // A length that is under test stays what it is.
            marked.push(self.text.chars().chain(text.chars().skip(mark)).collect());
        }
        let on_bound = [least, most].contains(&Some(length as u64));
        let room = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)).saturating_sub(1);
        if !on_bound && mark <= room {
            marked.push(self.text.chars().chain(text.chars()).take(room).collect());
        }
        marked
    }

    /// Values that are nothing but the mark, for a field that is not there.
    fn alone(&self) -> [Value; 3] {
        let text = self.text.trim_end_matches('-');
        [json!(text), json!({ WORD: text }), json!([text])]
    }
}

impl Marking for Marks {
    /// What is there is marked wherever it can be. Only a call that creates or renames, and could be
    /// marked nowhere, gets a field that it did not have: a thing must not lose its mark to a name that
    /// is too short for one. The class of the input, and every reason for it, stay the same.
    fn mark(&self, call: &mut Call) {
        let (Some(places), Some(body)) = (self.places.get(&call.operation), &call.body) else { return };
        let Some(operation) = self.schemas.operation(&call.operation) else { return };
        let version = version_of(&self.model, &as_exchange(call));
        let Some(shape) = self.schemas.request(operation, version.as_deref()) else { return };
        let reasons = |body: &Value| classify(Some(shape), Some(body), version.as_deref()).reasons;
        let before = reasons(body);
        let mut marked = body.clone();
        let mut try_one = |path: &Path, values: Vec<Value>| {
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
        let there = |path: &&Path| get(body, path).is_some_and(|value| !value.is_null());
        let mut done = false;
        for path in places.iter().filter(there) {
            let value = get(body, path).expect("only places that are there are looked at");
            done |= try_one(path, self.onto(value, lengths(shape, body, path)));
        }
        let about = &self.model.operations[&call.operation].about;
        let creates = about.iter().any(|about| matches!(about.binding, Binding::New(_)));
        if !done && (creates || places.iter().any(|path| there(&path))) {
            let mut absent = places.iter().filter(|path| get(body, path).is_none());
            done = absent.any(|path| try_one(path, self.alone().into()));
        }
        // Better a shortest name that goes untested than a thing that only the journal knows.
        if !done && creates {
            places.iter().filter(there).any(|path| try_one(path, self.alone().into()));
        }
        call.body = Some(marked);
    }
}

fn lengths(shape: &Shape, body: &Value, path: &Path) -> (Option<u64>, Option<u64>) {
    shape.lengths(body, &path.pointer())
}

/// The call as the model reads one: only its inputs count.
pub(super) fn as_exchange(call: &Call) -> Exchange {
    Exchange {
        number: 0,
        step: 0,
        cause: Cause::Step,
        operation: call.operation.clone(),
        binding: call.binding.clone(),
        caller: call.caller.clone(),
        path: call.path.clone(),
        query: call.query.clone(),
        headers: call.headers.clone(),
        body: call.body.clone(),
        sent_ms: 0,
        received_ms: 0,
        outcome: Outcome::Unsent { cause: String::new() },
        born: BTreeMap::new(),
        input: None,
    }
}
