//! Removes secrets from exchanges: values of secret fields, and credentials in any text.

use super::exchange::{Exchange, Outcome, ReplyBody};
use super::learned_secrets::LearnedSecrets;
use super::secret_names::SecretNames;
use super::secret_placeholder::{is_secret_placeholder, make_secret_placeholder};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The secrets to remove when an exchange is recorded.
#[derive(Clone)]
pub struct SecretFilter {
    salt: String,
    names: SecretNames,
    /// Credentials in every spelling that a recorded text may have, longest first.
    literals: Vec<String>,
    learned: LearnedSecrets,
}

/// A shorter credential is replaced only where it is the whole text, because it may occur in
/// unrelated words.
const LITERAL_CHARS_MIN: usize = 4;

impl SecretFilter {
    /// A filter with the usual secret names. `salt` is random for each run, so that nobody can compare
    /// tokens of two runs or look up tokens of common passwords.
    pub fn new(salt: &str) -> SecretFilter {
        SecretFilter {
            salt: salt.to_string(),
            names: SecretNames::new(),
            literals: Vec::new(),
            learned: LearnedSecrets::default(),
        }
    }

    /// Adds secret names, written as in a body (`initialKey`, `seed_phrase`).
    #[must_use]
    pub fn with_names<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> SecretFilter {
        self.names.add_names(names);
        self
    }

    /// Adds credentials, which are removed from every position of every recorded text.
    #[must_use]
    pub fn with_literals<'a>(mut self, literals: impl IntoIterator<Item = &'a str>) -> SecretFilter {
        for literal in literals.into_iter().filter(|literal| !literal.is_empty()) {
            let json = Value::String(literal.to_string()).to_string();
            self.literals.extend([literal.to_string(), json[1..json.len() - 1].to_string(), percent_encode(literal)]);
        }
        // Longest first: a credential may contain another credential.
        self.literals.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        self.literals.dedup();
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

    /// The filter with the values that arose until now.
    fn with_current_literals(&self) -> Cow<'_, SecretFilter> {
        let learned = self.learned.values();
        if learned.is_empty() {
            return Cow::Borrowed(self);
        }
        Cow::Owned(self.clone().with_literals(learned.iter().map(String::as_str)))
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
                    ReplyBody::Empty => {}
                    ReplyBody::Json(body) => self.strip_json(body),
                    ReplyBody::Text { begins, because } => {
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
                if self.literals.iter().any(|literal| *literal == number.to_string()) {
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
        for (name, text) in headers {
            if self.names.is_secret(name) && !text.is_empty() && !is_secret_placeholder(text) {
                *text = make_secret_placeholder(&self.salt, "string", text);
            } else {
                self.strip_literals(text);
            }
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
        self.literals.iter().any(|literal| {
            // Compares the lengths first, because most texts are shorter than a credential.
            text.len() >= literal.len()
                && (text == literal || (is_long_enough(literal) && text.contains(literal.as_str())))
        })
    }

    /// The text without credentials.
    fn replace_literals(&self, text: &str) -> String {
        if let Some(literal) = self.literals.iter().find(|literal| text == literal.as_str()) {
            return make_secret_placeholder(&self.salt, "string", literal);
        }
        let mut text = text.to_string();
        for literal in self.literals.iter().filter(|literal| is_long_enough(literal)) {
            text = text.replace(literal.as_str(), &make_secret_placeholder(&self.salt, "string", literal));
        }
        text
    }

    /// Cuts the beginning of a credential from the end of a text: a recorded text may be cut within a
    /// credential.
    fn strip_end(&self, text: &mut String) {
        let literals = self.literals.iter().filter(|literal| is_long_enough(literal));
        if let Some(at) = literals.filter_map(|literal| find_cut_literal(text, literal)).min() {
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
            .field("literals", &self.literals.len())
            .finish_non_exhaustive()
    }
}

fn is_long_enough(literal: &str) -> bool {
    literal.chars().count() >= LITERAL_CHARS_MIN
}

/// The offset in `text` of a beginning of `literal` at the end of `text`.
fn find_cut_literal(text: &str, literal: &str) -> Option<usize> {
    (LITERAL_CHARS_MIN..literal.len())
        .rev()
        .filter(|&length| literal.is_char_boundary(length))
        .find(|&length| text.ends_with(&literal[..length]))
        .map(|length| text.len() - length)
}

/// Percent-encodes a text.
fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
