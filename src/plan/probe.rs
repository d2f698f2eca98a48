//! What the clauses would say of a call that nobody has made.

use super::hints::Hints;
use super::situation::{Limits, Presence, Situation, presence};
use super::step::{Settle, Step, handle_name};
use crate::history::{Cause, Exchange, Outcome};
use crate::model::{Asked, Belief, ClauseId, Factor, Held, Id, Model, Reading, Who, World, classed, closure, read};
use crate::schema::{Class, Schemas};
use crate::suite::{Clause, Statuses, Verb};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// Worlds looked at for one call; beyond that nothing is said of it.
const WORLDS_MAX: usize = 256;

/// Where calls are built and tried: the things that can be named, and what is possible of them.
pub struct Scene<'a> {
    pub model: &'a Model,
    pub schemas: &'a Schemas,
    pub hints: &'a Hints,
    pub limits: &'a Limits,
    pub actors: Rc<[Actor]>,
    pub ground: Ground<'a>,
    /// What is possible of the factors that a call joins, by their places in the belief.
    closed: RefCell<BTreeMap<Vec<usize>, Closed>>,
}

/// Worlds closed under what may happen by itself; none where they are too many.
type Closed = Option<Rc<[World]>>;

/// A thing that a call can name.
#[derive(Debug, Clone)]
pub struct Actor {
    pub name: String,
    pub id: Id,
    pub owner: Who,
    pub presence: Presence,
}

/// What is possible.
#[derive(Clone, Copy)]
pub enum Ground<'a> {
    Belief(&'a Belief),
    World(&'a World),
}

/// A call that was not made: its step, and the same with ids in the place of handles.
#[derive(Debug, Clone)]
pub struct Call {
    pub step: Step,
    pub asked: Asked,
    pub exchange: Exchange,
}

/// What the clauses say of a call, world by world. Never empty.
#[derive(Debug, Clone)]
pub struct Outlook(pub Vec<Reading>);

impl<'a> Scene<'a> {
    /// The scene of a situation: every handle that has an id.
    #[must_use]
    pub fn of(situation: &Situation<'a>, hints: &'a Hints) -> Scene<'a> {
        let actor = |(name, handle): (&String, &super::situation::Handle)| {
            let id = Id { kind: handle.kind as u16, id: handle.id.clone()? };
            let presence = presence(situation.belief, &id);
            Some(Actor { name: name.clone(), id, owner: handle.owner, presence })
        };
        Scene {
            model: situation.model,
            schemas: situation.schemas,
            hints,
            limits: situation.limits,
            actors: situation.handles.iter().filter_map(actor).collect(),
            ground: Ground::Belief(situation.belief),
            closed: RefCell::default(),
        }
    }

    /// The scene of one world.
    #[must_use]
    pub fn over(
        model: &'a Model,
        schemas: &'a Schemas,
        hints: &'a Hints,
        limits: &'a Limits,
        actors: Rc<[Actor]>,
        world: &'a World,
    ) -> Scene<'a> {
        Scene { model, schemas, hints, limits, actors, ground: Ground::World(world), closed: RefCell::default() }
    }

    /// The thing as some possible world has it.
    #[must_use]
    pub fn held(&self, id: &Id) -> Option<Arc<Held>> {
        match self.ground {
            Ground::Belief(belief) => belief.possibilities(id).into_iter().next(),
            Ground::World(world) => crate::model::find(world, id).cloned(),
        }
    }

    /// Tries a step: its handles must have ids here.
    #[must_use]
    pub fn call(&self, step: Step) -> Option<Call> {
        let exchange = hypothetical(&step, &self.actors)?;
        let class = classed(self.model, self.schemas, &exchange);
        let asked = Asked::new(self.model, &exchange, class);
        Some(Call { step, asked, exchange })
    }

    /// The inputs of a step that is not complete, for expressions that read them: their class is open.
    #[must_use]
    pub fn draft(&self, step: &Step) -> Option<Asked> {
        Some(Asked::new(self.model, &hypothetical(step, &self.actors)?, Class::Doubtful))
    }

    /// Reads every clause that speaks of the call in each world that is possible.
    /// None where a guard goes wrong or too much is possible.
    #[must_use]
    pub fn outlook(&self, call: &Call) -> Option<Outlook> {
        let read = |world: &World| read(self.model, &call.asked, world, &[]).ok();
        let readings = match self.ground {
            Ground::World(world) => vec![read(world)?],
            Ground::Belief(belief) => {
                self.worlds(belief, &call.asked)?.iter().map(read).collect::<Option<Vec<Reading>>>()?
            }
        };
        (!readings.is_empty()).then_some(Outlook(readings))
    }

    /// One of the worlds that are possible of the things that a call speaks of.
    #[must_use]
    pub fn some_world(&self, asked: &Asked) -> Option<World> {
        match self.ground {
            Ground::World(world) => Some(world.clone()),
            Ground::Belief(belief) => self.worlds(belief, asked)?.first().cloned(),
        }
    }

    /// The worlds of the things that a call speaks of, closed under what may happen by itself.
    fn worlds(&self, belief: &Belief, asked: &Asked) -> Closed {
        let named: BTreeSet<&Id> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let kinds = &self.model.operations[&asked.operation].reads_all;
        let concerned =
            |factor: &Factor| factor.ids.iter().any(|id| named.contains(id) || kinds.contains(&usize::from(id.kind)));
        let places = belief.factors().iter().enumerate().filter(|(_, factor)| concerned(factor));
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        if let Some(known) = self.closed.borrow().get(&places) {
            return known.clone();
        }
        let worlds = self.joined(belief, &places);
        self.closed.borrow_mut().insert(places, worlds.clone());
        worlds
    }

    fn joined(&self, belief: &Belief, places: &[usize]) -> Closed {
        let mut closed = Vec::with_capacity(places.len());
        for place in places {
            let factor = &belief.factors()[*place];
            let worlds = closure(self.model, &factor.worlds, WORLDS_MAX).ok()??;
            closed.push(Factor { ids: factor.ids.clone(), worlds, ..Factor::default() });
        }
        Factor::join(closed, WORLDS_MAX).map(|factor| factor.worlds.into())
    }
}

