//! Possible states and outcomes as text for reports.

use super::compile::Model;
use super::factor::Factor;
use super::outcome_kind::OutcomeKind;
use super::possible_state::PossibleResource;
use super::resource_state::{Existence, TransitionStage};
use crate::expr::ExprValue;
use probity_input::escape_field;
use std::sync::Arc;

pub(super) fn describe_outcome(heard: &OutcomeKind) -> String {
    match heard {
        OutcomeKind::Success(status, _) => format!("accepted with {status}"),
        OutcomeKind::Refusal(status) => format!("refused with {status}"),
        OutcomeKind::ServerError(status) => format!("server error {status}"),
        OutcomeKind::Lost => "no response".to_string(),
        OutcomeKind::NotExecuted => "nothing".to_string(),
        OutcomeKind::Unexpected(status) => format!("status {status}, neither a success nor an error"),
    }
}

pub(super) fn describe_expected(model: &Model, factor: &Factor) -> Vec<String> {
    let mut lines: Vec<String> = factor.states.iter().map(|world| describe_state(model, world)).collect();
    lines.dedup();
    lines.truncate(12);
    lines
}

/// One stage of a transition.
pub(super) fn describe_stage(stage: &TransitionStage) -> String {
    match stage {
        TransitionStage::State(value) => value.to_string(),
        TransitionStage::Anything => "any state".to_string(),
        TransitionStage::Gone => "gone".to_string(),
    }
}

/// The remaining stages of a transition in words.
pub(super) fn describe_stages(held: &PossibleResource) -> Vec<String> {
    held.state.transition.iter().flat_map(|motion| &motion.stages).map(describe_stage).collect()
}

/// One possible state in one line of text.
#[must_use]
pub fn describe_state(model: &Model, world: &[Arc<PossibleResource>]) -> String {
    let one = |held: &Arc<PossibleResource>| {
        let resource = model.resource_kind(&held.id);
        let thing = &held.state;
        let state =
            resource.state.as_ref().and_then(|state| resource.fields.iter().position(|field| field.name == *state));
        let what = match (thing.existence, thing.undetermined_since, state) {
            (Existence::Gone, ..) => "gone".to_string(),
            (Existence::Deleting, ..) => "being deleted".to_string(),
            (_, Some(_), _) => "undetermined".to_string(),
            (_, _, Some(index)) => thing.fields[index].to_string(),
            _ => "exists".to_string(),
        };
        let course = thing
            .transition
            .as_ref()
            .map(|motion| format!(" then {}", motion.stages.iter().map(describe_stage).collect::<Vec<_>>().join(", ")));
        let fields = resource.fields.iter().zip(&thing.fields).enumerate();
        let others = fields.filter(|(index, (_, value))| {
            Some(*index) != state && **value != ExprValue::Unknown && thing.undetermined_since.is_none()
        });
        let others: Vec<String> = others.map(|(_, (field, value))| format!("{}={value}", field.name)).collect();
        format!(
            "{} {}: {what}{}{}{}",
            resource.name,
            escape_field(&held.id.id),
            course.unwrap_or_default(),
            if others.is_empty() { "" } else { "; " },
            others.join(" ")
        )
    };
    if world.is_empty() { "nothing known".to_string() } else { world.iter().map(one).collect::<Vec<_>>().join(" | ") }
}
