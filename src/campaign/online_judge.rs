//! Judges every exchange while a plan is carried out, and picks the resources to poll.

use super::poll_reads::PollReads;
use super::settling_times::{Settling, Stopwatch};
use crate::endpoint::Call;
use crate::history::{Cause, Exchange};
use crate::model::{Asked, Bounds, Excess, Fault, Heard, Held, Id, Life, Model, classed, pages};
use crate::oracle::{Finding, Judge};
use crate::plan::{Ending, LastPage};
use crate::run::{Told, Watcher};
use crate::schema::{Class, Schemas};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Judges exchanges while a plan is carried out, and tells the runner which resources are not settled.
pub struct Eyes {
    /// The judge, with the belief.
    pub judge: Judge,
    /// Deviations so far.
    pub findings: Vec<Finding>,
    /// Calls after which the belief exceeded its bound.
    pub excesses: Vec<Excess>,
    /// A failure of an expression of the suite. Later exchanges are not judged.
    pub fault: Option<Fault>,
    model: Arc<Model>,
    schemas: Arc<Schemas>,
    steps: BTreeMap<usize, Stepped>,
    reads: PollReads,
    /// Number of polls by step.
    looks: BTreeMap<usize, u64>,
    /// Whether a resource might have been settled when the last read showed the resource. Later the resource
    /// may have changed unseen, so that the present possible states tell less.
    still: BTreeMap<Id, bool>,
    /// The step and the `about` name of each resource with a stand-in for an unknown id.
    untold: BTreeMap<Id, (usize, String)>,
    /// The last page of each list, by operation.
    pub pages: BTreeMap<String, LastPage>,
    stopwatch: Stopwatch,
    settle_percent: u32,
    /// Whether polling ends at the first finding.
    pub first_only: bool,
}

/// Time from the bound to the last poll, so that rounding cannot make the poll early.
const LATE: Duration = Duration::from_millis(10);

/// A step that was sent.
struct Stepped {
    /// Number of the exchange.
    exchange: u64,
    binding: String,
    /// Whether the operation changes resources.
    changes: bool,
    /// Resources that the call named, created, or may have changed.
    touched: BTreeSet<Id>,
    ending: Ending,
}

impl Eyes {
    /// A judge for one plan.
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<Schemas>, plan: u64, bounds: Bounds) -> Eyes {
        let judge = Judge::new(model.clone(), schemas.clone(), plan, bounds);
        Eyes {
            judge,
            findings: Vec::new(),
            excesses: Vec::new(),
            fault: None,
            reads: PollReads::new(model.clone(), schemas.clone()),
            model,
            schemas,
            steps: BTreeMap::new(),
            looks: BTreeMap::new(),
            still: BTreeMap::new(),
            untold: BTreeMap::new(),
            pages: BTreeMap::new(),
            stopwatch: Stopwatch::default(),
            settle_percent: bounds.settle_percent,
            first_only: false,
        }
    }

    /// Takes the measured times of transitions.
    pub fn settling(&mut self) -> Settling {
        std::mem::take(&mut self.stopwatch.settling)
    }

    /// The kind of the outcome of a step; `None` if the step was not sent.
    #[must_use]
    pub fn ending(&self, step: usize) -> Option<Ending> {
        self.steps.get(&step).map(|stepped| stepped.ending)
    }

    /// Notes the resources and the outcome of an exchange that is no poll.
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
                let stand_in = |id: &Id| (id.clone(), (exchange.step, about[index].name.clone()));
                self.untold.extend(ids.iter().map(stand_in));
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

    /// Resources that the call may change without naming them, each with whether the resource is settled.
    fn may_be_hit(&self, exchange: &Exchange) -> Vec<(Id, bool)> {
        let kinds = &self.model.operations[&exchange.operation].falls_on;
        if exchange.cause == Cause::Poll || kinds.is_empty() {
            return Vec::new();
        }
        let belief = &self.judge.belief;
        let of_kind = belief.ids().filter(|id| kinds.contains(&usize::from(id.kind)));
        of_kind.map(|id| (id.clone(), belief.at_rest(id))).collect()
    }

    /// Adds resources that the call may have changed without naming them to the resources of the step.
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

    /// Updates `still` for the resources that an exchange named or listed.
    fn still_after(&mut self, exchange: &Exchange) {
        let operation = &self.model.operations[&exchange.operation];
        let asked = Asked::new(&self.model, exchange, Class::Valid);
        let named = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
        let in_list = self.judge.belief.ids().filter(|id| self.reads.is_list(&operation.id, id.kind));
        let shown: Vec<Id> = named.chain(in_list).map(|id| self.judge.belief.told(id).clone()).collect();
        for id in shown {
            if operation.changes {
                self.still.remove(&id);
            } else if matches!(Heard::of(&exchange.outcome), Heard::Success(..)) {
                self.still.insert(id.clone(), self.judge.belief.may_rest(&id));
            }
        }
    }

    /// The resources of a step to poll: resources that may be in transition or undetermined, resources in the
    /// same factors, and, after an accepted change, resources that no later exchange has shown.
    ///
    /// The chooser decides when to read resources that a refused call must not have changed.
    fn restless(&self, step_index: usize) -> Vec<&Id> {
        let enough = self.fault.is_some() || (self.first_only && !self.findings.is_empty());
        let Some(stepped) = self.steps.get(&step_index).filter(|_| !enough) else { return Vec::new() };
        let belief = &self.judge.belief;
        let acted = stepped.changes && stepped.ending != Ending::Refused;
        let told = |id: &Id| {
            belief.teller(id).is_none_or(|teller| !belief.at_rest(teller) || belief.seen_at(teller).is_none())
        };
        let unseen = |id: &Id| acted && belief.seen_at(id).is_none_or(|seen| seen <= stepped.exchange);
        // A resource that must be gone because a job ended must be read once.
        let exists = |id: &&Id| {
            let possible = belief.possibilities(id);
            let gone = possible.iter().all(|held| held.thing.life == Life::Gone);
            !possible.is_empty() && (!gone || (unseen(id) && belief.teller(id).is_none())) && told(id)
        };
        let restless = |id: &&Id| exists(id) && (!belief.at_rest(id) || unseen(id));
        let mut ids: Vec<&Id> = stepped.touched.iter().map(|id| belief.told(id)).filter(restless).collect();
        // A job of an earlier step may change further resources until the job ends.
        let moving: Vec<&Id> = ids.iter().copied().filter(|id| !belief.at_rest(id)).collect();
        let tied = belief.factors().iter().filter(|factor| moving.iter().any(|id| factor.ids.contains(id)));
        let others = tied.flat_map(|factor| &factor.ids).filter(|id| exists(id) && !belief.at_rest(id));
        for other in others {
            if !ids.contains(&other) {
                ids.push(other);
            }
        }
        ids
    }
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
        let looks = self.looks.get(&step_index).copied().unwrap_or(0);
        self.reads.choose(&self.judge.belief, &self.restless(step_index), &stepped.binding, looks)
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
