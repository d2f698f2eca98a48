//! The types within a [`Suite`](super::Suite), a [`Model`](super::Model) and a [`Belief`](super::Belief), for functions
//! that inspect them. Most users need none of these types.
//!
//! - A suite has resource kinds, clauses and events, with expressions as guards and values.
//! - A model has an operation model for each operation of the catalog.
//! - A belief has factors, each with the possible states of some resources.

pub use crate::expr::{
    Comparison, ComparisonRelation, Expr, ExprEvalError, ExprParseError, ExprScope, ExprValue, FieldPath,
    FilteredField, OrderedFloat, PathKey,
};
pub use crate::model::{
    BeliefNarrowing, CallView, Deviation, ExchangeJudgement, Existence, Factor, ModelError, OperationModel,
    OutcomeKind, PossibleResource, PromiseSource, PromiseSubject, ResourceDeletion, ResourceId, ResourceOwner,
    ResourceRead, ResourceState, StateOrigin, Transition, TransitionStage,
};
pub use crate::suite::{
    AboutEntry, Alternative, Clause, ClauseDecision, ClauseOperations, ClauseTiming, DerivedValue, Effect,
    EffectTarget, EffectValue, Event, Field, FieldMutability, IdExpression, LetDefinition, MarkField, PagingPromise,
    PermittedStatuses, ResourceKind, ResourceSelection, ResourceView, StageExpression, SuiteFiles, SuitePlace,
};
