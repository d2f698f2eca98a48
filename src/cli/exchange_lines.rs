//! The lines of `-v` and `-vv`: each request, its response, and the possible states afterwards.
//!
//! The lines are foreign text: they are escaped and short. The terminal removes secrets.

use crate::endpoint::OutsideRequest;
use crate::history::{Call, CallCause, Exchange, Outcome, Reply, ReplyBody};
use crate::model::{Belief, describe_state};
use probity_input::{escape_line, shorten_text};

/// Most characters of a body in a line.
const BODY_CHARS_MAX: usize = 300;
/// Most possible states of a resource in a line.
const STATES_MAX: usize = 6;

/// The request and the response of an exchange, in two lines without a line end.
#[must_use]
pub fn describe_exchange(suite: &str, plan: u64, exchange: &Exchange) -> String {
    let Exchange { step, call, cause, sent_ms, received_ms, outcome, .. } = exchange;
    let cause = match cause {
        CallCause::Step => "",
        CallCause::Retry => ", again",
        CallCause::Poll => ", poll",
    };
    let request = format!("{suite}: plan {plan}, step {}{cause}: {}", step + 1, describe_call(call));
    let after = received_ms.saturating_sub(*sent_ms);
    let response =
        format!("  -> {} (sent {sent_ms} ms after the start of the plan, took {after} ms)", describe_outcome(outcome));
    format!("{}\n{}", escape_line(&request), escape_line(&response))
}

/// A request outside of plans and its response, in two lines without a line end.
#[must_use]
pub fn describe_outside_request(why: OutsideRequest, exchange: &Exchange) -> String {
    let purpose = match why {
        OutsideRequest::Check => "check before the first plan",
        OutsideRequest::CleaningUp => "cleaning up",
    };
    let request = format!("{purpose}: {}", describe_call(&exchange.call));
    let response = format!("  -> {}", describe_outcome(&exchange.outcome));
    format!("{}\n{}", escape_line(&request), escape_line(&response))
}

/// The possible states of every resource, one line for each resource, after a step.
#[must_use]
pub fn describe_belief(belief: &Belief) -> Vec<String> {
    let of_resource = belief.ids().map(|id| {
        let held = belief.list_states(id);
        let mut states: Vec<String> =
            held.iter().map(|one| describe_state(belief.model(), std::slice::from_ref(one))).collect();
        states.dedup();
        let more = states.len().saturating_sub(STATES_MAX);
        states.truncate(STATES_MAX);
        let rest = if more > 0 { format!(" or {more} more") } else { String::new() };
        format!("  possible: {}{rest}", escape_line(&states.join(" or ")))
    });
    of_resource.collect()
}

fn describe_call(call: &Call) -> String {
    let binding = if call.binding.is_empty() { String::new() } else { format!(" ({})", call.binding) };
    let mut words = vec![format!("{}{binding}", call.operation)];
    if call.caller != "owner" {
        words.push(format!("by {}", call.caller));
    }
    let values = call.path.iter().chain(&call.query);
    words.extend(
        values.map(|(name, value)| {
            format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_string))
        }),
    );
    words.extend(call.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    words.extend(call.body.as_ref().map(|body| shorten_text(&body.to_string(), BODY_CHARS_MAX).into_owned()));
    words.join(" ")
}

fn describe_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Replied(reply) => describe_reply(reply),
        Outcome::InfrastructureFailed { by, reply, .. } => format!("{} ({})", describe_reply(reply), by.describe()),
        Outcome::Unsent { cause } => format!("not sent: {cause}"),
        Outcome::Lost { cause } => format!("no response: {cause}"),
    }
}

fn describe_reply(reply: &Reply) -> String {
    let body = match &reply.body {
        ReplyBody::Empty => String::new(),
        ReplyBody::Json(value) => shorten_text(&value.to_string(), BODY_CHARS_MAX).into_owned(),
        ReplyBody::Text { begins, .. } | ReplyBody::TooLarge { begins, .. } => {
            format!("not JSON: {}", shorten_text(begins, BODY_CHARS_MAX))
        }
        ReplyBody::Shortened { bytes, .. } => return format!("{}, a body of {bytes} bytes", reply.status),
    };
    format!("{} {body}", reply.status).trim_end().to_string()
}
