//! The steps of a plan as text.

use super::evidence_text::describe_time;
use crate::history::{CallCause, Outcome, RecordedHistory, ReplyBody};
use crate::plan::{Plan, Step, StepWait, read_handle};
use serde_json::Value;
use std::fmt::Write;

/// Length of the longest printed body, in characters.
const BODY_CHARS_MAX: usize = 600;

/// Lines for each step, numbered from 1: call, caller, inputs, body, outcome, created resources and wait.
/// `outcomes` is the result of [`list_outcomes`].
#[must_use]
pub fn describe_steps(plan: &Plan, outcomes: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let outcome = outcomes.get(index).map(|outcome| format!(" -> {outcome}")).unwrap_or_default();
        lines.push(format!("{}. {}{outcome}", index + 1, describe_call(step)));
        if let Some(body) = &step.call.body {
            lines.push(format!("   body {}", shorten_text(&name_handles(body).to_string())));
        }
        lines.extend(describe_wait(step, plan.steps.len() == index + 1));
    }
    lines
}

/// The outcome of each step: the last response that is not a poll's.
#[must_use]
pub fn list_outcomes(plan: &Plan, history: &RecordedHistory) -> Vec<String> {
    let mut outcomes = vec!["skipped".to_string(); plan.steps.len()];
    // A step whose exchange cannot be read again stays `skipped`.
    let _ = history.read_exchanges(|exchange| {
        if let (Some(outcome), true) = (outcomes.get_mut(exchange.step), exchange.cause != CallCause::Poll) {
            *outcome = describe_outcome(&exchange.outcome);
        }
    });
    outcomes
}

/// The outcome of a request in a few words.
#[must_use]
pub fn describe_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Replied(reply) => match &reply.body {
            ReplyBody::Text { .. } => format!("{}, not JSON", reply.status),
            ReplyBody::TooLarge { .. } => format!("{}, too large to read", reply.status),
            _ => reply.status.to_string(),
        },
        Outcome::Unsent { cause } => format!("not sent: {cause}"),
        Outcome::InfrastructureFailed { by, reply, .. } => format!("{} with {}", by.describe(), reply.status),
        Outcome::Lost { cause } => format!("no response: {cause}"),
    }
}

fn describe_call(step: &Step) -> String {
    let mut text = format!("{} ({})", step.call.operation, step.call.binding);
    let named = step.call.path.iter().map(|(name, value)| format!("{name}={}", describe_value(value)));
    let asked = step.call.query.iter().map(|(name, value)| format!("?{name}={}", describe_value(value)));
    let headers = step.call.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    let inputs: Vec<String> = named.chain(asked).chain(headers).collect();
    if !inputs.is_empty() {
        let _ = write!(text, " with {}", inputs.join(", "));
    }
    let caller = match step.call.caller.as_str() {
        "owner" => "",
        "none" => ", without a token",
        "expired" => ", with an expired token",
        "forged" => ", with forged credentials",
        "other" => ", as the caller `other`",
        unknown => return format!("{text}, as {unknown}"),
    };
    text.push_str(caller);
    if step.branch > 0 {
        let _ = write!(text, ", in parallel branch {}", step.branch);
    }
    text
}

fn describe_wait(step: &Step, last: bool) -> Option<String> {
    let born: Vec<String> = step
        .births
        .iter()
        .flat_map(|(name, handles)| handles.iter().map(move |handle| format!("{name} {handle}")))
        .collect();
    let makes = (!born.is_empty()).then(|| format!("creates {}", born.join(", ")));
    let waits = match step.settle {
        StepWait::Leave if last => None,
        StepWait::Leave => Some("continue at once".to_string()),
        StepWait::Poll { after_ms: 0 } => Some("poll until settled".to_string()),
        StepWait::Poll { after_ms } => Some(format!("poll until settled, first after {}", describe_time(after_ms))),
        StepWait::PollBriefly { after_ms, .. } => {
            Some(format!("poll until settled or only time can tell, first after {}", describe_time(after_ms)))
        }
    };
    let parts: Vec<String> = makes.into_iter().chain(waits).collect();
    (!parts.is_empty()).then(|| format!("   {}", parts.join("; ")))
}

fn describe_value(value: &Value) -> String {
    match read_handle(value) {
        Some(name) => name.to_string(),
        None => value.as_str().map_or_else(|| value.to_string(), str::to_string),
    }
}

/// Replaces handles by their names. The plan file has the exact form of handles.
fn name_handles(value: &Value) -> Value {
    if let Some(name) = read_handle(value) {
        return Value::String(name.to_string());
    }
    match value {
        Value::Array(items) => Value::Array(items.iter().map(name_handles).collect()),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), name_handles(value))).collect())
        }
        other => other.clone(),
    }
}

fn shorten_text(text: &str) -> String {
    let length = text.chars().count();
    if length <= BODY_CHARS_MAX {
        return text.to_string();
    }
    let kept: String = text.chars().take(BODY_CHARS_MAX).collect();
    format!("{kept}... ({length} characters)")
}
