//! Plans and steps, as recorded.

use crate::history::{Call, read_present_body};
use crate::model::Model;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Version of the plan format. A reader rejects a newer version.
pub const FORMAT: u32 = 1;

/// A recorded plan: sequential steps (branch 0). Neighbouring steps of other branches run in parallel, the steps of each
/// branch in order.
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
#[serde(from = "StepFields")]
pub struct Step {
    /// The call, with handles in place of ids, and without the parameters that the identity provides.
    #[serde(flatten)]
    pub call: Call,
    /// Handles of the created resources, by `about` name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub births: BTreeMap<String, Vec<String>>,
    /// How long to wait after the call.
    pub settle: StepWait,
    /// JSON pointers to fields that the profile added to the body, because the endpoint requires the fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub setup: Vec<String>,
    /// 0 for the sequential steps; from 1 for parallel branches.
    #[serde(skip_serializing_if = "is_zero")]
    pub branch: u32,
    /// Microseconds from the release of all branches to the call, for the first step of a branch.
    #[serde(skip_serializing_if = "is_no_time")]
    pub offset_us: u64,
}

/// The fields of a step with the fields of its call, as read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "struct Step")]
struct StepFields {
    operation: String,
    binding: String,
    caller: String,
    #[serde(default)]
    path: BTreeMap<String, Value>,
    #[serde(default)]
    query: BTreeMap<String, Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "read_present_body")]
    body: Option<Value>,
    #[serde(default)]
    births: BTreeMap<String, Vec<String>>,
    settle: StepWait,
    #[serde(default)]
    setup: Vec<String>,
    #[serde(default)]
    branch: u32,
    #[serde(default)]
    offset_us: u64,
}

impl From<StepFields> for Step {
    fn from(fields: StepFields) -> Step {
        let StepFields { operation, binding, caller, path, query, headers, body, .. } = fields;
        Step {
            call: Call { operation, binding, caller, path, query, headers, body },
            births: fields.births,
            settle: fields.settle,
            setup: fields.setup,
            branch: fields.branch,
            offset_us: fields.offset_us,
        }
    }
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
    /// As `Poll`, and stops polling as soon as only the passing of the bound could tell whether the resources are settled.
    PollBriefly {
        /// Milliseconds from the response to the first poll.
        after_ms: u64,
        /// Milliseconds from the first to the second poll; without the field, as long as for `Poll`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_ms: Option<u64>,
    },
}

impl StepWait {
    /// Milliseconds from the response to the first poll; `None` without polls.
    #[must_use]
    pub fn first_poll_ms(self) -> Option<u64> {
        match self {
            StepWait::Leave => None,
            StepWait::Poll { after_ms } | StepWait::PollBriefly { after_ms, .. } => Some(after_ms),
        }
    }

    /// The same wait with another time before the first poll.
    #[must_use]
    pub fn with_first_poll_ms(self, after_ms: u64) -> StepWait {
        match self {
            StepWait::Leave => StepWait::Leave,
            StepWait::Poll { .. } => StepWait::Poll { after_ms },
            StepWait::PollBriefly { next_ms, .. } => StepWait::PollBriefly { after_ms, next_ms },
        }
    }
}

fn is_zero(branch: &u32) -> bool {
    *branch == 0
}

fn is_no_time(time_us: &u64) -> bool {
    *time_us == 0
}

/// The value in a step for the id of the resource with a handle: `{"$handle": name}`.
pub fn make_handle(name: &str) -> Value {
    serde_json::json!({ "$handle": name })
}

/// As [`make_handle`], for an id that is a number in bodies: `{"$number": name}`.
pub fn make_number_handle(name: &str) -> Value {
    serde_json::json!({ "$number": name })
}

/// The value for the id of a resource of a kind, in the form that bodies have.
pub fn make_id_handle(model: &Model, kind: u16, name: &str) -> Value {
    if model.has_number_ids(usize::from(kind)) { make_number_handle(name) } else { make_handle(name) }
}

/// The same value for another handle.
pub fn rename_handle(value: &Value, name: &str) -> Value {
    if is_number_handle(value) { make_number_handle(name) } else { make_handle(name) }
}

/// Whether the value stands for an id that is a number.
pub fn is_number_handle(value: &Value) -> bool {
    value.get("$number").is_some()
}

/// The handle, if the value stands for a resource id.
pub fn read_handle(value: &Value) -> Option<&str> {
    let object = value.as_object()?;
    if object.len() == 1 { object.get("$handle").or_else(|| object.get("$number"))?.as_str() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_null_is_not_read_as_no_body() {
        let text = r#"{"operation":"o","binding":"b","caller":"owner","body":null,"settle":"leave"}"#;
        let step: Step = serde_json::from_str(text).unwrap();
        assert_eq!(step.call.body, Some(Value::Null));
        assert_eq!(serde_json::to_string(&step).unwrap(), text);
    }

    #[test]
    fn a_step_is_written_as_read_with_the_fields_of_its_call_first() {
        let text = concat!(
            r#"{"operation":"o","binding":"b","caller":"owner","path":{"id":{"$handle":"box-1"}},"query":{"limit":2},"#,
            r#""headers":{"v":"1"},"body":{"b":1,"a":2},"births":{"box":["box-2"]},"settle":{"poll":{"after_ms":3}},"#,
            r#""setup":["/a"],"branch":1,"offset_us":250}"#
        );
        let step: Step = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&step).unwrap(), text);
    }

    #[test]
    fn an_unknown_field_of_a_step_is_refused() {
        let text = r#"{"operation":"o","binding":"b","caller":"owner","settle":"leave","wait":1}"#;
        let error = serde_json::from_str::<Step>(text).unwrap_err().to_string();
        assert!(error.starts_with("unknown field `wait`, expected one of `operation`, `binding`, "), "{error}");
    }
}
