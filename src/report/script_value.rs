//! Values of a shell script that are known only when the script runs: ids and secrets.

use crate::history::{Call, is_secret_placeholder};
use serde_json::Value;
use std::collections::BTreeMap;

/// Marks the place of a variable. All characters stay as they are in addresses and in JSON.
const BEGIN: &str = "zQv_";
const END: &str = "_vQz";

/// The name of the variable for a handle or a header.
#[must_use]
pub(super) fn name_variable(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = text.chars().map(plain).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// A text as one word of a shell, with the variables that [`ScriptValues`] put in.
#[must_use]
pub(super) fn quote_script_word(text: &str) -> String {
    let mut word = String::from("'");
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once(BEGIN) {
        let Some((name, after)) = marked.split_once(END) else { break };
        word.push_str(&before.replace('\'', r"'\''"));
        word.push_str(&format!("'\"${{{name}}}\"'"));
        rest = after;
    }
    word.push_str(&rest.replace('\'', r"'\''"));
    word.push('\'');
    word
}

/// Variables in place of ids and secrets.
#[derive(Debug, Default)]
pub(super) struct ScriptValues {
    /// The variable of each id of the recorded run.
    pub ids: BTreeMap<String, String>,
    /// The variable of each secret that is not recorded.
    pub secrets: BTreeMap<String, String>,
}

impl ScriptValues {
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
            return format!("{BEGIN}{variable}{END}");
        }
        if is_secret_placeholder(text) {
            let next = format!("SECRET_{}", self.secrets.len() + 1);
            let variable = self.secrets.entry(text.to_string()).or_insert(next);
            return format!("{BEGIN}{variable}{END}");
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
        let mut values = ScriptValues::default();
        values.ids.insert("8a78".to_string(), name_variable("server-1"));
        let value = values.replace_in_value(&json!({ "id": "8a78", "name": "it's $HOME" }));
        let word = quote_script_word(&value.to_string());
        assert_eq!(word, r#"'{"id":"'"${server_1}"'","name":"it'\''s $HOME"}'"#);
    }

    #[test]
    fn a_secret_is_a_variable() {
        let mut values = ScriptValues::default();
        let secret = "secret:string:0123456789ab";
        assert!(is_secret_placeholder(secret));
        assert_eq!(quote_script_word(&values.replace_in_text(secret)), r#"''"${SECRET_1}"''"#);
        assert_eq!(values.replace_in_text("red"), "red");
    }
}
