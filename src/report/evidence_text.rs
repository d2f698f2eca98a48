//! Differences and reasons in words.

use super::phrases::format_count;
use crate::history::{Exchange, Outcome, ReplyBody};
use crate::model::{
    CallReference, DifferenceKind, ExpectationReason, ExpectedOutcome, GuardAccount, GuardPart, GuardValue, Model,
    ResourceId, SchemaDifference,
};
use crate::plan::Plan;
use probity_input::shorten_text;
use std::collections::BTreeMap;

/// Longest value in a sentence, in characters.
const VALUE_CHARS_MAX: usize = 80;
/// Most parts of a guard in a sentence.
const PARTS_MAX: usize = 4;

/// Puts evidence into words.
pub(super) struct EvidenceText<'a> {
    pub model: &'a Model,
    pub plan: &'a Plan,
    /// Handles by id.
    pub handles: &'a BTreeMap<&'a str, &'a str>,
    /// The exchange that deviates.
    pub at: &'a Exchange,
}

impl EvidenceText<'_> {
    /// Place, expected side and other side of a difference.
    pub fn describe_difference(&self, what: &DifferenceKind) -> (String, String, String) {
        match what {
            DifferenceKind::Outcome { expected, got } => {
                (String::new(), describe_expected_outcome(expected), describe_status(*got))
            }
            DifferenceKind::Field { resource, field, expected, got } => {
                let mut values: Vec<String> = expected.iter().map(shorten_value).collect();
                values.dedup();
                (format!("{}: {field}", self.name_resource(resource)), values.join(" or "), shorten_value(got))
            }
            DifferenceKind::Listing { resource, expected } => {
                let name = self.name_resource(resource);
                let (wanted, got) = (format!("{name} is in the list"), format!("{name} is not in the list"));
                if *expected { (String::new(), wanted, got) } else { (String::new(), got, wanted) }
            }
            DifferenceKind::NotGone { resource, state } => {
                let name = self.name_resource(resource);
                let state = state.as_ref().map(|state| format!(", with the state {}", shorten_value(state)));
                let got = format!("{name} is shown{}", state.unwrap_or_default());
                (String::new(), format!("{name} is gone"), got)
            }
            DifferenceKind::Unsettled { resource, state, awaited, elapsed_ms, bound_ms } => {
                let name = self.name_resource(resource);
                let expected =
                    format!("{} within {}", awaited.last().map_or("settled", String::as_str), describe_time(*bound_ms));
                let state = state.as_ref().map_or_else(|| "a transition".to_string(), shorten_value);
                (name, expected, format!("still {state} after {}", describe_time(*elapsed_ms)))
            }
            DifferenceKind::Derived { resource, name, permitted, got } => {
                let place = format!("{}: {name}", self.name_resource(resource));
                (place, format!("one of {}", shorten_value(permitted)), shorten_value(got))
            }
            DifferenceKind::Condition { parts } => {
                let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
                let values = parts
                    .iter()
                    .flat_map(|part| &part.values)
                    .map(|value| format!("{} is {}", value.path, shorten_value(&value.value)));
                (String::new(), texts.join(" and "), values.collect::<Vec<_>>().join(", "))
            }
            DifferenceKind::Schema(schema) => {
                let value = self.find_response_value(&schema.place);
                // The description of a short value is the value.
                let got = match value.filter(|value| value.trim_matches('"') != schema.got) {
                    Some(value) => format!("{}: {}", schema.got, shorten_text(&value, VALUE_CHARS_MAX)),
                    None => schema.got.clone(),
                };
                (name_place(schema), describe_requirement(schema), got)
            }
            DifferenceKind::Input(schema) => {
                (format!("input {}", name_place(schema)), describe_requirement(schema), schema.got.clone())
            }
            DifferenceKind::Paging { expected, got } => (String::new(), expected.clone(), got.clone()),
        }
    }

    /// A reason as one sentence.
    pub fn describe_reason(&self, reason: &ExpectationReason) -> String {
        match reason {
            ExpectationReason::Applied(account) => {
                let name = self.name_clause(account);
                if account.parts.is_empty() {
                    return format!("`{name}` always applies to this call");
                }
                format!("`{name}` applies: {}", join_parts(&account.parts, describe_holding_part))
            }
            ExpectationReason::NothingRefuses(0) => "no clause refuses this operation".to_string(),
            ExpectationReason::NothingRefuses(1) => {
                "the only clause that refuses this operation does not apply".to_string()
            }
            ExpectationReason::NothingRefuses(count) => {
                format!("none of the {count} clauses that refuse this operation applies")
            }
            ExpectationReason::Promised { resource, field, clause, call } => {
                let name = &self.model.clause_info(*clause).id;
                let what = match field {
                    Some(field) => format!("sets {field} of {}", self.name_resource(resource)),
                    None => format!("ends {}", self.name_resource(resource)),
                };
                let call = call.as_ref().map(|call| format!(", by {}", self.name_call(call)));
                format!("`{name}` {what}{}", call.unwrap_or_default())
            }
            ExpectationReason::LastShown { resource, field, call, before_ms } => {
                let what = field.as_ref().map_or_else(
                    || format!("{} was last shown", self.name_resource(resource)),
                    |field| format!("{field} of {} was last shown", self.name_resource(resource)),
                );
                format!("{what} by {}, {} before", self.name_call(call), describe_time(*before_ms))
            }
            ExpectationReason::NotApplied { call, field, account } => format!(
                "`{}` changes {field} by {} only if {}",
                self.name_clause(account),
                self.name_call(call),
                join_parts(&account.parts, describe_failing_part)
            ),
            ExpectationReason::NoClauseChanges { call, field } => {
                format!("no clause changes {field} by {}", self.name_call(call))
            }
            ExpectationReason::RefusedChangesNothing { call, status } => {
                format!("{} was refused with {status}, and a refused call changes nothing", self.name_call(call))
            }
        }
    }

    /// `step 2 (resize)`, or `showServer after step 2` for a poll.
    pub fn name_call(&self, call: &CallReference) -> String {
        let number = call.step + 1;
        match self.plan.steps.get(call.step) {
            Some(step) if step.call.operation != call.operation => format!("{} after step {number}", call.operation),
            _ => format!("step {number} ({})", call.operation),
        }
    }

    /// The handle of a resource; kind and id of a resource without a handle.
    pub fn name_resource(&self, id: &ResourceId) -> String {
        match self.handles.get(id.id.as_ref()) {
            Some(handle) => (*handle).to_string(),
            None => format!("{} {}", self.model.resource_kind(id).name, shorten_text(&id.id, VALUE_CHARS_MAX)),
        }
    }

    fn name_clause(&self, account: &GuardAccount) -> &str {
        &self.model.clause_info(account.clause).id
    }

    fn find_response_value(&self, pointer: &str) -> Option<String> {
        let Outcome::Replied(reply) = &self.at.outcome else { return None };
        let ReplyBody::Json(body) = &reply.body else { return None };
        if pointer.is_empty() { None } else { body.pointer(pointer).map(ToString::to_string) }
    }
}

