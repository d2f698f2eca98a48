//! Mutants: the mock with one fault.
//!
//! Mutants are computed from a suite: for each clause, each way to break the clause. Their names have the form
//! `clause/kind[/field]`; no name is written in the source.

use crate::model::{ClauseId, Model};
use crate::suite::{Effect, Resource, Target};

/// The mock with one fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// `clause/kind[/field]`.
    pub name: String,
    /// The clause that the mutant breaks.
    pub clause: ClauseId,
    /// How the mutant breaks the clause.
    pub kind: Kind,
}

/// A way to break a clause. Resource kinds and fields are indices into the suite; texts name a field as
/// `resource.field`, or are JSON Pointers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Accepts calls that the clause refuses.
    Accepted,
    /// Accepts calls of one operation that the clause refuses.
    AcceptedBy(String),
    /// Refuses calls that the clause accepts.
    Refused,
    /// Accepts or refuses as the clause says, with a status that the clause does not allow.
    OtherStatus,
    /// Answers 500.
    ServerError,
    /// Accepts the call without an effect.
    NoEffect,
    /// Leaves out the effect on one field.
    Skips(String),
    /// Sets one field to a value that the clause does not allow.
    Alters(String),
    /// Transitions of this resource kind never end.
    Stuck(usize),
    /// Transitions of this resource kind end in another stable state.
    EndsIn(usize, String),
    /// A resource of this kind settles before the resources for which the clause lets it wait.
    OutOfOrder(usize),
    /// A clause without an effect has the effects of another clause.
    ActsAs(ClauseId),
    /// Changes a field that the clause does not mention.
    Touches(String),
    /// Applies the effect to another resource of the kind.
    HitsAnother,
    /// Returns a response that contradicts `ensure`.
    BreaksEnsure,
    /// Omits a mandatory property of the response.
    Omits(String),
    /// Returns a property of the response with another type.
    Mistypes(String),
    /// Omits a resource from a list.
    ListOmits,
    /// Returns a part of a list that begins one resource too late.
    PageSkips,
    /// Returns a part of a list that is longer than the requested limit.
    PageOverflows,
    /// Lists deleted resources.
    ListsGone,
    /// Shows another value where a value follows from the fields.
    ShowsOther(usize),
    /// Changes a constant field at each change of the resource.
    Changes(usize),
    /// Decreases a field that only grows.
    GoesBack(usize),
}

/// Prefix of the names of resources that a call does not name, followed by the resource kind. No name of a
/// resource contains a `-`.
pub(super) const UNNAMED_THINGS: &str = "each-";

/// The name of an effect's resource within the name of a mutant.
pub(super) fn name_of(model: &Model, effect: &Effect) -> String {
    match &effect.target {
        Target::Named(name) => name.clone(),
        Target::Each(each) => format!("{UNNAMED_THINGS}{}", model.suite.resources[each.resource].name),
    }
}

/// The index of the resource kind behind a name from [`name_of`].
pub(super) fn kind_of(model: &Model, target: &str) -> Option<usize> {
    if let Some(kind) = target.strip_prefix(UNNAMED_THINGS) {
        return model.suite.resources.iter().position(|resource| resource.name == kind);
    }
    let about = model.operations.values().flat_map(|operation| &operation.about).find(|about| about.name == target)?;
    Some(about.resource)
}

/// The resource kind behind a name from [`name_of`].
pub(super) fn resource_of<'a>(model: &'a Model, target: &str) -> Option<&'a Resource> {
    model.suite.resources.get(kind_of(model, target)?)
}
