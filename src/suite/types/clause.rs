//! Clauses and events.

use super::effect::Effect;
use crate::expr::Expr;
use crate::schema::catalog::SourceLines;
use crate::suite::place::SuitePlace;

/// A clause: one promise with its citations.
#[derive(Debug, Clone)]
pub struct Clause {
    /// Stable id, used in reports and on the command line.
    pub id: String,
    /// Earlier ids, by which baselines, waivers, stored runs and the command line may still name the clause.
    pub aliases: Vec<String>,
    /// Whether an endpoint need not implement what the clause promises.
    pub optional: bool,
    /// The promise in one sentence.
    pub says: String,
    /// Citations.
    pub cites: Vec<SourceLines>,
    /// What the clause rests on.
    pub basis: ClauseBasis,
    /// Name of the rule, if the basis is `convention`.
    pub rule: Option<String>,
    /// The operations.
    pub calls: ClauseOperations,
    /// When the clause applies.
    pub timing: ClauseTiming,
    /// The guard; a clause without a guard always applies.
    pub when: Option<Expr>,
    /// Whether the call is accepted or refused.
    pub decision: ClauseDecision,
    /// Effects of the main outcome.
    pub then: Vec<Effect>,
    /// The alternatives.
    pub or: Vec<Alternative>,
    /// Pairs such as `(job, server)`: the transition of the first may not end before the transition of the second.
    pub order: Vec<(String, String)>,
    /// Whether the pages leave the response body of the call open.
    pub reply_open: bool,
    /// Conditions after acceptance, on the response and on the state before the call.
    pub ensure: Vec<(Expr, SuitePlace)>,
    /// Place in the suite file.
    pub place: SuitePlace,
}

impl Clause {
    /// The effects of the clause and of its alternatives.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.then.iter().chain(self.or.iter().flat_map(|way| &way.then))
    }
}

/// What a clause rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ClauseBasis {
    /// A cited line states the promise.
    Stated,
    /// Only an example shows the promise.
    Example,
    /// A named rule of this project; no page states the promise.
    Convention,
}

/// The operations of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClauseOperations {
    /// A general clause: every operation except the listed ones. The list includes operations that do not refer to a
    /// resource which the clause reads, and operations that create the resource.
    AllBut(Vec<String>),
    /// The listed operations.
    Only(Vec<String>),
}

/// When a clause applies: only while every resource named by the call is settled, or at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClauseTiming {
    /// While every resource named by the call is settled.
    Settled,
    /// At any time.
    Any,
}

/// Whether a call is accepted or refused, with the permitted statuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClauseDecision {
    /// The call succeeds.
    Accept(PermittedStatuses),
    /// The call is refused and changes nothing.
    Refuse(PermittedStatuses),
    /// The refusal is documented, but depends on nothing visible to the caller.
    MayRefuse(PermittedStatuses),
}

/// The statuses that a clause permits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermittedStatuses {
    /// `success` or `client-error`: the statuses of the class documented for the operation, or the whole class if
    /// none is documented.
    Documented,
    /// Statuses named by a cited line.
    Exactly(Vec<u16>),
}

/// An alternative: another outcome that the pages permit.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// The reason in one sentence.
    pub because: String,
    /// Citations.
    pub cites: Vec<SourceLines>,
    /// Guard of the outcome.
    pub when: Option<Expr>,
    /// Effects of the outcome.
    pub then: Vec<Effect>,
    /// Place in the suite file.
    pub place: SuitePlace,
}

/// A change that the endpoint may make without a call.
#[derive(Debug, Clone)]
pub struct Event {
    /// Stable id.
    pub id: String,
    /// The change in one sentence.
    pub says: String,
    /// Citations.
    pub cites: Vec<SourceLines>,
    /// What the event rests on.
    pub basis: ClauseBasis,
    /// Name of the rule, if the basis is `convention`.
    pub rule: Option<String>,
    /// Index into `Suite::resources`.
    pub resource: usize,
    /// Guard on the fields of the resource. The state is the state shown, which may be an intermediate state.
    pub when: Option<Expr>,
    /// Effects of the event.
    pub then: Vec<Effect>,
    /// Place in the suite file.
    pub place: SuitePlace,
}