/// A duration in the largest unit that keeps two digits.
pub(super) fn describe_time(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100).replace(".0 s", " s"),
        120_000..7_200_000 => format!("{} min", ms / 60_000),
        _ => format!("{} h", ms / 3_600_000),
    }
}

fn describe_expected_outcome(expected: &ExpectedOutcome) -> String {
    let statuses: Vec<String> = expected.statuses.iter().map(u16::to_string).collect();
    let statuses = statuses.join(" or ");
    match (expected.accepted, statuses.is_empty()) {
        (Some(true), true) => "accepted, with a success (2xx)".to_string(),
        (Some(true), false) => format!("accepted with {statuses}"),
        (Some(false), true) => "refused, with a client error (4xx)".to_string(),
        (Some(false), false) => format!("refused with {statuses}"),
        (None, _) => "any status except a server error".to_string(),
    }
}

fn describe_status(status: u16) -> String {
    match status {
        200..300 => format!("accepted with {status}"),
        400..500 => format!("refused with {status}"),
        500.. => format!("server error {status}"),
        _ => format!("status {status}, neither a success nor an error"),
    }
}

fn name_place(schema: &SchemaDifference) -> String {
    if schema.place.is_empty() { "the body".to_string() } else { schema.place.clone() }
}

fn describe_requirement(schema: &SchemaDifference) -> String {
    if schema.keyword.is_empty() {
        schema.expected.clone()
    } else {
        format!("{} ({})", schema.expected, schema.keyword)
    }
}

fn join_parts(parts: &[GuardPart], describe: impl Fn(&GuardPart) -> String) -> String {
    let mut texts: Vec<String> = parts.iter().take(PARTS_MAX).map(describe).collect();
    if parts.len() > PARTS_MAX {
        texts.push(format_count(parts.len() - PARTS_MAX, "more condition", "more conditions"));
    }
    texts.join("; ")
}

/// `server.status is ACTIVE or SHUTOFF; it was ERROR`.
fn describe_failing_part(part: &GuardPart) -> String {
    let values: Vec<String> = part.values.iter().map(describe_compared_value).collect();
    match values.split_first() {
        None => part.text.clone(),
        Some((first, [])) if part.values.len() == 1 => {
            let value = first.strip_prefix(&format!("{} was ", part.values[0].path)).unwrap_or(first);
            format!("{}; it was {value}", part.text)
        }
        Some(_) => format!("{}; {}", part.text, values.join(", ")),
    }
}

/// `server.status is ACTIVE or SHUTOFF (it was ACTIVE, seen 3 s before)`.
fn describe_holding_part(part: &GuardPart) -> String {
    let told = |value: &&GuardValue| {
        let shown = value.value.to_string();
        part.text.ends_with(&format!("is {shown}")) || part.text.ends_with(&format!("is {}", shown.trim_matches('"')))
    };
    let notes = part.values.iter().filter_map(|value| {
        let seen = value.seen_before_ms.map(|ms| format!("seen {} before", describe_time(ms)));
        let is_told = told(&value);
        let plain = part.values.len() == 1 && part.text.starts_with(&format!("{} ", value.path));
        match (is_told, seen) {
            (true, seen) => seen,
            (false, seen) => {
                let name = if plain { "it was".to_string() } else { format!("{} was", value.path) };
                let seen = seen.map(|seen| format!(", {seen}")).unwrap_or_default();
                Some(format!("{name} {}{seen}", shorten_value(&value.value)))
            }
        }
    });
    let notes: Vec<String> = notes.collect();
    let unknown = if part.holds.is_none() { ", as far as known" } else { "" };
    if notes.is_empty() {
        format!("{}{unknown}", part.text)
    } else {
        format!("{} ({}){unknown}", part.text, notes.join("; "))
    }
}

fn describe_compared_value(value: &GuardValue) -> String {
    let seen = value.seen_before_ms.map(|ms| format!(" (seen {} before)", describe_time(ms))).unwrap_or_default();
    format!("{} was {}{seen}", value.path, shorten_value(&value.value))
}

fn shorten_value(value: &impl ToString) -> String {
    shorten_text(&value.to_string(), VALUE_CHARS_MAX).into_owned()
}
