//! The evidence of a deviation: how the nearest possible state differs from the response, and why that state was
//! expected.

use super::clause_info::ClauseId;
use super::resource_state::ResourceId;
use crate::expr::ExprValue;
use crate::schema::catalog::SourceLines;

/// How the nearest possible state differs from a response, and why that state was expected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviationEvidence {
    /// The differences; empty only if a suite permits no state at all.
    pub differences: Vec<Difference>,
    /// Number of possible states besides the nearest state. The response contradicts them too.
    pub other_states: usize,
    /// Why the nearest state was expected, the most important reason first.
    pub reasons: Vec<ExpectationReason>,
    /// The call behind the deviation: the last call that could have changed what differs, or the call that the
    /// endpoint answered.
    pub blamed: Option<CallReference>,
}

/// One difference between the nearest possible state and the response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The clauses that demand the expected side, sorted.
    pub clauses: Vec<ClauseId>,
    /// The two sides.
    pub what: DifferenceKind,
}

/// The two sides of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The call had to be accepted or refused, with one of some statuses.
    Outcome {
        /// The expected outcome.
        expected: ExpectedOutcome,
        /// The status of the response.
        got: u16,
    },
    /// A field of a resource has another value.
    Field {
        /// The resource.
        resource: ResourceId,
        /// Name of the field.
        field: String,
        /// The permitted values, the final value first.
        expected: Vec<ExprValue>,
        /// The value in the response.
        got: ExprValue,
    },
    /// A list has to contain a resource, or must not contain it.
    Listing {
        /// The resource.
        resource: ResourceId,
        /// Whether the list has to contain the resource.
        expected: bool,
    },
    /// A resource that is gone is shown.
    NotGone {
        /// The resource.
        resource: ResourceId,
        /// The shown state, for a kind with states.
        state: Option<ExprValue>,
    },
    /// A transition took longer than its bound.
    Unsettled {
        /// The resource.
        resource: ResourceId,
        /// The shown state, for a kind with states.
        state: Option<ExprValue>,
        /// The stages that remain, in words; the last is the final state.
        awaited: Vec<String>,
        /// Time since the call that began the transition, in milliseconds.
        elapsed_ms: u64,
        /// The bound in milliseconds.
        bound_ms: u64,
    },
    /// A value that follows from the fields of a resource is not among the permitted values.
    Derived {
        /// The resource.
        resource: ResourceId,
        /// Name of the value.
        name: String,
        /// The permitted values.
        permitted: ExprValue,
        /// The value in the response.
        got: ExprValue,
    },
    /// A condition on the response of an accepted call does not hold.
    Condition {
        /// The parts of the condition that are false.
        parts: Vec<GuardPart>,
    },
    /// A body breaks a keyword of its documented schema.
    Schema(SchemaDifference),
    /// The input of an accepted call breaks a keyword of its documented schema.
    Input(SchemaDifference),
    /// The pages of a list.
    Paging {
        /// The permitted pages, in words.
        expected: String,
        /// The pages, in words.
        got: String,
    },
}

/// A value that breaks a keyword of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaDifference {
    /// JSON pointer into the body, or `?name` for a query parameter; empty for the whole body.
    pub place: String,
    /// The keyword, such as `maxLength`; empty where the difference is the form of the whole body.
    pub keyword: String,
    /// The requirement in words.
    pub expected: String,
    /// The value in words, without secrets.
    pub got: String,
    /// The lines of a page with the requirement.
    pub source: Option<SourceLines>,
}

impl std::fmt::Display for SchemaDifference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = if self.place.is_empty() { "the body" } else { &self.place };
        write!(f, "{place}: {} expected, found {}", self.expected, self.got)?;
        self.source.as_ref().map_or(Ok(()), |source| write!(f, " [{source}]"))
    }
}

/// The expected outcome of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedOutcome {
    /// Whether the call had to be accepted; `None` if only a server error is excluded.
    pub accepted: Option<bool>,
    /// The permitted statuses; empty if no page names any.
    pub statuses: Vec<u16>,
}

/// One reason for an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectationReason {
    /// A clause applied to the call.
    Applied(GuardAccount),
    /// No clause refused the call: the number of clauses that refuse the operation.
    NothingRefuses(usize),
    /// An accepted call promised a value, or the end of a resource.
    Promised {
        /// The resource.
        resource: ResourceId,
        /// Name of the field; none for the end of the resource.
        field: Option<String>,
        /// The clause that made the promise.
        clause: ClauseId,
        /// The call; none if the call is no longer known.
        call: Option<CallReference>,
    },
    /// A response showed the value, and no clause has changed it since.
    LastShown {
        /// The resource.
        resource: ResourceId,
        /// Name of the field; none for the presence of the resource.
        field: Option<String>,
        /// The call with that response.
        call: CallReference,
        /// Time from that response to the call that deviates, in milliseconds.
        before_ms: u64,
    },
    /// A clause could have changed the field by a call, but did not apply.
    NotApplied {
        /// The call.
        call: CallReference,
        /// Name of the field.
        field: String,
        /// The guard, with its parts that were false.
        account: GuardAccount,
    },
    /// No clause changes the field by a call.
    NoClauseChanges {
        /// The call.
        call: CallReference,
        /// Name of the field.
        field: String,
    },
    /// A refused call changes nothing.
    RefusedChangesNothing {
        /// The call.
        call: CallReference,
        /// The status of the refusal.
        status: u16,
    },
}

/// A call of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallReference {
    /// Number of the exchange within the plan, from 0.
    pub exchange: u64,
    /// Index of the step, from 0.
    pub step: usize,
    /// Id of the operation.
    pub operation: String,
}

/// Why the guard of a clause held, or did not hold, for one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardAccount {
    /// The clause.
    pub clause: ClauseId,
    /// The deciding parts; empty for a clause that always applies.
    pub parts: Vec<GuardPart>,
}

/// A part of a condition with the values that the part reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardPart {
    /// The part in words.
    pub text: String,
    /// Whether the part held; `None` for unknown.
    pub holds: Option<bool>,
    /// The values that the part reads.
    pub values: Vec<GuardValue>,
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardValue {
    /// The path, such as `server.status`.
    pub path: String,
    /// The value; `Unknown` if undetermined.
    pub value: ExprValue,
    /// For a field of a resource, the time since a response last showed the resource, in milliseconds.
    pub seen_before_ms: Option<u64>,
}
