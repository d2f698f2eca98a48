//! A suite as the model reads it: every expression parsed, every name resolved.

use super::sheets::Sheets;
use crate::expr::{Expr, Val};
use crate::schema::catalog::Source;
use std::collections::BTreeMap;

/// All clauses of one API with the resources they speak of.
#[derive(Debug, Clone)]
pub struct Suite {
    pub name: String,
    pub title: String,
    /// Folder in `schemas/` where operations and schemas come from.
    pub catalog: String,
    /// `sha256:…` of the file's bytes, and of those that it builds on.
    pub digest: String,
    /// The files that it was read from; places count through them.
    pub sheets: Sheets,
    /// Constants and named expressions, usable as roots in every expression.
    pub lets: BTreeMap<String, Let>,
    /// Values that an endpoint offers (flavors, images); a profile replaces them.
    pub pools: BTreeMap<String, Vec<Val>>,
    /// The version that a call asks for, over `header`; gives the root `version`.
    pub version: Option<Expr>,
    /// In the order of the file.
    pub resources: Vec<Resource>,
    /// Which things a call speaks of, by operation id; `"*"` is already spread out.
    pub about: BTreeMap<String, Vec<About>>,
    /// The `general` ones first, then the `clauses`, each in the order of the file.
    pub clauses: Vec<Clause>,
    pub events: Vec<Event>,
}

/// A place in the suite file; both count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// A constant, or an expression (`=` in the file) evaluated where it is named.
#[derive(Debug, Clone)]
pub enum Let {
    Constant(Val),
    Expression(Expr),
}

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

/// What a call changes.
#[derive(Debug, Clone)]
pub struct Effect {
    /// As it stands in the file.
    pub key: String,
    pub target: Target,
    pub field: String,
    pub value: EffectValue,
    pub place: Place,
}

/// What an effect falls on.
#[derive(Debug, Clone)]
pub enum Target {
    /// The `About::name` of a thing that the call names; of an event, its resource.
    Named(String),
    /// Things that the call need not name.
    Each(Each),
}

impl Effect {
    /// What its value is computed from; nothing where it is written out, or left open.
    #[must_use]
    pub fn computed(&self) -> Vec<&Expr> {
        match &self.value {
            EffectValue::Anything => Vec::new(),
            EffectValue::Expr(expr) => vec![expr],
            EffectValue::Course(stages) => {
                let computed = stages.iter().filter_map(|stage| match stage {
                    Stage::Expr(expr) => Some(expr),
                    _ => None,
                });
                computed.collect()
            }
        }
    }
}

impl Target {
    /// The name of the thing, where the call names it.
    #[must_use]
    pub fn named(&self) -> Option<&str> {
        match self {
            Target::Named(name) => Some(name),
            Target::Each(_) => None,
        }
    }

    /// The things that the call need not name.
    #[must_use]
    pub fn each(&self) -> Option<&Each> {
        match self {
            Target::Named(_) => None,
            Target::Each(each) => Some(each),
        }
    }

    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.named() == Some(name)
    }
}

/// All things of a kind that the caller has and for which a condition holds.
#[derive(Debug, Clone)]
pub struct Each {
    /// Index into `Suite::resources`.
    pub resource: usize,
    /// What condition and value call each thing.
    pub name: String,
    /// The whole list, over the world before the call: `world.<resource>.filter(<name>, <condition>)`.
    pub among: Expr,
    /// Over the world before the call and `name`.
    pub condition: Expr,
}

#[derive(Debug, Clone)]
pub enum EffectValue {
    /// For the state field: stages passed through (any may be skipped), the last is where it ends.
    Course(Vec<Stage>),
    /// For any other field: over the world before the call.
    Expr(Expr),
    /// `"*"`: whatever it shows from then on. Of the state: nothing is known of the thing any more.
    Anything,
}

/// The stage `"?"`: a state that is none of those in `stable`, because the pages name no other.
pub const UNNAMED: &str = "?";

#[derive(Debug, Clone)]
pub enum Stage {
    State(String),
    /// A state computed over the world before the call.
    Expr(Expr),
    /// `"*"`: whatever it shows, or nothing, on its way out. As the end of a course: whatever it ends in.
    Anything,
    /// No longer there.
    Gone,
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
