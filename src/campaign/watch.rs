//! The judge as the runner's watcher: every exchange is judged as it comes.

use crate::endpoint::Call;
use crate::history::{Cause, Exchange};
use crate::model::{Asked, Bounds, Excess, Fault, Heard, Id, Life, Model, Who, classed};
use crate::oracle::{Finding, Judge};
use crate::plan::Ending;
use crate::run::Watcher;
use crate::schema::{Class, Schemas};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Judges what comes back, and says what has to be looked at again.
pub struct Eyes {
    pub judge: Judge,
    pub findings: Vec<Finding>,
    pub excesses: Vec<Excess>,
    /// The suite went wrong: nothing can be judged from here on.
    pub fault: Option<Fault>,
    model: Arc<Model>,
    schemas: Arc<Schemas>,
    steps: BTreeMap<usize, Stepped>,
}

/// What is known of one step that was carried out.
struct Stepped {
    exchange: u64,
    binding: String,
    changes: bool,
    touched: BTreeSet<Id>,
    ending: Ending,
}

impl Eyes {
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<Schemas>, plan: u64, bounds: Bounds) -> Eyes {
        let judge = Judge::new(model.clone(), schemas.clone(), plan, bounds);
        Eyes { judge, findings: Vec::new(), excesses: Vec::new(), fault: None, model, schemas, steps: BTreeMap::new() }
    }

    /// What became of a step; none if it was not sent.
    #[must_use]
    pub fn ending(&self, step: usize) -> Option<Ending> {
        self.steps.get(&step).map(|stepped| stepped.ending)
    }

    fn note(&mut self, exchange: &Exchange) {
        if exchange.cause == Cause::Poll {
            return;
        }
        let asked = Asked::new(&self.model, exchange, Class::Valid);
        let heard = Heard::of(&exchange.outcome);
        let mut touched: BTreeSet<Id> =
            asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten().cloned()).collect();
        touched.extend(asked.born(&self.model, &heard).into_iter().flat_map(|(_, ids)| ids));
        let ending = match heard {
            Heard::Success(..) => Ending::Accepted,
            Heard::Refusal(_) => Ending::Refused,
            _ => Ending::Open,
        };
        let stepped = Stepped {
            exchange: exchange.number,
            binding: exchange.binding.clone(),
            changes: self.model.operations[&exchange.operation].changes,
            touched,
            ending,
        };
        self.steps.insert(exchange.step, stepped);
    }

    fn look_at(&self, id: &Id, binding: &str) -> Option<Call> {
        let shown = self.model.shown[usize::from(id.kind)].as_ref()?;
        let operation = self.schemas.operation(&shown.operation)?;
        let same = operation.bindings.iter().find(|known| known.id == binding).or(operation.bindings.first())?;
        let owner = self.judge.belief.possibilities(id).first()?.thing.owner;
        let caller = if owner == Who::Owner { "owner" } else { "other" };
        Some(Call {
            operation: operation.id.clone(),
            binding: same.id.clone(),
            caller: caller.to_string(),
            path: BTreeMap::from([(shown.parameter.clone(), Value::String(id.id.to_string()))]),
            ..Call::default()
        })
    }
}

impl Watcher for Eyes {
    fn born(&self, exchange: &Exchange) -> BTreeMap<String, Vec<String>> {
        let asked = Asked::new(&self.model, exchange, Class::Valid);
        let born = asked.born(&self.model, &Heard::of(&exchange.outcome));
        let about = &self.model.operations[&exchange.operation].about;
        born.into_iter()
            .map(|(index, ids)| (about[index].name.clone(), ids.into_iter().map(|id| id.id.to_string()).collect()))
            .collect()
    }

    fn mark(&self, exchange: &mut Exchange) {
        exchange.input = Some(classed(&self.model, &self.schemas, exchange));
    }

    fn observe(&mut self, exchange: &Exchange) {
        if self.fault.is_some() {
            return;
        }
        self.note(exchange);
        match self.judge.observe(exchange) {
            Ok(seen) => {
                self.findings.extend(seen.findings);
                self.excesses.extend(seen.excess);
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// Things that may be in motion or undetermined; after a change also those that were not
    /// looked at since, because what should have stayed as it was must be seen to have stayed.
    fn unsettled(&self, step_index: usize) -> Vec<Call> {
        let Some(stepped) = self.steps.get(&step_index).filter(|_| self.fault.is_none()) else { return Vec::new() };
        let belief = &self.judge.belief;
        let restless = |id: &&Id| {
            let possible = belief.possibilities(id);
            let gone = possible.iter().all(|held| held.thing.life == Life::Gone);
            let unseen = stepped.changes && belief.seen_at(id).is_none_or(|seen| seen <= stepped.exchange);
            !possible.is_empty() && !gone && (!belief.at_rest(id) || unseen)
        };
        stepped.touched.iter().filter(restless).filter_map(|id| self.look_at(id, &stepped.binding)).collect()
    }
}
