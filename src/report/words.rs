//! A plan's steps in plain words.

use crate::history::{Cause, Exchange, History, Outcome, ReplyBody};
use crate::plan::{Plan, Settle, Step, handle_name};
use serde_json::Value;
use std::fmt::Write;

/// Longest body in a line of text, in characters.
const BODY_CHARS_MAX: usize = 600;

/// One block of lines per step, numbered from 1: who calls what on which thing with which body,
/// what came back, and what is waited for. `outcomes` is as [`outcomes`] gives it.
#[must_use]
pub fn steps(plan: &Plan, outcomes: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let outcome = outcomes.get(index).map(|outcome| format!(" -> {outcome}")).unwrap_or_default();
        lines.push(format!("{}. {}{outcome}", index + 1, call(step)));
        if let Some(body) = &step.body {
            lines.push(format!("   body {}", shortened(&plain(body).to_string())));
        }
        lines.extend(afterwards(step, plan.steps.len() == index + 1));
    }
    lines
}

/// What came back for each step of a plan: the reply to its last try.
#[must_use]
pub fn outcomes(plan: &Plan, history: &History) -> Vec<String> {
    let last = |index: usize| {
        let own = |exchange: &&Exchange| exchange.step == index && exchange.cause != Cause::Poll;
        history.exchanges.iter().rfind(own)
    };
    (0..plan.steps.len())
        .map(|index| last(index).map_or_else(|| "skipped".to_string(), |exchange| outcome(&exchange.outcome)))
        .collect()
}

/// What became of a request, in a word or two.
#[must_use]
pub fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Replied(reply) => match &reply.body {
            ReplyBody::Text { .. } => format!("{}, not JSON", reply.status),
            _ => reply.status.to_string(),
        },
        Outcome::Unsent { cause } => format!("never sent: {cause}"),
        Outcome::Hindered { by, reply } => format!("{} with {}", by.word(), reply.status),
        Outcome::Lost { cause } => format!("no reply: {cause}"),
    }
}

fn call(step: &Step) -> String {
    let mut text = format!("{} ({})", step.operation, step.binding);
    let named = step.path.iter().map(|(name, value)| format!("{name}={}", said(value)));
    let asked = step.query.iter().map(|(name, value)| format!("?{name}={}", said(value)));
    let headers = step.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    let inputs: Vec<String> = named.chain(asked).chain(headers).collect();
    if !inputs.is_empty() {
        let _ = write!(text, " with {}", inputs.join(", "));
    }
    let caller = match step.caller.as_str() {
        "owner" => "",
        "none" => ", without a token",
        "expired" => ", with an expired token",
        "forged" => ", with forged proof",
        "other" => ", as someone of another project",
        unknown => return format!("{text}, as {unknown}"),
    };
    text.push_str(caller);
    if step.branch > 0 {
        let _ = write!(text, ", in branch {} side by side with the others", step.branch);
    }
    text
}

fn afterwards(step: &Step, last: bool) -> Option<String> {
    let born: Vec<String> = step
        .births
        .iter()
        .flat_map(|(name, handles)| handles.iter().map(move |handle| format!("{name} {handle}")))
        .collect();
    let makes = (!born.is_empty()).then(|| format!("makes {}", born.join(", ")));
    let waits = match step.settle {
        Settle::Leave if last => None,
        Settle::Leave => Some("go on at once".to_string()),
        Settle::Poll { after_ms: 0 } => Some("wait until it rests".to_string()),
        Settle::Poll { after_ms } => Some(format!("wait until it rests, first look after {after_ms} ms")),
    };
    let parts: Vec<String> = makes.into_iter().chain(waits).collect();
    (!parts.is_empty()).then(|| format!("   {}", parts.join("; ")))
}

fn said(value: &Value) -> String {
    match handle_name(value) {
        Some(name) => name.to_string(),
        None => value.as_str().map_or_else(|| value.to_string(), str::to_string),
    }
}

/// Handles by their names, for reading; the file keeps their exact form.
fn plain(value: &Value) -> Value {
    if let Some(name) = handle_name(value) {
        return Value::String(name.to_string());
    }
    match value {
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        other => other.clone(),
    }
}

fn shortened(text: &str) -> String {
    let length = text.chars().count();
    if length <= BODY_CHARS_MAX {
        return text.to_string();
    }
    let kept: String = text.chars().take(BODY_CHARS_MAX).collect();
    format!("{kept}... ({length} characters)")
}
