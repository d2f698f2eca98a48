//! The judge as the runner's watcher: every exchange is judged as it comes.

use super::settling::{Settling, Stopwatch};
use crate::endpoint::Call;
use crate::history::{Cause, Exchange};
use crate::model::{Asked, Bounds, Excess, Fault, Heard, Held, Id, Life, Model, Who, classed, listed, pages};
use crate::oracle::{Finding, Judge};
use crate::plan::{Ending, LastPage};
use crate::run::{Told, Watcher};
use crate::schema::{Class, Schemas};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

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
    /// By kind: a read that shows every thing of it whole, for the price of one.
    lists: Vec<Option<String>>,
    /// By step: looks so far at what it touched.
    looks: BTreeMap<usize, u64>,
    /// Whether a thing might have been at rest when it was last looked at. Later it may have moved on
    /// by itself, unseen, so that what is possible then says less.
    still: BTreeMap<Id, bool>,
    /// By what stands for a thing whose id is told later: the step that made it, and its name there.
    untold: BTreeMap<Id, (usize, String)>,
    /// By operation: the page of a list that it showed last.
    pub pages: BTreeMap<String, LastPage>,
    stopwatch: Stopwatch,
    settle_percent: u32,
    /// Nothing more is looked at once something was found.
    pub first_only: bool,
}

