//! A call's inputs and its reply, as expressions read them.

use super::compile::Model;
use super::scope::Roots;
use super::thing::{Id, Who};
use crate::expr::{Scope, Val};
use crate::history::{Exchange, Input, Outcome, ReplyBody};
use crate::schema::Class;
use crate::suite::{About, Binding};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A call's inputs, converted once.
#[derive(Debug, Clone)]
pub struct Asked {
    pub operation: String,
    /// Id of the address that was called, among the operation's.
    pub binding: String,
    pub caller: String,
    pub who: Option<Who>,
    pub class: Class,
    /// What keeps a doubtful input from being valid, as pointers into the body.
    pub doubts: Vec<String>,
    path: Val,
    query: Val,
    header: Val,
    body: Val,
    version: Val,
    today: Val,
    pools: Val,
    /// For each `about` entry of the operation that names existing things: its index and their ids.
    /// An id that is absent or ill-typed binds nothing.
    pub existing: Vec<(usize, Vec<Option<Id>>)>,
}

/// What became of it, as the model tells outcomes apart.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    Success(u16, Val),
    /// A 4xx other than 429.
    Refusal(u16),
    /// A 5xx that says the server went wrong: it may or may not have acted.
    ServerError(u16),
    /// No reply, or one of a gateway in between: it may or may not have acted.
    Lost,
    /// Throttled or never sent: nothing happened.
    Nothing,
    /// Neither a success nor an error: no clause explains it.
    Odd(u16),
}

impl Asked {
    /// # Panics
    /// If the operation is not in the catalog: steps are made from it.
    #[must_use]
    pub fn new(model: &Model, exchange: &Exchange, input: impl Into<Input>) -> Asked {
        let input: Input = input.into();
        let operation = model.operations.get(&exchange.operation).unwrap_or_else(|| {
            panic!("operation `{}` is not in the catalog: was the history made with another suite?", exchange.operation)
        });
        let map = |values: &BTreeMap<String, Value>| {
            Val::Map(Arc::new(
                values.iter().map(|(name, value)| (Arc::from(name.as_str()), Val::from(value))).collect(),
            ))
        };
        let mut asked = Asked {
            operation: exchange.operation.clone(),
            binding: exchange.binding.clone(),
            caller: exchange.caller.clone(),
            who: Who::of(&exchange.caller),
            class: input.class,
            doubts: input.doubts,
            path: map(&exchange.path),
            query: map(&exchange.query),
            header: headers(model, &exchange.headers),
            body: exchange.body.as_ref().map_or(Val::Null, Val::from),
            version: Val::Null,
            today: Val::Str(Arc::from(model.today.as_str())),
            pools: model.pools.clone(),
            existing: Vec::new(),
        };
        if let Some(version) = &model.suite.version {
            asked.version = version.eval(&asked.roots(model)).unwrap_or(Val::Null);
        }
        let existing = operation.about.iter().enumerate().filter_map(|(index, about)| match &about.binding {
            Binding::Existing(expr) => {
                let value = expr.eval(&asked.roots(model)).unwrap_or(Val::Null);
                Some((index, ids(about.resource, &value)))
            }
            Binding::New(_) => None,
        });
        asked.existing = existing.collect();
        asked
    }

    /// The same call without some of its query.
    #[must_use]
    pub fn without(&self, dropped: impl Fn(&str) -> bool) -> Asked {
        let mut asked = self.clone();
        if let Val::Map(query) = &self.query {
            let kept = query.iter().filter(|(name, _)| !dropped(name));
            asked.query = Val::Map(Arc::new(kept.map(|(name, value)| (name.clone(), value.clone())).collect()));
        }
        asked
    }

    /// The version that the call asks for; null where it names none.
    #[must_use]
    pub fn version(&self) -> &Val {
        &self.version
    }

    /// The values of the path's parameters.
    #[must_use]
    pub fn path_values(&self) -> BTreeMap<String, Value> {
        plain(&self.path)
    }

    /// The values of the query's parameters.
    #[must_use]
    pub fn query_values(&self) -> BTreeMap<String, Value> {
        plain(&self.query)
    }

    fn roots<'a>(&'a self, model: &'a Model) -> Roots<'a> {
        Roots { model, asked: self, things: &[], reply: None, it: None, world: None }
    }

