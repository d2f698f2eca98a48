//! One call as recorded, and the plan that holds it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Version of the plan format. A reader refuses a newer one.
pub const FORMAT: u32 = 1;

/// Recorded steps: a sequential prefix (branch 0), then branches side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub format: u32,
    pub suite: String,
    /// Seed and number of the plan it was drawn as: a hint, never needed for replay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<(u64, u64)>,
    pub steps: Vec<Step>,
}

/// One call. Things that do not exist yet are named by handles: see [`handle`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub operation: String,
    /// Id of the catalog's binding, such as `v2.1`.
    pub binding: String,
    /// `owner`, `other`, `expired`, `forged` or `none`.
    pub caller: String,
    /// Values of path parameters; those that the identity fills in (a project id) are absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub path: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, Value>,
    /// Headers that are inputs of the call (a microversion), never credentials.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Absent: no body is sent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Handles for what the call brings to life, by the suite's `about` name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub births: BTreeMap<String, Vec<String>>,
    pub settle: Settle,
    /// JSON pointers of what the profile added to the body, because this endpoint needs it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub setup: Vec<String>,
    /// 0: the sequential prefix; from 1: side by side with the other branches.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub branch: u32,
}

/// What happens after the reply, before the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Settle {
    /// Go on at once.
    Leave,
    /// Poll what the call touched until it rests; the first poll after so many milliseconds.
    Poll { after_ms: u64 },
}

/// A body that is there may be `null`; serde alone would read it as no body.
fn present<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(input).map(Some)
}

fn is_zero(branch: &u32) -> bool {
    *branch == 0
}

/// The value that stands in a step for the id of the thing called `name`: `{"$handle": name}`.
pub fn handle(name: &str) -> Value {
    serde_json::json!({ "$handle": name })
}

/// The handle's name, if this value stands for one.
pub fn handle_name(value: &Value) -> Option<&str> {
    let object = value.as_object()?;
    if object.len() == 1 { object.get("$handle")?.as_str() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_null_is_not_read_as_no_body() {
        let text = r#"{"operation":"o","binding":"b","caller":"owner","body":null,"settle":"leave"}"#;
        let step: Step = serde_json::from_str(text).unwrap();
        assert_eq!(step.body, Some(Value::Null));
        assert_eq!(serde_json::to_string(&step).unwrap(), text);
    }
}
