//! Removes secrets from exchanges: values of secret fields, and credentials in any text.

use super::exchange::{Exchange, Outcome, ReplyBody};
use super::learned_secrets::LearnedSecrets;
use super::secret_finder::{FoundSecret, SecretFinder};
use super::secret_names::SecretNames;
use super::secret_placeholder::{is_secret_placeholder, make_secret_placeholder};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The secrets to remove when an exchange is recorded.
#[derive(Clone)]
pub struct SecretFilter {
    salt: Arc<str>,
    names: Arc<SecretNames>,
    /// Finders of credentials in every spelling.
    finders: Vec<Arc<SecretFinder>>,
    learned: LearnedSecrets,
}

impl SecretFilter {
    /// A filter with the usual secret names. `salt` is random for each run, so that nobody can compare
    /// tokens of two runs or look up tokens of common passwords.
    pub fn new(salt: &str) -> SecretFilter {
        SecretFilter {
            salt: Arc::from(salt),
            names: Arc::new(SecretNames::new()),
            finders: Vec::new(),
            learned: LearnedSecrets::default(),
        }
    }

    /// Adds secret names, written as in a body (`initialKey`, `seed_phrase`).
    #[must_use]
    pub fn with_names<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> SecretFilter {
        Arc::make_mut(&mut self.names).add_names(names);
        self
    }

