//! The worlds still possible, and how an observation narrows them.

use super::asked::{Asked, Heard};
use super::class::described;
use super::compile::{ClauseId, Generated, Model};
use super::credit::Tally;
use super::effect::{Moment, hold};
use super::factor::{Factor, Held, Promise, Promised, Shrunk, World};
use super::motion::closure;
use super::outcome::{Judged, judge};
use super::scope::Fault;
use super::sighting::{self, See};
use super::telling::Teller;
use super::thing::{Id, Life};
use super::view::sights;
use crate::expr::Val;
use crate::history::{Exchange, Input, Outcome};
use crate::schema::Class;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Limits of one belief.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Worlds in one factor; beyond it what the call touched is given up as undetermined.
    pub worlds_max: usize,
    /// The suite's times to settle are multiplied by this.
    pub settle_percent: u32,
    /// Record what was possible before and after, and what was ruled out, for `explain`.
    pub insight: bool,
}

/// The worlds still possible, as a product of factors.
#[derive(Debug, Clone)]
pub struct Belief {
    pub(super) model: Arc<Model>,
    pub(super) bounds: Bounds,
    /// In order of their first id.
    pub(super) factors: Vec<Factor>,
    pub(super) seq: u32,
    /// Kinds of which a lost create may have left a thing that nobody can name.
    pub(super) strangers: Vec<usize>,
    pub(super) reported: BTreeSet<ClauseId>,
    pub(super) open: BTreeMap<Promise, Owed>,
    /// Exchange of the last accepted change, and by thing the exchange in which it was last seen.
    pub(super) changed: u64,
    pub(super) seen: BTreeMap<Id, u64>,
    pub tally: Tally,
    /// Things whose id no reply has told yet, and the ids that others stood for.
    pub(super) untold: BTreeMap<Id, Teller>,
    pub(super) told: BTreeMap<Id, Id>,
    /// One factor over all things: slow, and the yardstick for the fast way.
    whole: bool,
}

/// What is still to be seen of one promise, and whether something else may explain it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Owed {
    pub left: usize,
    pub tainted: bool,
    pub exception: bool,
}

/// What one exchange has shown.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    pub deviations: Vec<Deviation>,
    /// A success has to have the shape that the pages describe for the call.
    pub described: bool,
    pub excess: Option<Excess>,
    pub insight: Option<Insight>,
}

/// Clauses contradicted by what was seen: in each world that was possible, one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    pub exchange: u64,
    pub step: usize,
    pub operation: String,
    pub clauses: Vec<ClauseId>,
    /// What was seen and what would have been permitted, in our words.
    pub seen: String,
    pub expected: Vec<String>,
    /// The last exchange that had narrowed the same things, and the clauses that did.
    pub shrunk: Option<Shrunk>,
}

/// A bound was reached: what the call touched is undetermined from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    pub exchange: u64,
    pub reason: String,
}

/// The possible states before and after, and what ruled out the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Insight {
    pub before: Vec<String>,
    pub after: Vec<String>,
    pub ruled_out: Vec<(String, Vec<ClauseId>)>,
}

impl Belief {
    /// Nothing exists yet that this run knows of.
    #[must_use]
    pub fn new(model: Arc<Model>, bounds: Bounds) -> Belief {
        Belief {
            model,
            bounds,
            factors: Vec::new(),
            seq: 0,
            strangers: Vec::new(),
            reported: BTreeSet::new(),
            open: BTreeMap::new(),
            changed: 0,
            seen: BTreeMap::new(),
            tally: Tally::default(),
            untold: BTreeMap::new(),
            told: BTreeMap::new(),
            whole: false,
        }
    }

    /// A belief that keeps all things in one factor: what the factored one must equal.
    #[must_use]
    pub fn unfactored(model: Arc<Model>, bounds: Bounds) -> Belief {
        Belief { whole: true, ..Belief::new(model, bounds) }
    }

