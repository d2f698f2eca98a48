//! The calls of a counterexample between callers and endpoint, as coordinates.

use crate::report::rows::FindingRow;
use probity_input::{escape_line, shorten_text};
use serde::Serialize;

/// Most steps in a diagram; the list beside it has all.
const STEPS_MAX: usize = 12;
/// Longest text at an arrow, in characters.
const LABEL_CHARS_MAX: usize = 38;
/// Height of a step and of the head of the diagram.
const STEP_HEIGHT: usize = 58;
const HEAD_HEIGHT: usize = 48;

/// A diagram with one line for the caller and one for the endpoint.
#[derive(Debug, Serialize)]
pub(super) struct SequenceDiagram {
    height: usize,
    arrows: Vec<CallArrows>,
    hidden: usize,
    /// What a reader hears in place of the drawing.
    label: String,
}

/// A request, and the response below it.
#[derive(Debug, Serialize)]
struct CallArrows {
    y: usize,
    request: String,
    response: String,
    deviates: bool,
}

/// The diagram of a finding's plan; none without steps.
pub(super) fn make_sequence(finding: &FindingRow) -> Option<SequenceDiagram> {
    let shown = &finding.counterexample;
    let steps = &shown.plan.steps;
    // The last steps show the deviation.
    let first = steps.len().saturating_sub(STEPS_MAX);
    let deviating = finding.call.as_ref().map_or(finding.step, |call| call.step);
    let poll = finding.call.as_ref().filter(|call| call.poll);
    let mut arrows = Vec::new();
    for (index, step) in steps.iter().enumerate().skip(first) {
        let caller = if step.call.caller == "owner" { String::new() } else { format!(" as {}", step.call.caller) };
        let outcome = shown.outcomes.get(index).map_or("", String::as_str);
        arrows.push((
            format!("{}. {}{caller}", index + 1, step.call.operation),
            outcome.to_string(),
            index == deviating && poll.is_none(),
        ));
        if let Some(call) = poll.filter(|call| call.step == index) {
            let status = call.status.map_or_else(|| "no response".to_string(), |status| status.to_string());
            arrows.push((format!("poll: {}", call.operation), status, true));
        }
    }
    let arrows: Vec<CallArrows> = arrows
        .into_iter()
        .zip(0..)
        .map(|((request, response, deviates), row)| CallArrows {
            y: HEAD_HEIGHT + row * STEP_HEIGHT,
            request: shorten_label(&request),
            response: shorten_label(&response),
            deviates,
        })
        .collect();
    (!arrows.is_empty()).then(|| SequenceDiagram {
        height: HEAD_HEIGHT + arrows.len() * STEP_HEIGHT + 12,
        hidden: first,
        label: format!("Sequence of {} calls between caller and endpoint, as in the list of steps", arrows.len()),
        arrows,
    })
}

fn shorten_label(text: &str) -> String {
    escape_line(&shorten_text(text, LABEL_CHARS_MAX)).into_owned()
}
