//! Mutants: the mock with one fault.
//!
//! Mutants are computed from a suite: for each clause, each way to break the clause. Names have the form
//! `clause/kind[/field]`, and none is written in the source.

use crate::model::{ClauseId, Model};
use crate::suite::{Effect, EffectTarget, ResourceKind};

/// The mock with one fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// `clause/kind[/field]`.
    pub name: String,
    /// The broken clause.
    pub clause: ClauseId,
    /// How the mutant breaks the clause.
    pub kind: FaultKind,
}

/// A way to break a clause. Resource kinds and fields are indices into the suite; texts name a field as
/// `resource.field`, or are JSON Pointers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Accepts calls against a refusing clause.
    Accepted,
    /// Accepts calls of one operation against a refusing clause.
    AcceptedBy(String),
    /// Refuses calls against an accepting clause.
    Refused,
    /// Accepts or refuses by the clause, with a status outside the clause.
    OtherStatus,
    /// Answers 500.
    ServerError,
    /// Accepts the call without an effect.
    NoEffect,
    /// Leaves out the effect on one field.
    Skips(String),
    /// Sets one field to a wrong value.
    Alters(String),
    /// Transitions of the resource kind never end.
    Stuck(usize),
    /// Transitions of the resource kind end in a wrong stable state.
    EndsIn(usize, String),
    /// A resource of the kind settles before the resources on which the clause lets the transition wait.
    OutOfOrder(usize),
    /// A clause without an effect has the effects of a second clause.
    ActsAs(ClauseId),
    /// Changes a field without an effect in the clause.
    Touches(String),
    /// Applies the effect to the wrong resource of the kind.
    HitsAnother,
    /// Returns a response in contradiction to `ensure`.
    BreaksEnsure,
    /// Omits a mandatory property of the response.
    Omits(String),
    /// Returns a property of the response with a wrong type.
    Mistypes(String),
    /// Omits a resource from a list.
    ListOmits,
    /// Returns a part of a list without its first resource.
    PageSkips,
    /// Returns more resources than the requested limit.
    PageOverflows,
    /// Lists deleted resources.
    ListsGone,
    /// Shows a wrong derived value.
    ShowsOther(usize),
    /// Changes a constant field at each change of the resource.
    Changes(usize),
    /// Decreases a growing field.
    GoesBack(usize),
    /// Decides about a call when it arrives, and carries out the decision after a gap, whatever happened in between.
    ChecksEarly,
    /// Writes a resource back as it was when the call arrived, with the effects of the call.
    LosesUpdate,
    /// Answers 500 while another call on the resource is under way.
    FailsWhenBusy,
}

/// Prefix of names for resources outside the call, followed by the resource kind. No name of a resource contains a
/// `-`.
pub(super) const UNNAMED_PREFIX: &str = "each-";

/// The name of an effect's resource within the name of a mutant.
pub fn name_target(model: &Model, effect: &Effect) -> String {
    match &effect.target {
        EffectTarget::Named(name) => name.clone(),
        EffectTarget::Each(each) => format!("{UNNAMED_PREFIX}{}", model.suite.resources[each.resource].name),
    }
}

/// The index of the resource kind behind a name from [`name_target`].
pub fn find_kind(model: &Model, target: &str) -> Option<usize> {
    if let Some(kind) = target.strip_prefix(UNNAMED_PREFIX) {
        return model.suite.resources.iter().position(|resource| resource.name == kind);
    }
    let about = model.operations.values().flat_map(|operation| &operation.about).find(|about| about.name == target)?;
    Some(about.resource)
}

/// The resource kind behind a name from [`name_target`].
pub(super) fn find_target_kind<'a>(model: &'a Model, target: &str) -> Option<&'a ResourceKind> {
    model.suite.resources.get(find_kind(model, target)?)
}