    /// The possibilities of a thing when everything that may happen by itself has been allowed for.
    #[must_use]
    pub fn possibilities_now(&self, id: &Id) -> Vec<Arc<Held>> {
        let Some(factor) = self.factors.iter().find(|factor| factor.ids.contains(id)) else { return Vec::new() };
        match closure(&self.model, &factor.worlds, self.bounds.worlds_max) {
            Ok(Some(worlds)) => Factor { worlds, ..factor.clone() }.possibilities(id),
            _ => factor.possibilities(id),
        }
    }

    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    #[must_use]
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// The distinct possibilities of one thing; empty if it was never heard of.
    #[must_use]
    pub fn possibilities(&self, id: &Id) -> Vec<Arc<Held>> {
        self.factors
            .iter()
            .find(|factor| factor.ids.contains(id))
            .map(|factor| factor.possibilities(id))
            .unwrap_or_default()
    }

    /// Nothing moves it or hides it in any possible world.
    #[must_use]
    pub fn at_rest(&self, id: &Id) -> bool {
        self.possibilities(id).iter().all(|held| held.thing.at_rest() || held.thing.life == Life::Gone)
    }

    /// Nothing moves the thing in some possible world, or it is not determined.
    #[must_use]
    pub fn may_rest(&self, id: &Id) -> bool {
        self.possibilities(id).iter().any(|held| held.thing.motion.is_none())
    }

    /// Number of the exchange in which a thing was last seen at rest, or gone.
    #[must_use]
    pub fn seen_at(&self, id: &Id) -> Option<u64> {
        self.seen.get(id).copied()
    }

    /// Every thing heard of in this plan, in order.
    pub fn ids(&self) -> impl Iterator<Item = &Id> {
        self.factors.iter().flat_map(|factor| &factor.ids)
    }

    /// Narrows the belief by one exchange, whose body the schema room has put in a class.
    ///
    /// # Errors
    /// If an expression of the suite goes wrong on valid input.
    pub fn observe(&mut self, exchange: &Exchange, input: impl Into<Input>) -> Result<Observed, Fault> {
        let model = Arc::clone(&self.model);
        let asked = Asked::new(&model, exchange, input);
        let heard = Heard::of(&exchange.outcome);
        self.count_trouble(exchange, &heard);
        if heard == Heard::Nothing {
            return Ok(Observed::default());
        }
        self.tally.judged += 1;
        self.learn(&asked, &heard);
        let born = self.fresh(asked.born(&model, &heard));
        let Some(before) = self.take(&asked)? else {
            let mut observed = self.give_up(exchange, &asked, &born);
            observed.described = asked.class != Class::Doubtful;
            self.expect(&asked, &born);
            return Ok(observed);
        };
        let reply = match &heard {
            Heard::Success(_, reply) => reply.clone(),
            Heard::Lost | Heard::ServerError(_) => Val::Unknown,
            _ => Val::Null,
        };
        let moment = Moment {
            born: &born,
            reply: &reply,
            now: exchange.received_ms,
            seq: self.seq,
            strangers: &self.strangers.clone(),
        };
        let judged = judge(&model, &asked, &heard, &before, &moment)?;
        self.seq += born.iter().map(|(_, ids)| ids.len() as u32).sum::<u32>();
        if matches!(heard, Heard::Lost | Heard::ServerError(_)) && judged.may_have_acted {
            self.note_strangers(&asked);
        }
        let described = judged.readings.iter().all(|reading| described(&model, &asked, reading));
        let mut observed = self.conclude(exchange, &asked, &heard, before, judged, &moment)?;
        observed.described = described;
        self.expect(&asked, &born);
        Ok(observed)
    }