    /// Adds credentials, which are removed from every position of every recorded text.
    #[must_use]
    pub fn with_literals<'a>(mut self, literals: impl IntoIterator<Item = &'a str>) -> SecretFilter {
        let finder = SecretFinder::new(literals);
        self.finders.extend((!finder.secrets().is_empty()).then(|| Arc::new(finder)));
        self
    }

    /// Adds values that arise during the run; each call reads the current values.
    #[must_use]
    pub fn with_learned(self, learned: LearnedSecrets) -> SecretFilter {
        SecretFilter { learned, ..self }
    }

    /// Removes secrets from an exchange.
    pub fn strip_secrets(&self, exchange: &mut Exchange) {
        self.with_current_literals().strip_exchange(exchange);
    }

    /// Removes secrets from a body.
    pub fn strip_value(&self, value: &mut Value) {
        self.with_current_literals().strip_json(value);
    }

    /// Removes credentials from a text.
    pub fn strip_text(&self, text: &mut String) {
        self.with_current_literals().strip_literals(text);
    }

    /// Whether a text contains a credential.
    pub fn has_secret(&self, text: &str) -> bool {
        self.with_current_literals().holds_literal(text)
    }

    /// The filter with the values that arose until now.
    fn with_current_literals(&self) -> Cow<'_, SecretFilter> {
        let learned = self.learned.list_finders();
        if learned.is_empty() {
            return Cow::Borrowed(self);
        }
        let finders = self.finders.iter().cloned().chain(learned).collect();
        Cow::Owned(SecretFilter { finders, ..self.clone() })
    }

    fn strip_exchange(&self, exchange: &mut Exchange) {
        for (name, value) in exchange.call.path.iter_mut().chain(exchange.call.query.iter_mut()) {
            self.strip_named(name, value);
        }
        self.strip_headers(&mut exchange.call.headers);
        if let Some(body) = &mut exchange.call.body {
            self.strip_json(body);
        }
        exchange.created.values_mut().for_each(|id| self.strip_literals(id));
        match &mut exchange.outcome {
            Outcome::Unsent { cause } | Outcome::Lost { cause } => self.strip_literals(cause),
            Outcome::Replied(reply) | Outcome::InfrastructureFailed { reply, .. } => {
                self.strip_headers(&mut reply.headers);
                match &mut reply.body {
                    ReplyBody::Empty | ReplyBody::Shortened { .. } => {}
                    ReplyBody::Json(body) => self.strip_json(body),
                    ReplyBody::Text { begins, because } | ReplyBody::TooLarge { begins, because } => {
                        self.strip_literals(begins);
                        self.strip_end(begins);
                        self.strip_literals(because);
                    }
                }
            }
        }
    }

    fn strip_json(&self, value: &mut Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                if self.is_literal(&number.to_string()) {
                    *value = self.make_token(value);
                }
            }
            Value::String(text) => self.strip_literals(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.strip_json(item)),
            Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    self.strip_named(name, field);
                }
                self.strip_keys(fields);
            }
        }
    }

    fn strip_literals(&self, text: &mut String) {
        if self.holds_literal(text) {
            *text = self.replace_literals(text);
        }
    }

    fn strip_named(&self, name: &str, value: &mut Value) {
        if self.names.is_secret(name) { self.hide_scalars(value) } else { self.strip_json(value) }
    }

    fn strip_headers(&self, headers: &mut BTreeMap<String, String>) {
        for (name, text) in headers.iter_mut() {
            if self.names.is_secret(name) && !text.is_empty() && !is_secret_placeholder(text) {
                *text = make_secret_placeholder(&self.salt, "string", text);
            } else {
                self.strip_literals(text);
            }
        }
        if headers.keys().any(|name| self.holds_literal(name)) {
            let all = std::mem::take(headers);
            *headers = all.into_iter().map(|(name, text)| (self.replace_literals(&name), text)).collect();
        }
    }

    /// Replaces every scalar and keeps the structure. Null, true, false and the empty string stay:
    /// they reveal no secret, and readers compare absence.
    fn hide_scalars(&self, value: &mut Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::String(text) if text.is_empty() || is_secret_placeholder(text) => {}
            Value::String(_) | Value::Number(_) => *value = self.make_token(value),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_scalars(item)),
            Value::Object(fields) => {
                fields.values_mut().for_each(|field| self.hide_scalars(field));
                self.strip_keys(fields);
            }
        }
    }

    fn strip_keys(&self, fields: &mut serde_json::Map<String, Value>) {
        if fields.keys().any(|name| self.holds_literal(name)) {
            let all = std::mem::take(fields);
            *fields = all.into_iter().map(|(name, field)| (self.replace_literals(&name), field)).collect();
        }
    }

    fn holds_literal(&self, text: &str) -> bool {
        !is_secret_placeholder(text) && self.finders.iter().any(|finder| !finder.find_all(text).is_empty())
    }

    /// Whether a whole text is a credential.
    fn is_literal(&self, text: &str) -> bool {
        let whole = |place: &FoundSecret| place.range == (0..text.len());
        self.finders.iter().any(|finder| finder.find_all(text).iter().any(whole))
    }

    /// The text without credentials.
    fn replace_literals(&self, text: &str) -> String {
        let mut found: Vec<(FoundSecret, &str)> = Vec::new();
        for finder in &self.finders {
            let places = finder.find_all(text).into_iter();
            found.extend(places.map(|place| (place.clone(), finder.secrets()[place.secret].as_str())));
        }
        // Of overlapping places the first begins, and the longest gives the placeholder.
        found.sort_by_key(|(place, _)| (place.range.start, std::cmp::Reverse(place.range.end)));
        let mut replaced = String::new();
        let mut end = 0;
        for (place, secret) in found {
            if place.range.start >= end {
                replaced.push_str(&text[end..place.range.start]);
                replaced.push_str(&make_secret_placeholder(&self.salt, "string", secret));
            }
            end = end.max(place.range.end);
        }
        replaced.push_str(&text[end..]);
        replaced
    }

    /// Cuts the beginning of a credential from the end of a text: a recorded text may be cut within a
    /// credential.
    fn strip_end(&self, text: &mut String) {
        if let Some(at) = self.finders.iter().filter_map(|finder| finder.find_cut_secret(text)).min() {
            text.truncate(at);
        }
    }

    /// The token of a text or a number.
    fn make_token(&self, value: &Value) -> Value {
        let (kind, text) = match value {
            Value::String(text) => ("string", text.clone()),
            Value::Number(number) if number.is_f64() => ("number", number.to_string()),
            Value::Number(number) => ("integer", number.to_string()),
            _ => panic!("only texts and numbers have a token"),
        };
        Value::String(make_secret_placeholder(&self.salt, kind, &text))
    }
}

impl std::fmt::Debug for SecretFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets")
            .field("names", &self.names.len())
            .field("finders", &self.finders.len())
            .finish_non_exhaustive()
    }
}