/// The last look comes so long after the bound: what it shows is late, whatever was rounded.
const LATE: Duration = Duration::from_millis(10);

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
        let lists = (0..model.suite.resources.len()).map(|kind| whole_list(&model, &schemas, kind)).collect();
        Eyes {
            judge,
            findings: Vec::new(),
            excesses: Vec::new(),
            fault: None,
            model,
            schemas,
            steps: BTreeMap::new(),
            lists,
            looks: BTreeMap::new(),
            still: BTreeMap::new(),
            untold: BTreeMap::new(),
            pages: BTreeMap::new(),
            stopwatch: Stopwatch::default(),
            settle_percent: bounds.settle_percent,
            first_only: false,
        }
    }

    /// How long things took to come to rest until now.
    pub fn settling(&mut self) -> Settling {
        std::mem::take(&mut self.stopwatch.settling)
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
        let about = &self.model.operations[&exchange.operation].about;
        for (index, ids) in asked.born(&self.model, &heard) {
            if about[index].told_by.is_some() {
                let of_step = |id: &Id| (id.clone(), (exchange.step, about[index].name.clone()));
                self.untold.extend(ids.iter().map(of_step));
            }
            touched.extend(ids);
        }
        if let Some(page) = pages(&self.model, &asked, &heard).unwrap_or_default().pop() {
            self.pages.insert(exchange.operation.clone(), LastPage { step: exchange.step, next: page.next });
        }
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

    /// Things that the call does not name and its effects may fall on, each with whether it is at rest.
    fn may_be_hit(&self, exchange: &Exchange) -> Vec<(Id, bool)> {
        let kinds = &self.model.operations[&exchange.operation].falls_on;
        if exchange.cause == Cause::Poll || kinds.is_empty() {
            return Vec::new();
        }
        let belief = &self.judge.belief;
        let of_kind = belief.ids().filter(|id| kinds.contains(&usize::from(id.kind)));
        of_kind.map(|id| (id.clone(), belief.at_rest(id))).collect()
    }

    /// What the call may have done to things that it does not name has to be looked at like the rest.
    fn note_hit(&mut self, exchange: &Exchange, resting: Vec<(Id, bool)>) {
        let Some(stepped) = self.steps.get_mut(&exchange.step).filter(|stepped| stepped.ending != Ending::Refused)
        else {
            return;
        };
        let belief = &self.judge.belief;
        let clauses = &self.model.operations[&exchange.operation].clauses;
        let by_this = |held: &Arc<Held>| {
            held.thing.via.as_ref().is_some_and(|via| clauses.iter().any(|clause| via.of(*clause).is_some()))
        };
        for (id, rested) in resting {
            if (rested && !belief.at_rest(&id)) || belief.possibilities(&id).iter().any(by_this) {
                self.still.remove(&id);
                stepped.touched.insert(id);
            }
        }
    }

    fn still_after(&mut self, exchange: &Exchange) {
        let operation = &self.model.operations[&exchange.operation];
        let asked = Asked::new(&self.model, exchange, Class::Valid);
        let named = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
        let listed = |kind: u16| self.lists[usize::from(kind)].as_ref() == Some(&operation.id);
        let in_list = self.judge.belief.ids().filter(|id| listed(id.kind));
        let shown: Vec<Id> = named.chain(in_list).map(|id| self.judge.belief.told(id).clone()).collect();
        for id in shown {
            if operation.changes {
                self.still.remove(&id);
            } else if matches!(Heard::of(&exchange.outcome), Heard::Success(..)) {
                self.still.insert(id.clone(), self.judge.belief.may_rest(&id));
            }
        }
    }

    /// Things that may be in motion or undetermined, and what they hang on; after an accepted change also those
    /// that were not looked at since. What a refused call should have left alone is looked at now and then: the
    /// chooser decides when.
    fn restless(&self, step_index: usize) -> Vec<&Id> {
        let enough = self.fault.is_some() || (self.first_only && !self.findings.is_empty());
        let Some(stepped) = self.steps.get(&step_index).filter(|_| !enough) else { return Vec::new() };
        let belief = &self.judge.belief;
        let acted = stepped.changes && stepped.ending != Ending::Refused;
        let told = |id: &Id| {
            belief.teller(id).is_none_or(|teller| !belief.at_rest(teller) || belief.seen_at(teller).is_none())
        };
        let unseen = |id: &Id| acted && belief.seen_at(id).is_none_or(|seen| seen <= stepped.exchange);
        // What must be gone because a job says so has to be seen gone, once.
        let there = |id: &&Id| {
            let possible = belief.possibilities(id);
            let gone = possible.iter().all(|held| held.thing.life == Life::Gone);
            !possible.is_empty() && (!gone || (unseen(id) && belief.teller(id).is_none())) && told(id)
        };
        let restless = |id: &&Id| there(id) && (!belief.at_rest(id) || unseen(id));
        let mut ids: Vec<&Id> = stepped.touched.iter().map(|id| belief.told(id)).filter(restless).collect();
        // What a job of an earlier step may still do to a thing is not known before the job has ended.
        let moving: Vec<&Id> = ids.iter().copied().filter(|id| !belief.at_rest(id)).collect();
        let tied = belief.factors().iter().filter(|factor| moving.iter().any(|id| factor.ids.contains(id)));
        let others = tied.flat_map(|factor| &factor.ids).filter(|id| there(id) && !belief.at_rest(id));
        for other in others {
            if !ids.contains(&other) {
                ids.push(other);
            }
        }
        ids
    }

    /// The reads that show these things: one each, or at every second look one of a whole list in their
    /// place, which also shows what should have stayed alone. Which it is depends on the step alone, so
    /// that a plan with fewer steps looks in the same way.
    fn looks_at(&self, ids: &[&Id], binding: &str, step_index: usize) -> Vec<Call> {
        let mut calls: Vec<Call> = Vec::new();
        let again = self.looks.get(&step_index).is_some_and(|looks| *looks > 0);
        let heralded = if again { self.heralded(ids) } else { BTreeSet::new() };
        let listing = self.looks.get(&step_index).is_some_and(|looks| looks % 2 == 1);
        for id in ids.iter().filter(|id| !heralded.contains(**id)) {
            let looks = if listing { self.list_with(id, binding) } else { None };
            calls.extend(looks.or_else(|| self.look_at(id, binding)).filter(|call| !calls.contains(call)));
        }
        calls
    }

    /// Things of which another of these says when they are done, so that one look for all will do until then.
    fn heralded(&self, ids: &[&Id]) -> BTreeSet<Id> {
        let possible = ids.iter().flat_map(|id| self.judge.belief.possibilities(id));
        possible.filter_map(|held| held.thing.motion.clone()).flat_map(|motion| motion.after).collect()
    }

    /// The read that shows a thing; where its id is not known yet, the one that may tell it.
    fn look_at(&self, id: &Id, binding: &str) -> Option<Call> {
        let id = self.judge.belief.teller(id).unwrap_or(id);
        let shown = self.model.shown[usize::from(id.kind)].as_ref()?;
        let path = BTreeMap::from([(shown.parameter.clone(), Value::String(id.id.to_string()))]);
        Some(Call { path, ..self.read(&shown.operation, id, binding)? })
    }

    /// A list shows neither that a thing is gone nor what it shows on its way out.
    fn list_with(&self, id: &Id, binding: &str) -> Option<Call> {
        let list = self.lists[usize::from(id.kind)].as_ref()?;
        let stays = |held: &Arc<Held>| listed(held) == Some(true);
        let here = self.judge.belief.possibilities(id).iter().all(stays);
        if here { self.read(list, id, binding) } else { None }
    }

    fn read(&self, operation: &str, id: &Id, binding: &str) -> Option<Call> {
        let operation = self.schemas.operation(operation)?;
        let same = operation.bindings.iter().find(|known| known.id == binding).or(operation.bindings.first())?;
        let owner = self.judge.belief.possibilities(id).first()?.thing.owner;
        let caller = if owner == Who::Owner { "owner" } else { "other" };
        Some(Call {
            operation: operation.id.clone(),
            binding: same.id.clone(),
            caller: caller.to_string(),
            ..Call::default()
        })
    }
}

