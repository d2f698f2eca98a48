//! Possible states and outcomes as text for reports.

use super::compile::Model;
use super::factor::Factor;
use super::possible_state::Held;
use super::reply_kind::Heard;
use super::resource_state::{Life, Step};
use crate::expr::Val;
use std::sync::Arc;

pub(super) fn said(heard: &Heard) -> String {
    match heard {
        Heard::Success(status, _) => format!("accepted with {status}"),
        Heard::Refusal(status) => format!("refused with {status}"),
        Heard::ServerError(status) => format!("server error {status}"),
        Heard::Lost => "no response".to_string(),
        Heard::Nothing => "nothing".to_string(),
        Heard::Odd(status) => format!("status {status}, neither a success nor an error"),
    }
}

pub(super) fn expectations(model: &Model, factor: &Factor) -> Vec<String> {
    let mut lines: Vec<String> = factor.worlds.iter().map(|world| describe(model, world)).collect();
    lines.dedup();
    lines.truncate(12);
    lines
}

/// One possible state in one line of text.
#[must_use]
pub fn describe(model: &Model, world: &[Arc<Held>]) -> String {
    let one = |held: &Arc<Held>| {
        let resource = model.resource(&held.id);
        let thing = &held.thing;
        let state =
            resource.state.as_ref().and_then(|state| resource.fields.iter().position(|field| field.name == *state));
        let what = match (thing.life, thing.fog, state) {
            (Life::Gone, ..) => "gone".to_string(),
            (Life::Dying, ..) => "being deleted".to_string(),
            (_, Some(_), _) => "undetermined".to_string(),
            (_, _, Some(index)) => thing.fields[index].to_string(),
            _ => "exists".to_string(),
        };
        let course = thing.motion.as_ref().map(|motion| {
            let steps = motion.course.iter().map(|step| match step {
                Step::State(value) => value.to_string(),
                Step::Anything => "any state".to_string(),
                Step::Gone => "gone".to_string(),
            });
            format!(" then {}", steps.collect::<Vec<_>>().join(", "))
        });
        let fields = resource.fields.iter().zip(&thing.fields).enumerate();
        let others = fields
            .filter(|(index, (_, value))| Some(*index) != state && **value != Val::Unknown && thing.fog.is_none());
        let others: Vec<String> = others.map(|(_, (field, value))| format!("{}={value}", field.name)).collect();
        format!(
            "{} {}: {what}{}{}{}",
            resource.name,
            held.id.id,
            course.unwrap_or_default(),
            if others.is_empty() { "" } else { "; " },
            others.join(" ")
        )
    };
    if world.is_empty() { "nothing known".to_string() } else { world.iter().map(one).collect::<Vec<_>>().join(" | ") }
}