impl Outlook {
    /// The clause decides what becomes of the call in every world.
    #[must_use]
    pub fn applies(&self, clause: ClauseId) -> bool {
        self.0.iter().all(|reading| {
            // A refusal that may be decides where acceptance is demanded too, and where nothing else speaks.
            let otherwise = reading.accepts.is_empty() && (!reading.demanded.is_empty() || !reading.perhaps.is_empty());
            let refused = reading.demanded.contains(&clause) || (reading.permitted.contains(&clause) && !otherwise);
            refused || (reading.demanded.is_empty() && reading.accepts.contains(&clause))
        })
    }

    /// Every clause that applies, each once, in order.
    #[must_use]
    pub fn applying(&self) -> BTreeSet<ClauseId> {
        let Some(first) = self.0.first() else {
            return BTreeSet::new();
        };
        let all = first.demanded.iter().chain(&first.permitted).chain(&first.accepts).copied();
        all.filter(|clause| self.applies(*clause)).collect()
    }

    /// In every world some clause demands acceptance and none demands a refusal.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.0.iter().all(|reading| reading.demanded.is_empty() && !reading.accepts.is_empty())
    }

    /// In some world a clause permits a refusal, other than one that only asks to come again.
    #[must_use]
    pub fn may_refuse(&self, model: &Model) -> bool {
        self.permitting(model) > 0
    }

    /// How many clauses permit a refusal where the most do, those left out that only ask to come again.
    #[must_use]
    pub fn permitting(&self, model: &Model) -> usize {
        let passing = |clause: &Clause| match &clause.verb {
            Verb::MayRefuse(Statuses::Exactly(codes)) => codes.iter().all(|code| *code >= 500),
            _ => false,
        };
        let lasting = |clause: &ClauseId| !model.written(*clause).is_some_and(passing);
        let of_world = |reading: &Reading| reading.permitted.iter().filter(|clause| lasting(clause)).count();
        self.0.iter().map(of_world).max().unwrap_or(0)
    }

    /// In every world some clause demands a refusal.
    #[must_use]
    pub fn refused(&self) -> bool {
        self.0.iter().all(|reading| !reading.demanded.is_empty())
    }

    /// In some world no clause says what becomes of it.
    #[must_use]
    pub fn silent(&self) -> bool {
        self.0.iter().any(|reading| reading.demanded.is_empty() && reading.accepts.is_empty())
    }

    /// How many demanded refusals there are where there are most: with one alone, a reply shows its reason.
    #[must_use]
    pub fn rivals(&self) -> usize {
        self.0.iter().map(|reading| reading.demanded.len()).max().unwrap_or(0)
    }
}

/// The exchange that a step would be; none if a handle has no id.
fn hypothetical(step: &Step, ids: &[Actor]) -> Option<Exchange> {
    let all = |values: &BTreeMap<String, Value>| -> Option<BTreeMap<String, Value>> {
        values.iter().map(|(name, value)| Some((name.clone(), bound(value, ids)?))).collect()
    };
    Some(Exchange {
        number: 0,
        step: 0,
        cause: Cause::Step,
        operation: step.operation.clone(),
        binding: step.binding.clone(),
        caller: step.caller.clone(),
        path: all(&step.path)?,
        query: all(&step.query)?,
        headers: step.headers.clone(),
        body: match &step.body {
            Some(body) => Some(bound(body, ids)?),
            None => None,
        },
        input: None,
        sent_ms: 0,
        received_ms: 0,
        outcome: Outcome::Unsent { cause: String::new() },
        born: BTreeMap::new(),
    })
}

fn bound(value: &Value, ids: &[Actor]) -> Option<Value> {
    if let Some(name) = handle_name(value) {
        return ids.iter().find(|actor| actor.name == name).map(|actor| Value::from(actor.id.id.as_ref()));
    }
    Some(match value {
        Value::Array(items) => Value::Array(items.iter().map(|item| bound(item, ids)).collect::<Option<_>>()?),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| Some((name.clone(), bound(field, ids)?)));
            Value::Object(fields.collect::<Option<_>>()?)
        }
        scalar => scalar.clone(),
    })
}

/// A step of an operation with nothing in it.
#[must_use]
pub fn empty_step(operation: &str, binding: &str) -> Step {
    Step {
        operation: operation.to_string(),
        binding: binding.to_string(),
        caller: "owner".to_string(),
        path: BTreeMap::new(),
        query: BTreeMap::new(),
        headers: BTreeMap::new(),
        body: None,
        births: BTreeMap::new(),
        settle: Settle::Poll { after_ms: 0 },
        setup: Vec::new(),
        branch: 0,
    }
}
