//! The context in which a planner composes candidate calls: the resources with a handle, and their possible
//! states.

use super::chooser_input::{Limits, Situation};
use super::handles::Handle;
use super::hints::Hints;
use super::prediction::Outlook;
use super::presence::{Presence, presence};
use super::step::{Settle, Step, handle_name};
use crate::history::{Cause, Exchange, Outcome};
use crate::model::{Asked, Belief, Factor, Held, Id, Model, Reading, Who, World, classed, closure, read};
use crate::schema::{Class, Schemas};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// Highest number of possible states for one call; beyond the limit, no prediction is made.
const WORLDS_MAX: usize = 256;

/// The context for the composition of candidate calls.
pub struct Scene<'a> {
    /// The model of the suite.
    pub model: &'a Model,
    /// The schemas of the catalog.
    pub schemas: &'a Schemas,
    /// Facts from the expressions of the suite.
    pub hints: &'a Hints,
    /// The limits of the plan.
    pub limits: &'a Limits,
    /// The resources that a call can name.
    pub actors: Rc<[Actor]>,
    /// The source of possible states.
    pub ground: Ground<'a>,
    /// The closed possible states of joint factors, by factor indices.
    closed: RefCell<BTreeMap<Vec<usize>, Closed>>,
}

/// Possible states, closed under events and stages; `None` beyond the limit.
type Closed = Option<Rc<[World]>>;

/// A resource that a call can name.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The handle.
    pub name: String,
    /// The resource.
    pub id: Id,
    /// The owner.
    pub owner: Who,
    /// Existence and settledness.
    pub presence: Presence,
}

/// The source of possible states.
#[derive(Clone, Copy)]
pub enum Ground<'a> {
    /// All possible states of a belief.
    Belief(&'a Belief),
    /// One possible state.
    World(&'a World),
}

/// A candidate call: the step with handles, and the call with ids.
#[derive(Debug, Clone)]
pub struct Call {
    /// The step, with handles.
    pub step: Step,
    /// The inputs of the call, with ids.
    pub asked: Asked,
    /// The exchange of the call, without a response.
    pub exchange: Exchange,
}

impl<'a> Scene<'a> {
    /// The context of a chooser: every handle with an id.
    #[must_use]
    pub fn of(situation: &Situation<'a>, hints: &'a Hints) -> Scene<'a> {
        let actor = |(name, handle): (&String, &Handle)| {
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

    /// The context of one possible state.
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

    /// A resource in the first possible state.
    #[must_use]
    pub fn held(&self, id: &Id) -> Option<Arc<Held>> {
        match self.ground {
            Ground::Belief(belief) => belief.possibilities(id).into_iter().next(),
            Ground::World(world) => crate::model::find(world, id).cloned(),
        }
    }

    /// The candidate call of a step; `None` if a handle has no id.
    #[must_use]
    pub fn call(&self, step: Step) -> Option<Call> {
        let exchange = hypothetical(&step, &self.actors)?;
        let class = classed(self.model, self.schemas, &exchange);
        let asked = Asked::new(self.model, &exchange, class);
        Some(Call { step, asked, exchange })
    }

    /// The inputs of an incomplete step, with class `Doubtful`.
    #[must_use]
    pub fn draft(&self, step: &Step) -> Option<Asked> {
        Some(Asked::new(self.model, &hypothetical(step, &self.actors)?, Class::Doubtful))
    }

    /// The clauses that apply to the call, in each possible state. `None` if the evaluation of a guard fails,
    /// or beyond the limit of possible states.
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

    /// One possible state of the resources of a call.
    #[must_use]
    pub fn some_world(&self, asked: &Asked) -> Option<World> {
        match self.ground {
            Ground::World(world) => Some(world.clone()),
            Ground::Belief(belief) => self.worlds(belief, asked)?.first().cloned(),
        }
    }

    /// The possible states of the resources of a call, closed under events and stages.
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

/// The exchange of a step without a response; `None` if a handle has no id.
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

/// A step of an operation, without inputs.
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

/// Whether the owner of a resource is the main identity.
#[must_use]
pub fn own(actor: &Actor) -> bool {
    actor.owner == Who::Owner
}
