//! Plans and steps, as recorded.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Version of the plan format. A reader rejects a newer version.
pub const FORMAT: u32 = 1;

/// A recorded plan: sequential steps (branch 0), then parallel branches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of the format.
    pub format: u32,
    /// Name of the suite.
    pub suite: String,
    /// Seed and number of the plan, if drawn. A replay does not need the numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<(u64, u64)>,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// One call of a plan. A handle stands for a resource id, see [`make_handle`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Id of the operation.
    pub operation: String,
    /// Id of the binding, such as `v2.1`.
    pub binding: String,
    /// `owner`, `other`, `expired`, `forged` or `none`.
    pub caller: String,
    /// Path parameters, without the parameters that the identity provides, such as a project id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub path: BTreeMap<String, Value>,
    /// Query parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, Value>,
    /// Headers with inputs of the call, such as a microversion. Never credentials.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The request body; absent if the request has no body.
    #[serde(default, deserialize_with = "read_present", skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Handles of the created resources, by `about` name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub births: BTreeMap<String, Vec<String>>,
    /// How long to wait after the call.
    pub settle: StepWait,
    /// JSON pointers to fields that the profile added to the body, because the endpoint requires the fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub setup: Vec<String>,
    /// 0 for the sequential steps; from 1 for parallel branches.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub branch: u32,
}

/// How long to wait after a response, before the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum StepWait {
    /// Continues at once.
    Leave,
    /// Polls the resources of the call until they settle. The first poll is sent after `after_ms` milliseconds.
    Poll {
        /// Milliseconds from the response to the first poll.
        after_ms: u64,
    },
}

/// A present body may be `null`; serde by default reads `null` as an absent body.
fn read_present<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(input).map(Some)
}

fn is_zero(branch: &u32) -> bool {
    *branch == 0
}

/// The value in a step for the id of the resource with a handle: `{"$handle": name}`.
pub fn make_handle(name: &str) -> Value {
    serde_json::json!({ "$handle": name })
}

/// The handle, if the value stands for a resource id.
pub fn read_handle(value: &Value) -> Option<&str> {
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
