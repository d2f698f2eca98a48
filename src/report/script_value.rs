//! Values of a shell script that are known only when the script runs: ids and secrets.

use super::digest::digest_bytes;
use crate::history::{Call, Exchange, is_secret_placeholder};
use serde_json::Value;
use std::collections::BTreeMap;

/// Hexadecimal digits of the marker of a variable.
const MARKER_CHARS: usize = 16;

/// The name of the variable for a handle or a header.
#[must_use]
pub(super) fn name_variable(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = text.chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Variables in place of ids and secrets.
#[derive(Debug)]
pub(super) struct ScriptValues {
    /// The variable of each id of the recorded run.
    pub ids: BTreeMap<String, String>,
    /// The variable of each secret that is not recorded.
    pub secrets: BTreeMap<String, String>,
    /// Stands before and after the name of a variable. All characters stay as they are in addresses and in JSON.
    marker: String,
}

impl ScriptValues {
    /// Values for the script of these exchanges. The marker is a digest of the exchanges, so that no endpoint can foresee
    /// the marker and put commands into the script.
    pub fn new(exchanges: &[&Exchange]) -> ScriptValues {
        let bytes = serde_json::to_vec(exchanges).expect("an exchange has a JSON form");
        let digest = digest_bytes(&bytes);
        let hex = digest.trim_start_matches("sha256:");
        let marker = format!("_{}_", &hex[..MARKER_CHARS.min(hex.len())]);
        ScriptValues { ids: BTreeMap::new(), secrets: BTreeMap::new(), marker }
    }

    /// A text as one word of a shell, with the variables that this value put in.
    #[must_use]
    pub fn quote_word(&self, text: &str) -> String {
        let mut word = String::from("'");
        // Every second part is the name of a variable.
        for (index, part) in text.split(&self.marker).enumerate() {
            match index % 2 {
                0 => word.push_str(&part.replace('\'', r"'\''")),
                _ => word.push_str(&format!("'\"${{{part}}}\"'")),
            }
        }
        word.push('\'');
        word
    }

    /// A recorded call with variables in place of ids and secrets.
    pub fn replace_in_call(&mut self, call: &Call) -> Call {
        let mut all = |values: &BTreeMap<String, Value>| -> BTreeMap<String, Value> {
            values.iter().map(|(name, value)| (name.clone(), self.replace_in_value(value))).collect()
        };
        let (path, query) = (all(&call.path), all(&call.query));
        let body = call.body.as_ref().map(|body| self.replace_in_value(body));
        let headers = call.headers.iter().map(|(name, value)| (name.clone(), self.replace_in_text(value)));
        Call { path, query, body, headers: headers.collect(), ..call.clone() }
    }

    fn replace_in_value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.replace_in_text(text)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.replace_in_value(item)).collect()),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, field)| (name.clone(), self.replace_in_value(field)));
                Value::Object(fields.collect())
            }
            other => other.clone(),
        }
    }

    fn replace_in_text(&mut self, text: &str) -> String {
        if let Some(variable) = self.ids.get(text) {
            return format!("{0}{variable}{0}", self.marker);
        }
        if is_secret_placeholder(text) {
            let next = format!("SECRET_{}", self.secrets.len() + 1);
            let variable = self.secrets.entry(text.to_string()).or_insert(next);
            return format!("{0}{variable}{0}", self.marker);
        }
        text.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_word_keeps_quotes_and_dollars_and_has_variables() {
        let mut values = ScriptValues::new(&[]);
        values.ids.insert("8a78".to_string(), name_variable("server-1"));
        let value = values.replace_in_value(&json!({ "id": "8a78", "name": "it's $HOME" }));
        let word = values.quote_word(&value.to_string());
        assert_eq!(word, r#"'{"id":"'"${server_1}"'","name":"it'\''s $HOME"}'"#);
    }

    #[test]
    fn a_secret_is_a_variable() {
        let mut values = ScriptValues::new(&[]);
        let secret = "secret:string:0123456789ab";
        assert!(is_secret_placeholder(secret));
        let marked = values.replace_in_text(secret);
        assert_eq!(values.quote_word(&marked), r#"''"${SECRET_1}"''"#);
        assert_eq!(values.replace_in_text("red"), "red");
    }

    #[test]
    fn a_value_of_an_endpoint_becomes_no_variable_and_no_command() {
        let values = ScriptValues::new(&[]);
        for value in ["zQv_x:-$(touch /tmp/x)_vQz", "${HOME}", "`id`", "_0123456789abcdef_HOME_0123456789abcdef_"] {
            assert_eq!(values.quote_word(value), format!("'{value}'"));
        }
        assert_eq!(values.quote_word("a'$(id)"), r"'a'\''$(id)'");
    }
}