    fn conclude(
        &mut self,
        exchange: &Exchange,
        asked: &Asked,
        heard: &Heard,
        before: Factor,
        judged: Judged,
        moment: &Moment<'_>,
    ) -> Result<Observed, Fault> {
        let model = Arc::clone(&self.model);
        let mut observed = Observed::default();
        if let Some(clause) = judged.server_error {
            self.report(&mut observed, exchange, vec![clause], heard, &judged.expected, &before);
        }
        if self.bounds.insight {
            let lines = before.worlds.iter().map(|world| describe(&model, world)).collect();
            observed.insight =
                Some(Insight { before: lines, ruled_out: judged.ruled_out(&model), ..Insight::default() });
        }
        if judged.next.is_empty() {
            let reasons = with_promises(asked, &before, &judged);
            self.report(&mut observed, exchange, reasons, heard, &judged.expected, &before);
            let worlds =
                before.worlds.iter().map(|world| super::effect::fogged(&model, asked, world, moment)).collect();
            self.put_back(exchange, fresh_factor(worlds, &before, true), &[]);
            return Ok(observed);
        }
        self.settle_accounts(asked, heard, &judged, exchange, &before);
        let dropped = judged.reasons();
        let mut factor = fresh_factor(judged.next.iter().map(|next| next.world.clone()).collect(), &before, false);
        self.promise(&mut factor, asked, &before, &judged, exchange, moment)?;
        let seen = sights(&model, asked, heard)?;
        let see = See { model: &model, asked, exchange, sights: &seen, bounds: self.bounds };
        match closure(&model, &factor.worlds, self.bounds.worlds_max)? {
            Some(worlds) => factor.worlds = worlds,
            None => {
                let given_up = self.give_up_on(exchange, factor);
                observed.excess = given_up.excess;
                return Ok(observed);
            }
        }
        self.look(&see, factor, &mut observed, &dropped)?;
        self.look_elsewhere(&see, &mut observed)?;
        if let Some(insight) = &mut observed.insight {
            let touched: BTreeSet<&Id> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
            let after = self.factors.iter().filter(|factor| factor.ids.iter().any(|id| touched.contains(id)));
            insight.after =
                after.flat_map(|factor| factor.worlds.iter().map(|world| describe(&model, world))).collect();
        }
        Ok(observed)
    }

    /// Filters one factor by what the reply shows of its things.
    fn look(
        &mut self,
        see: &See<'_>,
        factor: Factor,
        observed: &mut Observed,
        dropped: &[ClauseId],
    ) -> Result<(), Fault> {
        let found = sighting::filter(see, &factor)?;
        if let (Some(insight), false) = (&mut observed.insight, found.dropped.is_empty()) {
            insight
                .ruled_out
                .extend(found.dropped.iter().map(|(world, why)| (describe(see.model, world), why.clone())));
        }
        if found.worlds.is_empty() {
            let reasons = found.reasons();
            let heard = Heard::of(&see.exchange.outcome);
            let expected = expectations(see.model, &factor);
            self.report(observed, see.exchange, reasons, &heard, &expected, &factor);
            let worlds = factor.worlds.iter().map(|world| sighting::fogged(see, world)).collect();
            self.put_back(see.exchange, fresh_factor(worlds, &factor, true), &[]);
            return Ok(());
        }
        let mut reasons = found.reasons();
        reasons.extend(dropped.iter().copied());
        let mut next = Factor { worlds: sorted(found.worlds), ..factor };
        self.confirm(see, &mut next, &found.compared);
        self.put_back(see.exchange, next, &reasons);
        Ok(())
    }

    /// Filters the factors that the call did not join but the reply shows.
    fn look_elsewhere(&mut self, see: &See<'_>, observed: &mut Observed) -> Result<(), Fault> {
        let named: BTreeSet<&Id> = see.asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let (shown, rest): (Vec<Factor>, Vec<Factor>) = std::mem::take(&mut self.factors)
            .into_iter()
            .partition(|factor| !factor.ids.iter().any(|id| named.contains(id)) && see.concerns(factor));
        self.factors = rest;
        for mut factor in shown {
            match closure(see.model, &factor.worlds, self.bounds.worlds_max)? {
                Some(worlds) => {
                    factor.worlds = worlds;
                    self.look(see, factor, observed, &[])?;
                }
                None => observed.excess = self.give_up_on(see.exchange, factor).excess,
            }
        }
        Ok(())
    }

    fn report(
        &mut self,
        observed: &mut Observed,
        exchange: &Exchange,
        mut clauses: Vec<ClauseId>,
        heard: &Heard,
        expected: &[String],
        factor: &Factor,
    ) {
        clauses.sort();
        clauses.dedup();
        if clauses.iter().all(|clause| self.reported.contains(clause)) {
            self.tally.repeated += 1;
            return;
        }
        self.reported.extend(clauses.iter().copied());
        observed.deviations.push(Deviation {
            exchange: exchange.number,
            step: exchange.step,
            operation: exchange.operation.clone(),
            clauses,
            seen: said(heard),
            expected: expected.to_vec(),
            shrunk: factor.shrunk.clone(),
        });
    }