    /// Ids that the reply of this call brings to life, by index into the operation's `about`.
    #[must_use]
    pub fn born(&self, model: &Model, heard: &Heard) -> Vec<(usize, Vec<Id>)> {
        let Heard::Success(_, reply) = heard else { return Vec::new() };
        let about = &model.operations[&self.operation].about;
        let new = about.iter().enumerate().filter_map(|(index, about)| match &about.binding {
            Binding::New(expr) if about.told_by.is_none() => {
                let roots = Roots { reply: Some(reply), ..self.roots(model) };
                let value = expr.eval(&roots).unwrap_or(Val::Null);
                Some((index, ids(about.resource, &value).into_iter().flatten().collect()))
            }
            _ => None,
        });
        let mut born: Vec<(usize, Vec<Id>)> = new.collect();
        born.extend(untold(about, &born));
        born
    }
}

fn plain(values: &Val) -> BTreeMap<String, Value> {
    let Val::Map(values) = values else { return BTreeMap::new() };
    values.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_json()?))).collect()
}

/// The root `header`. Header names have no case; the suite's expressions have.
#[must_use]
pub fn headers(model: &Model, sent: &BTreeMap<String, String>) -> Val {
    let spelled = |name: &str| -> Arc<str> {
        let known = model.header_names.iter().find(|known| known.eq_ignore_ascii_case(name));
        Arc::from(known.map_or(name, String::as_str))
    };
    let headers = sent.iter().map(|(name, value)| (spelled(name), Val::Str(Arc::from(value.as_str()))));
    Val::Map(Arc::new(headers.collect()))
}

impl Scope for Asked {
    fn root(&self, name: &str) -> Option<Val> {
        Some(match name {
            "path" => self.path.clone(),
            "query" => self.query.clone(),
            "header" => self.header.clone(),
            "body" => self.body.clone(),
            "pools" => self.pools.clone(),
            "version" => self.version.clone(),
            "today" => self.today.clone(),
            "caller" => Val::Str(Arc::from(self.caller.as_str())),
            "op" => Val::Str(Arc::from(self.operation.as_str())),
            "binding" => Val::Str(Arc::from(self.binding.as_str())),
            "input" => Val::Str(Arc::from(match self.class {
                Class::Valid => "valid",
                Class::Doubtful => "doubtful",
                Class::Invalid => "invalid",
            })),
            _ => return None,
        })
    }
}

/// For each thing whose id another tells later, an id that stands for it until then: one for each teller.
fn untold(about: &[About], born: &[(usize, Vec<Id>)]) -> Vec<(usize, Vec<Id>)> {
    let of = |(index, entry): (usize, &About)| {
        let teller = about.iter().position(|other| Some(&other.name) == entry.told_by.as_ref())?;
        let (_, tellers) = born.iter().find(|(known, _)| *known == teller)?;
        let stand_in = |teller: &Id| {
            let id = format!("the {} of {}", entry.name, teller.id);
            Id { kind: entry.resource as u16, id: Arc::from(id.as_str()) }
        };
        Some((index, tellers.iter().map(stand_in).collect()))
    };
    about.iter().enumerate().filter_map(of).collect()
}

fn ids(kind: usize, value: &Val) -> Vec<Option<Id>> {
    let one = |value: &Val| match value {
        Val::Str(id) => Some(Id { kind: kind as u16, id: id.clone() }),
        _ => None,
    };
    match value {
        Val::List(values) => values.iter().map(one).collect(),
        value => vec![one(value)],
    }
}

impl Heard {
    #[must_use]
    pub fn of(outcome: &Outcome) -> Heard {
        let reply = match outcome {
            Outcome::Replied(reply) => reply,
            Outcome::Unsent { .. } | Outcome::Hindered { .. } => return Heard::Nothing,
            Outcome::Lost { .. } => return Heard::Lost,
        };
        let throttled = reply.status == 429 || (reply.status == 503 && reply.headers.contains_key("retry-after"));
        match reply.status {
            _ if throttled => Heard::Nothing,
            200..=299 => Heard::Success(reply.status, body(&reply.body)),
            400..=499 => Heard::Refusal(reply.status),
            502..=504 => Heard::Lost,
            500..=599 => Heard::ServerError(reply.status),
            other => Heard::Odd(other),
        }
    }
}

fn body(body: &ReplyBody) -> Val {
    match body {
        ReplyBody::Json(value) => Val::from(value),
        ReplyBody::Empty | ReplyBody::Text { .. } => Val::Null,
    }
}
