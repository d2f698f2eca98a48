//! The identity and the origin of each clause, stated or generated.

use crate::schema::catalog::SourceLines;
use crate::suite::ClauseBasis;

/// Index into [`Model::clauses`](super::Model::clauses). The clauses of the suite come first, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseId(pub u32);

/// The facts that a report shows about a clause.
#[derive(Debug, Clone)]
pub struct ClauseInfo {
    /// Name of the clause.
    pub id: String,
    /// Earlier names of the clause.
    pub aliases: Vec<String>,
    /// The promise, in one sentence.
    pub says: String,
    /// Citations of the promise.
    pub cites: Vec<SourceLines>,
    /// Whether a page states the promise, or a convention.
    pub basis: ClauseBasis,
    /// The rule behind a convention.
    pub rule: Option<String>,
    /// The source of the clause.
    pub origin: ClauseOrigin,
}

impl ClauseInfo {
    /// All names of the clause: the name of today, then the earlier ones.
    pub fn list_names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.id).chain(&self.aliases).map(String::as_str)
    }
}

/// The source of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClauseOrigin {
    /// Index into `Suite::clauses`.
    Clause(usize),
    /// Index into `Suite::events`. An event permits a change and promises none.
    Event(usize),
    /// The clause follows from the suite and the catalog.
    Generated(GeneratedClause),
}

/// Clauses that follow from the resource kinds of the suite and from the catalog.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GeneratedClause {
    /// `<operation>.no-server-error`: the operation.
    NoServerError(String),
    /// `<operation>.reply`: the body has the documented shape.
    Reply(String),
    /// `<kind>.frame.<field>`, `.keeps.` or `.grows.`: indices of the resource kind and of the field.
    Field(usize, usize),
    /// `<kind>.settles`: index of the resource kind.
    Settles(usize),
    /// `<kind>.shows.<name>`: indices of the resource kind and of the entry in `shows`.
    Shows(usize, usize),
    /// `<kind>.listed.<operation>`: a whole list holds each resource of the caller and no resource of another
    /// owner.
    Listed(usize, String),
    /// `<kind>.page-limit.<operation>`: a page holds at most as many entries as the call requests.
    PageLimit(usize, String),
    /// `<kind>.paged.<operation>`: the pages together hold each resource of the caller once.
    Paged(usize, String),
    /// `<kind>.atomic`: overlapping calls end as if made one after the other; index of the resource kind.
    Atomic(usize),
}
