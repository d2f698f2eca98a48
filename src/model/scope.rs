//! What expressions see: roots for the call, the reply and the things of one world.

use super::asked::Asked;
use super::compile::Model;
use super::factor::Held;
use super::thing::{Id, Life, Thing, Who};
use crate::expr::{Expr, Scope, Val};
use crate::suite::Let;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A suite whose expression went wrong on input that it should have expected: exit code 4.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("suite {suite}, line {line}: `{expression}` cannot be evaluated: {message}")]
pub struct Fault {
    pub suite: String,
    pub line: u32,
    pub expression: String,
    pub message: String,
}

impl Fault {
    /// `line` counts through all files that the suite was read from.
    pub(super) fn new(model: &Model, line: u32, expr: &Expr, message: String) -> Fault {
        let (file, own) = model.suite.sheets.whence(line);
        let suite = if own == line { model.suite.name.clone() } else { file.to_string() };
        Fault { suite, line: own, expression: expr.text().to_string(), message }
    }
}

/// Roots of one evaluation. `None` fields are undeclared there.
#[derive(Debug, Clone, Copy)]
pub struct Roots<'a> {
    pub model: &'a Model,
    pub asked: &'a Asked,
    /// Things by the name that expressions give them.
    pub things: &'a [(&'a str, Val)],
    pub reply: Option<&'a Val>,
    pub it: Option<&'a Val>,
    /// All things of the caller by kind, where the call reads them.
    pub world: Option<&'a Val>,
}

impl Scope for Roots<'_> {
    fn root(&self, name: &str) -> Option<Val> {
        if let Some((_, value)) = self.things.iter().find(|(known, _)| *known == name) {
            return Some(value.clone());
        }
        match name {
            "reply" => self.reply.cloned(),
            "it" => self.it.cloned(),
            "world" => self.world.cloned(),
            _ => self.asked.root(name).or_else(|| self.named(name)),
        }
    }
}

impl Roots<'_> {
    fn named(&self, name: &str) -> Option<Val> {
        match self.model.suite.lets.get(name)? {
            Let::Constant(value) => Some(value.clone()),
            // A fault inside a named expression surfaces as an undeclared root would:
            // both are bad suites, and lint has the place.
            Let::Expression(expr) => expr.eval(self).ok(),
        }
    }

    /// Evaluates, and turns an error into the suite's fault.
    ///
    /// # Errors
    /// If the expression reads what is not there or mixes types.
    pub fn eval(&self, expr: &Expr, line: u32) -> Result<Val, Fault> {
        expr.eval(self).map_err(|error| Fault::new(self.model, line, expr, error.message))
    }
}

/// A thing as its owner's expressions see it: a record, null if gone, unknown in fog.
#[must_use]
pub fn record(model: &Model, id: &Id, thing: &Thing) -> Val {
    if thing.life == Life::Gone {
        return Val::Null;
    }
    if thing.fog.is_some() {
        return Val::Unknown;
    }
    let resource = model.resource(id);
    let pending =
        |index: usize| thing.motion.as_ref().is_some_and(|m| m.pending.iter().any(|(i, _)| usize::from(*i) == index));
    let mut fields: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    for (index, field) in resource.fields.iter().enumerate() {
        let hidden = thing.life == Life::Dying || pending(index);
        let value = if hidden { Val::Unknown } else { thing.fields[index].clone() };
        fields.insert(Arc::from(field.name.as_str()), value);
    }
    for ((name, _), value) in resource.remembers.iter().zip(&thing.memory) {
        fields.insert(Arc::from(name.as_str()), value.clone());
    }
    fields.insert("id".into(), Val::Str(id.id.clone()));
    fields.insert("seq".into(), Val::Int(i64::from(thing.seq)));
    fields.insert("rest".into(), Val::Bool(thing.motion.is_none()));
    Val::Map(Arc::new(fields))
}

/// What a caller sees of a thing: for anyone but its owner it is not there.
#[must_use]
pub fn seen_by(who: Option<Who>, held: &Held) -> Val {
    if who == Some(held.thing.owner) { held.record.clone() } else { Val::Null }
}

/// The root `world`: for each kind that is read, the caller's things in order of birth.
#[must_use]
pub fn world_root(
    model: &Model,
    kinds: impl Iterator<Item = usize>,
    world: &[Arc<Held>],
    who: Option<Who>,
    strangers: &[usize],
) -> Val {
    let mut roots: BTreeMap<Arc<str>, Val> = BTreeMap::new();
    for kind in kinds {
        let name: Arc<str> = Arc::from(model.suite.resources[kind].name.as_str());
        let mut own: Vec<(u32, Val)> = world
            .iter()
            .filter(|held| usize::from(held.id.kind) == kind && who == Some(held.thing.owner))
            .filter(|held| held.thing.life != Life::Gone)
            .map(|held| (held.thing.seq, held.record.clone()))
            .collect();
        own.sort_by_key(|(seq, _)| *seq);
        // A lost create may have left a thing that nobody can name: nothing is known of "all".
        let value = if strangers.contains(&kind) {
            Val::Unknown
        } else {
            Val::List(own.into_iter().map(|(_, value)| value).collect())
        };
        roots.insert(name, value);
    }
    Val::Map(Arc::new(roots))
}