    /// Takes out and joins what the call speaks of, closed under what may happen by itself.
    fn take(&mut self, asked: &Asked) -> Result<Option<Factor>, Fault> {
        let model = Arc::clone(&self.model);
        let kinds = &model.operations[&asked.operation].reads_all;
        let named: BTreeSet<&Id> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let concerned = |factor: &Factor| {
            self.whole || factor.ids.iter().any(|id| named.contains(id) || kinds.contains(&usize::from(id.kind)))
        };
        let (taken, rest): (Vec<Factor>, Vec<Factor>) =
            std::mem::take(&mut self.factors).into_iter().partition(concerned);
        self.factors = rest;
        let mut closed = Vec::with_capacity(taken.len());
        for factor in &taken {
            let Some(worlds) = closure(&model, &factor.worlds, self.bounds.worlds_max)? else {
                self.factors.extend(taken.iter().cloned());
                return Ok(None);
            };
            closed.push(Factor { worlds, ..factor.clone() });
        }
        let joined = Factor::join(closed, self.bounds.worlds_max);
        match &joined {
            Some(factor) => self.tally.worlds_most = self.tally.worlds_most.max(factor.worlds.len()),
            None => self.factors.extend(taken),
        }
        Ok(joined)
    }

    /// Sorts, splits and puts back; remembers why the factor became smaller.
    fn put_back(&mut self, exchange: &Exchange, mut factor: Factor, reasons: &[ClauseId]) {
        if !reasons.is_empty() {
            let mut clauses = reasons.to_vec();
            clauses.sort();
            clauses.dedup();
            factor.shrunk = Some(Shrunk { exchange: exchange.number, clauses });
        }
        self.tally.worlds_most = self.tally.worlds_most.max(factor.worlds.len());
        let parts = if self.whole { vec![factor] } else { factor.split() };
        self.factors.extend(parts.into_iter().filter(|factor| !factor.ids.is_empty()));
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
    }

    /// Too many worlds: what the call touches is unknown from here, which no verdict may rest on.
    fn give_up(&mut self, exchange: &Exchange, asked: &Asked, born: &super::effect::Born) -> Observed {
        let named: BTreeSet<Id> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten().cloned()).collect();
        let kinds = self.model.operations[&asked.operation].reads_all.clone();
        let (taken, rest): (Vec<Factor>, Vec<Factor>) =
            std::mem::take(&mut self.factors).into_iter().partition(|factor| {
                factor.ids.iter().any(|id| named.contains(id) || kinds.contains(&usize::from(id.kind)))
            });
        self.factors = rest;
        let mut observed = Observed::default();
        for factor in taken {
            observed.excess = self.give_up_on(exchange, factor).excess;
        }
        let moment = Moment { born, reply: &Val::Unknown, now: exchange.received_ms, seq: self.seq, strangers: &[] };
        let newborn = super::effect::fogged(&self.model, asked, &[], &moment);
        self.factors.extend(newborn.into_iter().map(Factor::single));
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
        observed
    }

    fn give_up_on(&mut self, exchange: &Exchange, factor: Factor) -> Observed {
        let first = factor.worlds.first().cloned().unwrap_or_default();
        for held in first {
            let thing = held.thing.fogged(exchange.received_ms);
            self.factors.push(Factor::single(hold(&self.model, held.id.clone(), thing)));
        }
        self.factors.sort_by(|a, b| a.ids.cmp(&b.ids));
        let reason = format!("more than {} possible states at once", self.bounds.worlds_max);
        Observed { excess: Some(Excess { exchange: exchange.number, reason }), ..Observed::default() }
    }

    fn fresh(&self, mut born: Vec<(usize, Vec<Id>)>) -> Vec<(usize, Vec<Id>)> {
        for (_, ids) in &mut born {
            ids.retain(|id| !self.factors.iter().any(|factor| factor.ids.contains(id)));
        }
        born
    }

    fn count_trouble(&mut self, exchange: &Exchange, heard: &Heard) {
        match (heard, &exchange.outcome) {
            (Heard::Nothing, Outcome::Unsent { .. }) => self.tally.unsent += 1,
            (Heard::Nothing, _) => self.tally.throttled += 1,
            (Heard::Lost, _) => self.tally.lost += 1,
            _ => {}
        }
    }

    fn note_strangers(&mut self, asked: &Asked) {
        for about in &self.model.operations[&asked.operation].about {
            if matches!(about.binding, crate::suite::Binding::New(_)) && !self.strangers.contains(&about.resource) {
                self.strangers.push(about.resource);
            }
        }
    }
}

