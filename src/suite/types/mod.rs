//! A suite as the model reads it: every expression parsed, every name resolved.

mod clause;
mod effect;
mod resource;
mod suite;

pub use clause::{
    Alternative, Basis, Clause, ClauseDecision, ClauseOperations, ClauseTiming, Event, PermittedStatuses,
};
pub use effect::{Effect, EffectTarget, EffectValue, ResourceSelection, Stage, UNNAMED};
pub use resource::{
    Field, FieldClass, IdExpression, MarkField, PagingPromise, ResourceKind, ResourceReference, ResourceView,
    ShownValue,
};
pub use suite::{LetDefinition, Suite};
