//! Clauses and events.

use super::effect::Effect;
use crate::expr::Expr;
use crate::schema::catalog::Source;
use crate::suite::place::Place;

/// One checkable promise with its citation.
#[derive(Debug, Clone)]
pub struct Clause {
    /// Stable; one name everywhere.
    pub id: String,
    pub says: String,
    pub cites: Vec<Source>,
    pub basis: Basis,
    /// Name of the rule, where the basis is `convention`.
    pub rule: Option<String>,
    pub calls: Calls,
    pub during: While,
    /// Absent: always.
    pub when: Option<Expr>,
    pub verb: Verb,
    pub then: Vec<Effect>,
    pub or: Vec<Alternative>,
    /// `(job, server)`: the first may not come to its end before the second.
    pub order: Vec<(String, String)>,
    /// The pages do not say with which body such a call is answered.
    pub reply_open: bool,
    /// Over reply and world, after acceptance.
    pub ensure: Vec<(Expr, Place)>,
    pub place: Place,
}

impl Clause {
    /// Everything that it may do: its main outcome and its alternatives.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.then.iter().chain(self.or.iter().flat_map(|way| &way.then))
    }
}

/// What a clause rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// A cited line says it.
    Stated,
    /// Only an example shows it.
    Example,
    /// A named rule of ours.
    Convention,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Calls {
    /// Of the `general` part: every operation but these. Operations that do not speak of a thing which the
    /// clause reads, or that bring it to life, are among these already.
    AllBut(Vec<String>),
    Only(Vec<String>),
}

/// When a clause speaks: only while every thing that the call names is at rest, or at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum While {
    Rest,
    Any,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    Accept(Statuses),
    Refuse(Statuses),
    /// Documented but not determined by anything that can be seen.
    MayRefuse(Statuses),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statuses {
    /// `success` or `client-error`: what the operation's documented list holds of that class,
    /// or any of the class where it lists none.
    Documented,
    /// Codes that a cited line gives.
    Exactly(Vec<u16>),
}

/// An outcome that the documents permit beside the main one.
#[derive(Debug, Clone)]
pub struct Alternative {
    pub because: String,
    pub cites: Vec<Source>,
    pub when: Option<Expr>,
    pub then: Vec<Effect>,
    pub place: Place,
}

/// What the endpoint may do by itself.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub says: String,
    pub cites: Vec<Source>,
    pub basis: Basis,
    pub rule: Option<String>,
    /// Index into `Suite::resources`.
    pub resource: usize,
    /// Over the resource's own name; its state is the one it shows (stages of a course too).
    pub when: Option<Expr>,
    pub then: Vec<Effect>,
    pub place: Place,
}