/// A world in which a thing of the call is gone was ruled out because a clause had promised that end.
fn with_promises(asked: &Asked, before: &Factor, judged: &Judged) -> Vec<ClauseId> {
    let named: BTreeSet<&Id> = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
    let mut reasons = judged.reasons();
    for (promised, promises) in &before.promises {
        let Promised::End(id) = promised else { continue };
        let gone = |world: &World| super::reading::find(world, id).is_some_and(|held| held.thing.life == Life::Gone);
        if named.contains(id) && judged.dropped.iter().any(|(world, _)| gone(world)) {
            reasons.extend(promises.iter().map(|promise| promise.clause));
        }
    }
    reasons
}

fn fresh_factor(worlds: Vec<World>, before: &Factor, forget: bool) -> Factor {
    let worlds = sorted(worlds);
    let ids = worlds.first().map(|world| world.iter().map(|held| held.id.clone()).collect()).unwrap_or_default();
    let promises = if forget { BTreeMap::new() } else { before.promises.clone() };
    Factor { ids, worlds, promises, shrunk: before.shrunk.clone() }
}

fn sorted(worlds: Vec<World>) -> Vec<World> {
    worlds.into_iter().collect::<BTreeSet<World>>().into_iter().collect()
}

fn said(heard: &Heard) -> String {
    match heard {
        Heard::Success(status, _) => format!("accepted with {status}"),
        Heard::Refusal(status) => format!("refused with {status}"),
        Heard::ServerError(status) => format!("server error {status}"),
        Heard::Lost => "no reply".to_string(),
        Heard::Nothing => "nothing".to_string(),
        Heard::Odd(status) => format!("status {status}, neither a success nor an error"),
    }
}

fn expectations(model: &Model, factor: &Factor) -> Vec<String> {
    let mut lines: Vec<String> = factor.worlds.iter().map(|world| describe(model, world)).collect();
    lines.dedup();
    lines.truncate(12);
    lines
}

/// One world in a line, for people.
#[must_use]
pub fn describe(model: &Model, world: &[Arc<Held>]) -> String {
    let one = |held: &Arc<Held>| {
        let resource = model.resource(&held.id);
        let thing = &held.thing;
        let state =
            resource.state.as_ref().and_then(|state| resource.fields.iter().position(|field| field.name == *state));
        let what = match (thing.life, thing.fog, state) {
            (Life::Gone, ..) => "gone".to_string(),
            (Life::Dying, ..) => "on its way out".to_string(),
            (_, Some(_), _) => "not determined".to_string(),
            (_, _, Some(index)) => thing.fields[index].to_string(),
            _ => "there".to_string(),
        };
        let course = thing.motion.as_ref().map(|motion| {
            let steps = motion.course.iter().map(|step| match step {
                super::thing::Step::State(value) => value.to_string(),
                super::thing::Step::Anything => "anything".to_string(),
                super::thing::Step::Gone => "gone".to_string(),
            });
            format!(" then {}", steps.collect::<Vec<_>>().join(", "))
        });
        let fields = resource.fields.iter().zip(&thing.fields).enumerate();
        let others = fields
            .filter(|(index, (_, value))| Some(*index) != state && **value != Val::Unknown && thing.fog.is_none());
        let others: Vec<String> = others.map(|(_, (field, value))| format!("{}={value}", field.name)).collect();
        format!(
            "{} {}: {what}{}{}{}",
            resource.name,
            held.id.id,
            course.unwrap_or_default(),
            if others.is_empty() { "" } else { "; " },
            others.join(" ")
        )
    };
    if world.is_empty() { "nothing known".to_string() } else { world.iter().map(one).collect::<Vec<_>>().join(" | ") }
}

/// The index of a kind's state field.
#[must_use]
pub fn state_of(model: &Model, kind: usize) -> Option<usize> {
    let resource = &model.suite.resources[kind];
    let state = resource.state.as_ref()?;
    resource.fields.iter().position(|field| field.name == *state)
}

/// The clause that a change of an unpromised field contradicts.
#[must_use]
pub fn frame(model: &Model, id: &Id, field: u16) -> ClauseId {
    model.generated(&Generated::Field(usize::from(id.kind), usize::from(field)))
}
