//! What must not be kept: found by the names of fields, replaced by tokens.
//!
//! A token says the type of the value and nothing else; equal values have equal
//! tokens within a run, so that a reader can still compare them.

use super::exchange::{Exchange, Outcome, ReplyBody};
use super::learned::Learned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What to look for when an exchange is recorded.
#[derive(Clone)]
pub struct Secrets {
    salt: String,
    /// Each a run of words in lower case; one word mostly.
    names: Vec<Vec<String>>,
    /// Texts of which every secret name holds one.
    hints: Vec<String>,
    /// Credentials, in every spelling that a recorded text may have; longest first.
    literals: Vec<String>,
    learned: Learned,
}

/// Words in a field's name that make its value a secret, alone or in this sequence.
const NAMES: &[&str] = &[
    "pass",
    "passwd",
    "password",
    "passwords",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "authorization",
    "cookie",
    "private key",
    "privatekey",
    "user data",
    "userdata",
    "access key",
    "accesskey",
    "api key",
    "apikey",
    "secret key",
    "secretkey",
    "auth key",
    "signature",
];

/// Shorter credentials are replaced only where they are the whole text:
/// anywhere else they would tear up words that have nothing to do with them.
const LITERAL_CHARS_MIN: usize = 4;

const HEX_CHARS: usize = 12;

impl Secrets {
    /// `salt` is drawn for each run, so that tokens of two runs cannot be compared
    /// and none can be looked up in a table of common passwords.
    pub fn new(salt: &str) -> Secrets {
        let (names, hints, literals) = (Vec::new(), Vec::new(), Vec::new());
        let empty = Secrets { salt: salt.to_string(), names, hints, literals, learned: Learned::default() };
        empty.with_names(NAMES.iter().copied())
    }

    /// Further names, written as in a body (`initialKey`, `seed_phrase`).
    #[must_use]
    pub fn with_names<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Secrets {
        let words = names.into_iter().map(words);
        self.names.extend(words.filter(|words| !words.is_empty()));
        let mut hints: Vec<String> = self.names.iter().map(|run| run[0].clone()).collect();
        hints.sort_by_key(String::len);
        self.hints = Vec::new();
        for hint in hints {
            if !self.hints.iter().any(|shorter| hint.contains(shorter.as_str())) {
                self.hints.push(hint);
            }
        }
        self
    }

