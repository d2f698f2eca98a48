//! A suite as the model reads it: every expression parsed, every name resolved.

mod clause;
mod effect;
mod resource;
mod suite;

pub use clause::{
    Alternative, Clause, ClauseBasis, ClauseDecision, ClauseOperations, ClauseTiming, Event, PermittedStatuses,
};
pub use effect::{Effect, EffectTarget, EffectValue, ResourceSelection, StageExpression, UNNAMED};
pub use resource::{
    ATOMIC_CALLS, AboutEntry, DerivedValue, Field, FieldMutability, IdExpression, MarkField, PagingPromise,
    ResourceKind, ResourceView,
};
pub use suite::{LetDefinition, Suite};
