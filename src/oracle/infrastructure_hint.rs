//! Refusals that look like an infrastructure failure which the profile does not recognise.
//!
//! Such a refusal is a deviation: nothing but a profile says that a quota or a gateway refused the call. The finding has
//! a condition for the profile, and the same reason is one finding, however many clauses it contradicts.

use crate::history::{Exchange, InfrastructureFailure, Outcome, Reply, ReplyBody};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a profile would have to recognise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InfrastructureHint {
    /// The likely kind of failure.
    pub kind: InfrastructureFailure,
    /// The condition, for `when` of the profile.
    pub when: String,
}

impl InfrastructureHint {
    /// The entry for a profile, in YAML.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let kind = match self.kind {
            InfrastructureFailure::Quota => "quota",
            InfrastructureFailure::Throttling => "throttling",
            InfrastructureFailure::Maintenance => "maintenance",
            InfrastructureFailure::Credentials => "credentials",
        };
        // A single quote within a YAML string in single quotes is written twice.
        format!("recognise: {{ {kind}: {{ when: '{}' }} }}", self.when.replace('\'', "''"))
    }
}

/// Words of a refusal that names a quota (the first word) or a limit, in lower case. No word is part of a longer word of
/// another meaning.
const QUOTA_WORDS: [&str; 9] = [
    "quota",
    "limit exceeded",
    "limitexceeded",
    "limit reached",
    "limit has been reached",
    "exceeds the limit",
    "exceeded the limit",
    "maximum number of",
    "too many",
];

/// Deepest place in a body and most texts that are searched for a word.
const DEPTH_MAX: usize = 8;
const TEXTS_MAX: usize = 200;

/// The shapes of the refusals that the clauses explain, to tell a form that is not the API's own.
#[derive(Debug, Clone, Default)]
pub(super) struct RefusalForms {
    /// Names of the properties of the bodies.
    names: BTreeSet<Vec<String>>,
}

/// Most shapes that are kept. An API has a few forms of errors.
const FORMS_MAX: usize = 32;

impl RefusalForms {
    /// Notes the form of a refusal that contradicts no clause.
    pub fn note_explained(&mut self, exchange: &Exchange) {
        let Outcome::Replied(reply) = &exchange.outcome else { return };
        if let (400..=499, ReplyBody::Json(Value::Object(body))) = (reply.status, &reply.body)
            && self.names.len() < FORMS_MAX
        {
            self.names.insert(body.keys().cloned().collect());
        }
    }

    /// The hint for a refusal that contradicts a clause; `None` if nothing points to the infrastructure.
    pub fn find_hint(&self, exchange: &Exchange) -> Option<InfrastructureHint> {
        let Outcome::Replied(reply) = &exchange.outcome else { return None };
        match reply.status {
            403 | 413 => find_quota_hint(reply, &QUOTA_WORDS),
            404 => self.find_foreign_form(reply),
            _ => None,
        }
    }

    /// A 404 that is no JSON, or JSON without a property that every error of the API has.
    fn find_foreign_form(&self, reply: &Reply) -> Option<InfrastructureHint> {
        let status = reply.status;
        let when = match &reply.body {
            ReplyBody::Text { begins, .. } if !begins.is_empty() => format!("status == {status} && text != null"),
            ReplyBody::Json(Value::Object(body)) => {
                let mut forms = self.names.iter();
                let first = forms.next()?;
                let common = first.iter().find(|name| {
                    is_plain_name(name)
                        && self.names.iter().all(|form| form.contains(name))
                        && !body.contains_key(*name)
                })?;
                format!("status == {status} && body != null && !has(body.{common})")
            }
            _ => return None,
        };
        Some(InfrastructureHint { kind: InfrastructureFailure::Maintenance, when })
    }
}

/// The hint for a refusal for the number of requests (429) that names a quota: against an exhausted quota, waiting may not
/// help. Such a refusal contradicts no clause.
pub(super) fn find_throttling_hint(exchange: &Exchange) -> Option<InfrastructureHint> {
    let Outcome::Replied(reply) = &exchange.outcome else { return None };
    // "Too many" and "limit exceeded" are the usual words of throttling.
    if reply.is_throttling() { find_quota_hint(reply, &QUOTA_WORDS[..1]) } else { None }
}

fn find_quota_hint(reply: &Reply, words: &[&str]) -> Option<InfrastructureHint> {
    let status = reply.status;
    let (place, word) = match &reply.body {
        ReplyBody::Text { begins, .. } => ("text".to_string(), find_word(begins, words)?),
        ReplyBody::Json(body) => find_in_body(body, words)?,
        _ => return None,
    };
    let when = format!("status == {status} && {place}.contains(\"{word}\")");
    Some(InfrastructureHint { kind: InfrastructureFailure::Quota, when })
}

/// The first text of the body with a word, as an expression, and the word as the text spells the word.
fn find_in_body(body: &Value, words: &[&str]) -> Option<(String, String)> {
    let mut open = vec![("body".to_string(), body, 0)];
    let mut texts = 0;
    while let Some((place, value, depth)) = open.pop() {
        match value {
            Value::String(text) => {
                texts += 1;
                match find_word(text, words) {
                    Some(word) => return Some((place, word)),
                    None if texts >= TEXTS_MAX => return None,
                    None => {}
                }
            }
            Value::Object(entries) if depth < DEPTH_MAX => {
                let plain = entries.iter().rev().filter(|(name, _)| is_plain_name(name)).take(TEXTS_MAX);
                open.extend(plain.map(|(name, value)| (format!("{place}.{name}"), value, depth + 1)));
            }
            Value::Array(items) if depth < DEPTH_MAX => {
                let items = items.iter().enumerate().take(TEXTS_MAX).rev();
                open.extend(items.map(|(index, value)| (format!("{place}[{index}]"), value, depth + 1)));
            }
            _ => {}
        }
    }
    None
}

/// A quota word, spelled as in the text. The words are ASCII, so they keep their place in lower case.
fn find_word(text: &str, words: &[&str]) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (at, word) = words.iter().find_map(|word| Some((lower.find(word)?, word)))?;
    Some(text[at..at + word.len()].to_string())
}

/// Whether an expression can name the property without quotes.
fn is_plain_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
