//! Recorded plans.

use super::user_error::UserError;
use crate::plan::{FORMAT, Plan};
use serde_json::Value;

/// Longest plan file in bytes.
pub const PLAN_BYTES_MAX: u64 = 64 << 20;

/// Reads a recorded plan. `suite` is the suite that the plan must belong to; none for any suite.
///
/// # Errors
/// If the bytes are no plan, the format is newer, or the plan belongs to another suite.
pub fn parse_plan(place: &str, bytes: &[u8], suite: Option<&str>) -> Result<Plan, UserError> {
    let wrong = |cause: String| {
        UserError::input(place, cause, "name a plan that `run` wrote: counterexample-N.json or plan-N.json")
    };
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| wrong(format!("the file is not JSON: {error}")))?;
    let format = value.get("format").and_then(Value::as_u64).unwrap_or(0);
    if format > u64::from(FORMAT) {
        let cause = format!("the plan has format {format}; this program reads formats up to {FORMAT}");
        return Err(UserError::input(place, cause, "replay the plan with the probity that wrote it, or a later one"));
    }
    let plan: Plan =
        serde_json::from_value(value).map_err(|error| wrong(format!("the file is not a plan: {error}")))?;
    match suite {
        Some(suite) if plan.suite != suite => {
            Err(wrong(format!("the plan belongs to suite `{}`, not to `{suite}`", plan.suite)))
        }
        _ => Ok(plan),
    }
}
