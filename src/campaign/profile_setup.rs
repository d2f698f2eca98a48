//! Changes that a profile makes to steps: additions to bodies of creates, and provoked failures.

use crate::endpoint::{FailureProvocation, run_command};
use crate::plan::{Step, StepWait};
use crate::plan_execution::{Cancellation, LAST_RESPONSE_TIME, StepEnd, StopReason};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tokio::time::sleep;

/// Merges the profile's additions into the body of a create (RFC 7396), and notes the changed places in
/// `step.setup`.
///
/// The caller completes only creates of an empty endpoint: the first resource needs the additions, and
/// later creates test whether the endpoint accepts the body that the pages describe.
pub(super) fn complete_body(step: &mut Step, setup: &BTreeMap<String, Value>) {
    let Some(added) = setup.get(&step.call.operation).filter(|_| !step.births.is_empty() && step.setup.is_empty())
    else {
        return;
    };
    let body = step.call.body.get_or_insert_with(|| Value::Object(Map::new()));
    merge_body(body, added, "", &mut step.setup);
}

fn merge_body(body: &mut Value, added: &Value, at: &str, places: &mut Vec<String>) {
    match (body, added) {
        (Value::Object(fields), Value::Object(added)) => {
            for (name, value) in added {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                if value.is_null() {
                    fields.shift_remove(name);
                    places.push(at);
                } else {
                    let empty = if value.is_object() { Value::Object(Map::new()) } else { Value::Null };
                    merge_body(fields.entry(name).or_insert(empty), value, &at, places);
                }
            }
        }
        (body, added) => {
            *body = added.clone();
            places.push(at.to_string());
        }
    }
}

/// Starts the failure that a profile provokes for a step. The step then polls, because the failure must
/// have happened before the provocation ends.
pub(super) async fn begin_provocation(
    provocation: Option<&FailureProvocation>,
    step: &mut Step,
    cancel: &Cancellation,
) -> Result<(), StopReason> {
    if let Some(provocation) = provocation {
        step.settle = StepWait::Poll { after_ms: 0 };
        tokio::select! {
            biased;
            // The command may have begun the failure already.
            () = cancel.wait_for_request() => {
                return end_provocation(Some(provocation), Err(StopReason::Cancelled), cancel).await.map(drop);
            }
            ended = run_command(&provocation.begin) => ended.map_err(|cause| StopReason::Provocation { cause })?,
        }
    }
    Ok(())
}

/// Ends the provoked failure, and returns the end of the step. Once testing is stopped, the command has a few seconds.
pub(super) async fn end_provocation(
    provocation: Option<&FailureProvocation>,
    end: Result<StepEnd, StopReason>,
    cancel: &Cancellation,
) -> Result<StepEnd, StopReason> {
    match provocation {
        None => end,
        Some(provocation) => {
            let stop = async {
                cancel.wait_for_request().await;
                sleep(LAST_RESPONSE_TIME).await;
            };
            tokio::select! {
                biased;
                ended = run_command(&provocation.end) => match ended {
                    Ok(()) => end,
                    Err(cause) => Err(StopReason::Provocation { cause }),
                },
                () = stop => {
                    let cause = format!("`{}` was ended by a signal", provocation.end);
                    Err(StopReason::Provocation { cause })
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The body after the merge, and the changed places.
    fn apply_completion(body: Option<Value>, added: Value, births: bool) -> (Option<Value>, Vec<String>) {
        let mut step: Step = serde_json::from_value(
            json!({ "operation": "make", "binding": "v1", "caller": "owner", "settle": "leave" }),
        )
        .expect("a step");
        step.call.body = body;
        if births {
            step.births = BTreeMap::from([("lamp".to_string(), Vec::new())]);
        }
        complete_body(&mut step, &BTreeMap::from([("make".to_string(), added)]));
        (step.call.body, step.setup)
    }

    #[test]
    fn additions_are_merged_and_each_changed_place_is_noted() {
        let body = json!({ "lamp": { "bulb": "a", "size": 1 } });
        let added = json!({ "lamp": { "networks": "none", "size": null, "a/b": { "c": [1] } } });
        let (body, places) = apply_completion(Some(body), added, true);
        assert_eq!(body, Some(json!({ "lamp": { "bulb": "a", "networks": "none", "a/b": { "c": [1] } } })));
        assert_eq!(places, ["/lamp/networks", "/lamp/size", "/lamp/a~1b/c"]);
    }

    #[test]
    fn only_creates_are_completed() {
        assert_eq!(apply_completion(None, json!({ "a": 1 }), false), (None, Vec::new()));
        assert_eq!(apply_completion(None, json!({ "a": 1 }), true), (Some(json!({ "a": 1 })), vec!["/a".to_string()]));
    }
}