    /// Credential values, removed from every text that is recorded, wherever they stand in it.
    #[must_use]
    pub fn with_literals<'a>(mut self, literals: impl IntoIterator<Item = &'a str>) -> Secrets {
        for literal in literals.into_iter().filter(|literal| !literal.is_empty()) {
            let json = Value::String(literal.to_string()).to_string();
            self.literals.extend([literal.to_string(), json[1..json.len() - 1].to_string(), percent(literal)]);
        }
        // The longer first: a credential may contain another.
        self.literals.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        self.literals.dedup();
        self
    }

    /// Values that become known while this is in use; they are looked up at each use.
    #[must_use]
    pub fn with_learned(self, learned: Learned) -> Secrets {
        Secrets { learned, ..self }
    }

    /// The exchange as it may be kept.
    pub fn strip(&self, exchange: &mut Exchange) {
        self.now().strip_exchange(exchange);
    }

    /// A body as it may be kept.
    pub fn strip_value(&self, value: &mut Value) {
        self.now().strip_whole(value);
    }

    /// A text as it may be kept: without credentials.
    pub fn strip_text(&self, text: &mut String) {
        self.now().strip_line(text);
    }

    /// With what has been learned until now.
    fn now(&self) -> Cow<'_, Secrets> {
        let learned = self.learned.values();
        if learned.is_empty() {
            return Cow::Borrowed(self);
        }
        Cow::Owned(self.clone().with_literals(learned.iter().map(String::as_str)))
    }

    fn strip_exchange(&self, exchange: &mut Exchange) {
        for (name, value) in exchange.path.iter_mut().chain(exchange.query.iter_mut()) {
            self.strip_named(name, value);
        }
        self.strip_headers(&mut exchange.headers);
        if let Some(body) = &mut exchange.body {
            self.strip_whole(body);
        }
        exchange.born.values_mut().for_each(|id| self.strip_line(id));
        match &mut exchange.outcome {
            Outcome::Unsent { cause } | Outcome::Lost { cause } => self.strip_line(cause),
            Outcome::Replied(reply) | Outcome::Hindered { reply, .. } => {
                self.strip_headers(&mut reply.headers);
                match &mut reply.body {
                    ReplyBody::Empty => {}
                    ReplyBody::Json(body) => self.strip_whole(body),
                    ReplyBody::Text { begins, because } => {
                        self.strip_line(begins);
                        self.strip_end(begins);
                        self.strip_line(because);
                    }
                }
            }
        }
    }

    fn strip_whole(&self, value: &mut Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                if self.literals.iter().any(|literal| *literal == number.to_string()) {
                    *value = self.token(value);
                }
            }
            Value::String(text) => self.strip_line(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.strip_whole(item)),
            Value::Object(fields) => {
                for (name, field) in fields.iter_mut() {
                    self.strip_named(name, field);
                }
                self.strip_keys(fields);
            }
        }
    }

    fn strip_line(&self, text: &mut String) {
        if self.holds_literal(text) {
            *text = self.stripped(text);
        }
    }

    fn strip_named(&self, name: &str, value: &mut Value) {
        if self.is_secret(name) { self.hide(value) } else { self.strip_whole(value) }
    }

    fn strip_headers(&self, headers: &mut BTreeMap<String, String>) {
        for (name, text) in headers {
            if self.is_secret(name) && !text.is_empty() && !is_token(text) {
                *text = self.token_of("string", text);
            } else {
                self.strip_line(text);
            }
        }
    }

    /// Replaces every scalar and keeps the shape. Null, true, false and the empty
    /// string stay: they tell nothing, and absence is compared.
    fn hide(&self, value: &mut Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::String(text) if text.is_empty() || is_token(text) => {}
            Value::String(_) | Value::Number(_) => *value = self.token(value),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide(item)),
            Value::Object(fields) => {
                fields.values_mut().for_each(|field| self.hide(field));
                self.strip_keys(fields);
            }
        }
    }

    fn strip_keys(&self, fields: &mut serde_json::Map<String, Value>) {
        if fields.keys().any(|name| self.holds_literal(name)) {
            let all = std::mem::take(fields);
            *fields = all.into_iter().map(|(name, field)| (self.stripped(&name), field)).collect();
        }
    }

    fn is_secret(&self, name: &str) -> bool {
        if !self.hinted(name) {
            return false;
        }
        let words = words(name);
        let said = |run: &Vec<String>| words.windows(run.len()).any(|window| window == run.as_slice());
        self.names.iter().any(said)
    }

    /// Cheap, and rules out nearly every field: it is run for each field of each reply.
    fn hinted(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let here = |at: usize| {
            let first = bytes[at].to_ascii_lowercase();
            self.hints.iter().any(|hint| {
                let hint = hint.as_bytes();
                hint[0] == first
                    && bytes[at..].len() >= hint.len()
                    && bytes[at..at + hint.len()].eq_ignore_ascii_case(hint)
            })
        };
        // Letters beyond ASCII have cases too; such names are rare enough for the long way.
        !name.is_ascii() || (0..bytes.len()).any(here)
    }

    fn holds_literal(&self, text: &str) -> bool {
        self.literals.iter().any(|literal| {
            // The lengths first: most texts are shorter than a credential.
            text.len() >= literal.len()
                && (text == literal || (long_enough(literal) && text.contains(literal.as_str())))
        })
    }

    fn stripped(&self, text: &str) -> String {
        if let Some(literal) = self.literals.iter().find(|literal| text == literal.as_str()) {
            return self.token_of("string", literal);
        }
        let mut text = text.to_string();
        for literal in self.literals.iter().filter(|literal| long_enough(literal)) {
            text = text.replace(literal.as_str(), &self.token_of("string", literal));
        }
        text
    }

    /// Only the beginning of a long text is kept, and its end may go through a credential.
    fn strip_end(&self, text: &mut String) {
        let literals = self.literals.iter().filter(|literal| long_enough(literal));
        if let Some(at) = literals.filter_map(|literal| cut_off(text, literal)).min() {
            text.truncate(at);
        }
    }

    fn token(&self, value: &Value) -> Value {
        let (kind, text) = match value {
            Value::String(text) => ("string", text.clone()),
            Value::Number(number) if number.is_f64() => ("number", number.to_string()),
            Value::Number(number) => ("integer", number.to_string()),
            _ => panic!("only scalars have a token: null, booleans, arrays and objects are handled by the caller"),
        };
        Value::String(self.token_of(kind, &text))
    }

    fn token_of(&self, kind: &str, text: &str) -> String {
        let digest = Sha256::new()
            .chain_update(&self.salt)
            .chain_update([0])
            .chain_update(kind)
            .chain_update([0])
            .chain_update(text)
            .finalize();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("secret:{kind}:{}", &hex[..HEX_CHARS])
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets")
            .field("names", &self.names.len())
            .field("literals", &self.literals.len())
            .finish_non_exhaustive()
    }
}

/// Whether this text stands for a secret that was replaced.
pub fn is_token(text: &str) -> bool {
    let Some((kind, hex)) = text.strip_prefix("secret:").and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    ["string", "integer", "number"].contains(&kind)
        && hex.len() == HEX_CHARS
        && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// `adminPass`, `admin_pass`, `X-Admin-Pass` → `admin`, `pass`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before_lower = false;
    let chars: Vec<char> = name.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let after_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts = !c.is_alphanumeric() || (c.is_uppercase() && (before_lower || after_lower));
        if starts && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("it is never emptied").extend(c.to_lowercase());
        }
        before_lower = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn long_enough(literal: &str) -> bool {
    literal.chars().count() >= LITERAL_CHARS_MIN
}

/// Where the beginning of `literal` stands at the end of `text`.
fn cut_off(text: &str, literal: &str) -> Option<usize> {
    (LITERAL_CHARS_MIN..literal.len())
        .rev()
        .filter(|&length| literal.is_char_boundary(length))
        .find(|&length| text.ends_with(&literal[..length]))
        .map(|length| text.len() - length)
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
