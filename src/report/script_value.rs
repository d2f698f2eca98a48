//! Values of a shell script that are known only when the script runs: ids and secrets.

use super::digest::digest_bytes;
use crate::history::{Call, Exchange, is_secret_placeholder};
use crate::plan::read_handle;
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

/// Ending of the name of the variable with a percent-encoded id.
pub(super) const ENCODED: &str = "_in_address";

/// Shortest id that is recognised in a body by its text alone. A shorter text may be any other value.
const ID_CHARS_MIN: usize = 8;

/// Variables in place of ids and secrets.
#[derive(Debug)]
pub(super) struct ScriptValues {
    /// The variable of each id of the recorded run.
    ids: BTreeMap<String, String>,
    /// The variable of each handle.
    handles: BTreeMap<String, String>,
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
        ScriptValues { ids: BTreeMap::new(), handles: BTreeMap::new(), secrets: BTreeMap::new(), marker }
    }

    /// From now on, a variable stands for the id of a handle.
    pub fn add_id(&mut self, handle: &str, id: &str, variable: String) {
        self.handles.insert(handle.to_string(), variable.clone());
        self.ids.insert(id.to_string(), variable);
    }

    /// The variables with an id.
    pub fn list_id_variables(&self) -> impl Iterator<Item = &String> {
        self.ids.values()
    }

    /// A text as one word of a shell, with the variables that this value put in.
    #[must_use]
    pub fn quote_word(&self, text: &str) -> String {
        self.quote_with(text, str::to_string)
    }

    /// As [`ScriptValues::quote_word`], for an address: ids are percent-encoded.
    #[must_use]
    pub fn quote_target(&self, text: &str) -> String {
        let is_id = |name: &str| self.ids.values().any(|variable| variable == name);
        self.quote_with(text, |name| if is_id(name) { format!("{name}{ENCODED}") } else { name.to_string() })
    }

    fn quote_with(&self, text: &str, name_variable: impl Fn(&str) -> String) -> String {
        let mut word = String::from("'");
        // Every second part is the name of a variable.
        for (index, part) in text.split(&self.marker).enumerate() {
            match index % 2 {
                0 => word.push_str(&part.replace('\'', r"'\''")),
                _ => word.push_str(&format!("'\"${{{}}}\"'", name_variable(part))),
            }
        }
        word.push('\'');
        word
    }

    /// A recorded call with variables in place of ids and secrets. `template` is the call of the step, whose handles mark
    /// the places of ids; without a template, an id is recognised by its text.
    pub fn replace_in_call(&mut self, call: &Call, template: Option<&Call>) -> Call {
        let mut all = |values: &BTreeMap<String, Value>, of: &dyn Fn(&Call) -> &BTreeMap<String, Value>| {
            let replaced = values.iter().map(|(name, value)| {
                let place = template.and_then(|call| of(call).get(name));
                (name.clone(), self.replace_in_value(value, place, place.is_none()))
            });
            replaced.collect::<BTreeMap<String, Value>>()
        };
        let (path, query) = (all(&call.path, &|call| &call.path), all(&call.query, &|call| &call.query));
        let place = template.and_then(|call| call.body.as_ref());
        let body = call.body.as_ref().map(|body| self.replace_in_value(body, place, false));
        let headers = call.headers.iter();
        let headers = headers.map(|(name, value)| (name.clone(), self.replace_in_text(value, false))).collect();
        Call { path, query, body, headers, ..call.clone() }
    }

    /// `place` is the value of the step at the same place. `short_ids` is whether short texts may be ids.
    fn replace_in_value(&mut self, value: &Value, place: Option<&Value>, short_ids: bool) -> Value {
        if let Some(variable) = place.and_then(read_handle).and_then(|handle| self.handles.get(handle)) {
            return Value::String(format!("{0}{variable}{0}", self.marker));
        }
        match value {
            Value::String(text) => Value::String(self.replace_in_text(text, short_ids)),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let replaced = items
                    .map(|(index, item)| self.replace_in_value(item, place.and_then(|it| it.get(index)), short_ids));
                Value::Array(replaced.collect())
            }
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, field)| {
                    (name.clone(), self.replace_in_value(field, place.and_then(|it| it.get(name)), short_ids))
                });
                Value::Object(fields.collect())
            }
            other => other.clone(),
        }
    }

    fn replace_in_text(&mut self, text: &str, short_ids: bool) -> String {
        if let Some(variable) = self.ids.get(text).filter(|_| short_ids || text.len() >= ID_CHARS_MIN) {
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
    use crate::plan::make_handle;
    use serde_json::json;

    #[test]
    fn a_word_keeps_quotes_and_dollars_and_has_variables() {
        let mut values = ScriptValues::new(&[]);
        values.add_id("server-1", "8a78-5c00", name_variable("server-1"));
        let value = values.replace_in_value(&json!({ "id": "8a78-5c00", "name": "it's $HOME" }), None, false);
        let word = values.quote_word(&value.to_string());
        assert_eq!(word, r#"'{"id":"'"${server_1}"'","name":"it'\''s $HOME"}'"#);
    }

    #[test]
    fn a_short_id_is_a_variable_only_where_the_step_has_the_handle_or_in_an_address() {
        let mut values = ScriptValues::new(&[]);
        values.add_id("lamp-1", "1", name_variable("lamp-1"));
        let step = Call { body: Some(json!({ "lamp": make_handle("lamp-1"), "level": "1" })), ..Call::default() };
        let sent = Call {
            path: BTreeMap::from([("lamp_id".to_string(), json!("1"))]),
            body: Some(json!({ "lamp": "1", "level": "1", "names": ["1", "11"] })),
            ..Call::default()
        };
        let shown = values.replace_in_call(&sent, Some(&step));
        let body = values.quote_word(&shown.body.expect("a body").to_string());
        assert_eq!(body, r#"'{"lamp":"'"${lamp_1}"'","level":"1","names":["1","11"]}'"#);
        let path = shown.path["lamp_id"].as_str().expect("a text").to_string();
        assert_eq!(values.quote_target(&format!("/lamps/{path}")), r#"'/lamps/'"${lamp_1_in_address}"''"#);
    }

    #[test]
    fn a_secret_is_a_variable() {
        let mut values = ScriptValues::new(&[]);
        let secret = "secret:string:0123456789ab";
        assert!(is_secret_placeholder(secret));
        let marked = values.replace_in_text(secret, false);
        assert_eq!(values.quote_word(&marked), r#"''"${SECRET_1}"''"#);
        assert_eq!(values.replace_in_text("red", false), "red");
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