/// A read whose reply shows every thing of a kind with all its fields, and that needs no more input
/// than the read that shows one.
fn whole_list(model: &Model, schemas: &Schemas, kind: usize) -> Option<String> {
    let shown = model.shown[kind].as_ref()?;
    let common = &schemas.operation(&shown.operation)?.path;
    let lists = |operation: &&crate::model::OperationModel| {
        let whole = |(shows, view): &(usize, crate::suite::View)| *shows == kind && view.whole && view.only.is_none();
        operation.views.iter().any(whole) && operation.about.is_empty()
    };
    let simple = |operation: &&crate::model::OperationModel| {
        schemas.operation(&operation.id).is_some_and(|operation| {
            let filled = |name: &str| name != shown.parameter && common.iter().any(|known| known.name == name);
            operation.path.iter().all(|parameter| filled(&parameter.name))
                && operation.query.iter().all(|parameter| !parameter.required)
        })
    };
    let found = model.operations.values().filter(lists).find(simple);
    found.map(|operation| operation.id.clone())
}

impl Watcher for Eyes {
    fn born(&self, exchange: &Exchange) -> BTreeMap<String, Vec<String>> {
        let asked = Asked::new(&self.model, exchange, Class::Valid);
        let born = asked.born(&self.model, &Heard::of(&exchange.outcome));
        let about = &self.model.operations[&exchange.operation].about;
        born.into_iter()
            .filter(|(index, _)| about[*index].told_by.is_none())
            .map(|(index, ids)| (about[index].name.clone(), ids.into_iter().map(|id| id.id.to_string()).collect()))
            .collect()
    }

    fn told(&self, exchange: &Exchange) -> Vec<Told> {
        let asked = Asked::new(&self.model, exchange, Class::Valid);
        let told = self.judge.belief.tells(&asked, &Heard::of(&exchange.outcome));
        told.into_iter()
            .filter_map(|(stand_in, id)| {
                let (step, about) = self.untold.get(&stand_in)?;
                Some(Told { step: *step, about: about.clone(), id: id.id.to_string() })
            })
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
        if exchange.cause == Cause::Poll {
            *self.looks.entry(exchange.step).or_default() += 1;
        }
        let resting = self.may_be_hit(exchange);
        match self.judge.observe(exchange) {
            Ok(seen) => {
                self.note_hit(exchange, resting);
                self.findings.extend(seen.findings);
                self.excesses.extend(seen.excess);
                self.still_after(exchange);
                let nothing = BTreeSet::new();
                let touched = self.steps.get(&exchange.step).map_or(&nothing, |stepped| &stepped.touched);
                self.stopwatch.look(&self.model, &self.judge.belief, exchange, touched);
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    fn unsettled(&self, step_index: usize) -> Vec<Call> {
        let Some(stepped) = self.steps.get(&step_index) else { return Vec::new() };
        self.looks_at(&self.restless(step_index), &stepped.binding, step_index)
    }

    fn only_time_tells(&self, step_index: usize) -> bool {
        self.restless(step_index).iter().all(|id| self.still.get(id) == Some(&true))
    }

    fn bound(&self, step_index: usize) -> Option<Duration> {
        let touched = &self.steps.get(&step_index)?.touched;
        let longest = touched.iter().map(|id| self.model.resource(id).settles_ms).max()?;
        let percent = u64::from(self.settle_percent);
        Some(Duration::from_millis(longest.saturating_mul(percent) / 100) + LATE)
    }
}
