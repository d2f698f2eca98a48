//! Resource kinds: their fields, and where responses show them.

use crate::expr::{Expr, Val};
use crate::schema::catalog::Source;
use crate::suite::place::Place;
use std::collections::BTreeMap;

/// A kind of thing with a life.
#[derive(Debug, Clone)]
pub struct Resource {
    pub name: String,
    pub place: Place,
    /// Id of one thing, over `it`, the thing as a reply shows it.
    pub id: Expr,
    /// Name of the field that is its state; none for things without states.
    pub state: Option<String>,
    /// States in which it may stay.
    pub stable: Vec<String>,
    /// Within what time it comes to rest, in milliseconds.
    pub settles_ms: u64,
    /// The first state of a course is visible as soon as the call is answered.
    pub prompt: bool,
    /// Over `it`: whether this reply shows it at rest. Only read where a view shows everything.
    pub rest: Option<Expr>,
    /// Observed fields, the state among them, in the order of the file: `fields`, `keeps`, `grows`.
    pub fields: Vec<Field>,
    /// Fields of the model only, with their first value.
    pub remembers: Vec<(String, Val)>,
    /// What replies show of it that follows from its fields.
    pub shows: Vec<Shows>,
    /// Where it appears in replies, by operation id.
    pub views: BTreeMap<String, View>,
    /// Fields that a run may mark, the best one first.
    pub marks: Vec<Mark>,
    /// Calls that set a thing free which refuses to end, by operation id: the values of path parameters,
    /// over `it`, the thing as it is shown. Where one is null the call does not apply.
    pub release: BTreeMap<String, BTreeMap<String, Expr>>,
}

/// A field by which a run's things are known again at an endpoint.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Index into `Resource::fields`.
    pub field: usize,
    /// By operation id: the place in its body that becomes the field. Always a plain path.
    pub places: BTreeMap<String, Expr>,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    /// Over `it`; always a plain path, because the mock writes there what it reads here.
    pub at: Expr,
    pub class: FieldClass,
    pub cites: Vec<Source>,
    pub place: Place,
}

/// How a field may move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldClass {
    /// Only by a clause.
    Modelled,
    /// Never; its value is adopted at first sight.
    Keeps,
    /// Only forward; moves by itself.
    Grows,
}

/// A value in replies that must be one of those which the thing's fields allow.
#[derive(Debug, Clone)]
pub struct Shows {
    pub name: String,
    /// Over `it`: a plain path or a list of plain paths.
    pub at: Expr,
    /// Over the resource's own name and `let`: the list of permitted values (of lists, if `at` is one),
    /// or null where nothing is promised.
    pub among: Expr,
    pub cites: Vec<Source>,
    pub place: Place,
}

/// Where a thing appears in the reply of an operation.
#[derive(Debug, Clone)]
pub struct View {
    /// Over `reply`: the thing, or the list of things if `each`.
    pub at: Expr,
    pub each: bool,
    /// The list must hold every thing of the caller.
    pub whole: bool,
    /// Names of the fields (and `shows`) that this view shows, where it is not all of them.
    pub only: Option<Vec<String>>,
    /// Condition over the call's inputs for this view to count (no filter, no paging).
    pub when: Option<Expr>,
    /// By query parameter, over `query` and `reply`: its value for the page that follows, null after the last.
    pub next: BTreeMap<String, Expr>,
    /// The pages promise what pages of this list hold.
    pub paging: Option<Paging>,
    pub cites: Vec<Source>,
    pub place: Place,
}

impl View {
    /// Whether a query parameter asks for a part of the list, and says nothing of what the list holds.
    #[must_use]
    pub fn asks_for_a_page(&self, parameter: &str) -> bool {
        self.paging.as_ref().is_some_and(|paging| paging.limit == parameter || self.next.contains_key(parameter))
    }
}

/// What pages of a list are promised to hold.
#[derive(Debug, Clone)]
pub struct Paging {
    /// The query parameter that bounds how much is on one.
    pub limit: String,
    pub cites: Vec<Source>,
    pub place: Place,
}

/// One thing, or one list of things, that a call speaks of.
#[derive(Debug, Clone)]
pub struct About {
    /// Index into `Suite::resources`.
    pub resource: usize,
    /// Root by which expressions reach it; the resource's name unless the suite gives another.
    pub name: String,
    pub binding: Binding,
    /// Another thing that the same call brings to life, and whose views tell the id of this one later:
    /// its name here. Then the binding is over `it`, that other thing as a reply shows it.
    pub told_by: Option<String>,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub enum Binding {
    /// Id or list of ids, over the call's inputs.
    Existing(Expr),
    /// Id or list of ids, over `reply`, of what the call brings to life.
    New(Expr),
}
