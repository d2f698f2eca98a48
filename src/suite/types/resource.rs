//! Resource kinds: their fields, and where responses show them.

use crate::expr::{Expr, ExprValue, TextNotation};
use crate::schema::catalog::SourceLines;
use crate::suite::place::SuitePlace;
use std::collections::BTreeMap;

/// A resource kind.
#[derive(Debug, Clone)]
pub struct ResourceKind {
    /// Name of the resource kind.
    pub name: String,
    /// Place in the suite file.
    pub place: SuitePlace,
    /// The resource id, computed from `it`, the resource as a response shows it.
    pub id: Expr,
    /// Name of the state field; `None` for a resource kind without states.
    pub state: Option<String>,
    /// The stable states.
    pub stable: Vec<String>,
    /// Longest time until a resource settles, in milliseconds.
    pub settles_ms: u64,
    /// Whether the first stage of a transition is visible as soon as the call has been answered.
    pub prompt: bool,
    /// Whether a response shows the resource as settled, computed from `it`. Only read where a view shows all fields.
    pub rest: Option<Expr>,
    /// Observed fields including the state, in the order of the file: `fields`, `keeps`, `grows`.
    pub fields: Vec<Field>,
    /// Fields that only the model knows, with the first value of each.
    pub remembers: Vec<(String, ExprValue)>,
    /// Values in responses that follow from the fields.
    pub shows: Vec<DerivedValue>,
    /// Where responses show the resource, by operation id.
    pub views: BTreeMap<String, ResourceView>,
    /// Fields that can carry the mark of a run, the best field first.
    pub marks: Vec<MarkField>,
    /// Operations that free a resource which cannot be deleted yet, by operation id. The path parameters are computed
    /// from `it`, the resource as a response shows it. A null parameter means that the call does not apply.
    pub release: BTreeMap<String, BTreeMap<String, Expr>>,
    /// Whether the suite names the convention [`ATOMIC_CALLS`] for the kind.
    pub has_atomic_calls: bool,
}

/// The convention that overlapping calls end as if made one after the other, in some order.
pub const ATOMIC_CALLS: &str = "calls-are-atomic";

/// A field that can carry the mark of a run.
#[derive(Debug, Clone)]
pub struct MarkField {
    /// Index into `ResourceKind::fields`.
    pub field: usize,
    /// The path in the request body that sets the field, by operation id. Always a plain path.
    pub places: BTreeMap<String, Expr>,
    /// Place in the suite file.
    pub place: SuitePlace,
}

/// An observed field of a resource kind.
#[derive(Debug, Clone)]
pub struct Field {
    /// Name of the field.
    pub name: String,
    /// The path of the field, beginning at `it`. Always a plain path, because the mock writes the field at the same
    /// path.
    pub at: Expr,
    /// How the field may change.
    pub class: FieldMutability,
    /// What the texts of the field write, where the suite says so (`as`).
    pub notation: Option<TextNotation>,
    /// Citations.
    pub cites: Vec<SourceLines>,
    /// Place in the suite file.
    pub place: SuitePlace,
}

/// How a field may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldMutability {
    /// Only by a clause.
    Modelled,
    /// Never. The belief adopts the first observed value.
    Keeps,
    /// Increases without a call.
    Grows,
}

/// A value in responses that must be in a list computed from the fields.
#[derive(Debug, Clone)]
pub struct DerivedValue {
    /// Name of the value.
    pub name: String,
    /// A plain path, or a list of plain paths, beginning at `it`.
    pub at: Expr,
    /// The list of permitted values, computed from the resource and `let`; a list of lists if `at` is a list. Null if
    /// nothing is promised.
    pub among: Expr,
    /// Citations.
    pub cites: Vec<SourceLines>,
    /// Place in the suite file.
    pub place: SuitePlace,
}

/// Where the response of an operation shows a resource.
#[derive(Debug, Clone)]
pub struct ResourceView {
    /// The resource, computed from `reply`; with `each`, a list of resources.
    pub at: Expr,
    /// Whether `at` is a list of resources.
    pub each: bool,
    /// Whether the list contains every resource of the caller.
    pub whole: bool,
    /// Condition on the response under which a whole list is whole, such as no link to further entries; otherwise the
    /// response shows a part. `None` if every response is whole.
    pub whole_when: Option<Expr>,
    /// Names of the fields (and `shows`) that the view shows; `None` for all.
    pub only: Option<Vec<String>>,
    /// Condition on the inputs of the call under which the view is read, such as no filter.
    pub when: Option<Expr>,
    /// Query parameters for the next page, computed from `query` and `reply`; null after the last page.
    pub next: BTreeMap<String, Expr>,
    /// The promise about the pages of the list.
    pub paging: Option<PagingPromise>,
    /// Citations.
    pub cites: Vec<SourceLines>,
    /// Place in the suite file.
    pub place: SuitePlace,
}

impl ResourceView {
    /// Whether a query parameter selects a page and does not filter the list.
    #[must_use]
    pub fn selects_page(&self, parameter: &str) -> bool {
        self.paging.as_ref().is_some_and(|paging| paging.limit == parameter || self.next.contains_key(parameter))
    }
}

/// A promise about the pages of a list.
#[derive(Debug, Clone)]
pub struct PagingPromise {
    /// The query parameter that bounds the number of entries on a page.
    pub limit: String,
    /// Citations.
    pub cites: Vec<SourceLines>,
    /// Place in the suite file.
    pub place: SuitePlace,
}

/// A resource, or a list of resources, that a call refers to.
#[derive(Debug, Clone)]
pub struct AboutEntry {
    /// Index into `Suite::resources`.
    pub resource: usize,
    /// Root of the resource in expressions; the name of the resource kind unless the suite gives another.
    pub name: String,
    /// Where the id comes from.
    pub binding: IdExpression,
    /// Name of another resource created by the call, whose views show the id later. The binding is then computed from
    /// `it`, the other resource as a response shows it.
    pub told_by: Option<String>,
    /// Place in the suite file.
    pub place: SuitePlace,
}

/// Where the id of a resource comes from.
#[derive(Debug, Clone)]
pub enum IdExpression {
    /// Id or list of ids, computed from the inputs of the call.
    Existing(Expr),
    /// Id or list of ids of the created resources, computed from `reply`.
    New(Expr),
}
