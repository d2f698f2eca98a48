//! The types within a [`Suite`](super::Suite), a [`Model`](super::Model) and a [`Belief`](super::Belief), for functions
//! that inspect them. Most users need none of these types.
//!
//! - A suite has resource kinds, clauses and events, with expressions as guards and values.
//! - A model has an operation model for each operation of the catalog.
//! - A belief has factors, each with the possible states of some resources.

pub use crate::expr::{
    Comparison, ComparisonRelation, Expr, ExprEvalError, ExprParseError, ExprScope, FieldPath, FilteredField,
    OrderedFloat, PathKey, Val,
};
pub use crate::model::{
    BeliefNarrowing, CallView, Deviation, ExchangeJudgement, Existence, Factor, ModelError, OperationModel,
    PromiseSource, PromisedValue, ReplyKind, ResourceDeletion, ResourceId, ResourceOwner, ResourceRead, ResourceState,
    StateEntry, StateOrigin, Transition, TransitionStage,
};
pub use crate::suite::{
    Alternative, Clause, ClauseDecision, ClauseOperations, ClauseTiming, Effect, EffectTarget, EffectValue, Event,
    Field, FieldClass, IdExpression, LetDefinition, MarkField, PagingPromise, PermittedStatuses, ResourceKind,
    ResourceReference, ResourceSelection, ResourceView, ShownValue, Stage, SuiteFiles, SuitePlace,
};
