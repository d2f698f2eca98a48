//! The chooser that goes where clauses were tested least.
//!
//! A clause counts as tested in a context (states of the things, the last two changes
//! accepted on them, the binding), because faults that depend on history hide behind
//! clauses that were tested once. Shares of the draw, and why: semantics of the planner
//! in `docs/DESIGN.md`.

use super::build::{Ask, build};
use super::chooser::{Chooser, finish, live, own};
use super::coverage::tested;
use super::hints::{Hints, general, has_effect, refuses};
use super::probe::{Actor, Call, Outlook, Scene};
use super::search::{Leg, Radius, attempt, legs, spoiled, way, with_handles};
use super::situation::{Presence, Situation, named};
use super::step::{Settle, Step};
use crate::model::ClauseId;
use crate::schema::{Class, Rng, deviations_at};
use crate::suite::{Binding, Clause, EffectValue, Verb};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Default chooser of a campaign. One value serves all its plans in turn.
#[derive(Debug, Clone)]
pub struct Guided {
    hints: Arc<Hints>,
    seed: u64,
    plan: u64,
    /// Legs still to go towards a clause.
    intent: VecDeque<Leg>,
    /// Searches that found nothing: by clause, the step until which it is left alone.
    barred: BTreeMap<ClauseId, (usize, usize)>,
    /// Deviations sent so far, by operation, place and kind.
    sent: BTreeSet<(String, String, String)>,
    /// Waits in a row for things that are not determined.
    waits: u32,
}

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Effect,
    Refusal,
    General,
    Body,
    Read,
    Move,
    Anything,
}

/// Shares of the draw, in percent.
const SHARES: [(u32, Purpose); 7] = [
    (40, Purpose::Effect),
    (20, Purpose::Refusal),
    (5, Purpose::General),
    (15, Purpose::Body),
    (10, Purpose::Read),
    (8, Purpose::Move),
    (2, Purpose::Anything),
];
/// Clauses looked at for one step, and calls tried for each.
const CLAUSES_MAX: usize = 8;
const CALLS_MAX: usize = 6;
const RADIUS: Radius = Radius { depth_max: 7, calls_max: 240 };
const PURPOSE_GUIDED: u64 = 2;

impl Guided {
    #[must_use]
    pub fn new(hints: Arc<Hints>, seed: u64, plan: u64) -> Guided {
        Guided { hints, seed, plan, intent: VecDeque::new(), barred: BTreeMap::new(), sent: BTreeSet::new(), waits: 0 }
    }

    /// Begins another plan of the same campaign; deviations already sent are not sent again.
    pub fn begin(&mut self, plan: u64) {
        *self =
            Guided { sent: std::mem::take(&mut self.sent), ..Guided::new(Arc::clone(&self.hints), self.seed, plan) };
    }
}

impl Chooser for Guided {
    fn next(&mut self, situation: &Situation<'_>) -> Option<Step> {
        if situation.steps.len() >= situation.limits.steps_max {
            return None;
        }
        let hints = Arc::clone(&self.hints);
        let scene = Scene::of(situation, &hints);
        let mut rng = Rng::new(self.seed, self.plan, situation.steps.len() as u64, PURPOSE_GUIDED);
        let mut view = View { scene: &scene, situation, rng: &mut rng };
        let call = self.choose(&mut view)?;
        let settle = settle(&mut view, &call);
        Some(finish(situation, call, settle))
    }
}

/// What one choice looks at.
struct View<'a, 'b> {
    scene: &'a Scene<'a>,
    situation: &'a Situation<'a>,
    rng: &'b mut Rng,
}

impl Guided {
    fn choose(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        if let Some(call) = after_delete(view) {
            return Some(call);
        }
        if let Some(call) = create(view, true) {
            return Some(call);
        }
        if let Some(call) = in_motion(view) {
            return Some(call);
        }
        if let Some(call) = self.wait(view) {
            return Some(call);
        }
        if let Some(call) = self.follow(view) {
            return Some(call);
        }
        if let Some(call) = create(view, false) {
            return Some(call);
        }
        if let Some(call) = delete(view) {
            return Some(call);
        }
        if let Some(call) = glance(view) {
            return Some(call);
        }
        let shares = self.shares(view);
        let purpose = *view.rng.weighted(&shares)?;
        let found = match purpose {
            Purpose::Effect => self.aim(view, &|clause| has_effect(clause)),
            Purpose::Refusal => self.aim(view, &|clause| refuses(clause)),
            Purpose::General => self.aim(view, &|clause| general(clause)),
            Purpose::Body => self.deviate(view),
            Purpose::Read if view.rng.chance(1, 2) => {
                self.aim(view, &|clause| !has_effect(clause) && matches!(clause.verb, Verb::Accept(_)))
            }
            Purpose::Read => read_something(view),
            Purpose::Move => accepted_move(view),
            Purpose::Anything => anything(view),
        };
        found.or_else(|| accepted_move(view)).or_else(|| read_something(view)).or_else(|| anything(view))
    }

    /// The shares, those doubled behind which a clause waits that was never tested and that
    /// was not searched for in vain.
    fn shares(&self, view: &mut View<'_, '_>) -> Vec<(u32, Purpose)> {
        let mut shares = SHARES.to_vec();
        for (share, purpose) in &mut shares {
            let sort: &dyn Fn(&Clause) -> bool = match purpose {
                Purpose::Effect => &has_effect,
                Purpose::Refusal => &refuses,
                Purpose::General => &general,
                Purpose::Read => &|clause| !has_effect(clause) && matches!(clause.verb, Verb::Accept(_)),
                _ => continue,
            };
            let waiting = |(count, clause): &(u64, ClauseId)| {
                *count == 0 && self.barred.get(clause).is_none_or(|(_, misses)| *misses < 3)
            };
            if ranked(view, sort).iter().any(waiting) {
                *share *= if *purpose == Purpose::General { 4 } else { 2 };
            }
        }
        shares
    }

    /// The next leg of the way, if it still leads on.
    fn follow(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let leg = self.intent.pop_front()?;
        let last = self.intent.is_empty();
        let call = (0..CALLS_MAX).find_map(|_| attempt(view.scene, &leg, !last, view.rng));
        if call.is_none() {
            self.intent.clear();
        }
        call
    }

    /// A call to which the clause least tested in its context applies, or the first call of
    /// a way to where one may.
    fn aim(&mut self, view: &mut View<'_, '_>, wanted: &dyn Fn(&Clause) -> bool) -> Option<Call> {
        let ranked = ranked(view, wanted);
        let mut best: Option<(Score, Call)> = None;
        for (rank, &(count, clause)) in ranked.iter().take(CLAUSES_MAX).enumerate() {
            let found = freshest(view, clause);
            let unseen = count == 0 || (rank == 0 && view.rng.chance(1, 2));
            if found.is_none()
                && unseen
                && let Some(call) = self.set_out(view, clause)
            {
                return Some(call);
            }
            if let Some((score, call)) = found
                && best.as_ref().is_none_or(|(known, _)| score < *known)
            {
                best = Some((score, call));
            }
        }
        best.map(|(_, call)| call)
    }

    fn set_out(&mut self, view: &mut View<'_, '_>, clause: ClauseId) -> Option<Call> {
        let now = view.situation.steps.len();
        let (until, misses) = self.barred.get(&clause).copied().unwrap_or((0, 0));
        if now < until {
            return None;
        }
        let mut targets: Vec<&Actor> =
            view.scene.actors.iter().filter(|actor| own(actor) && actor.presence == Presence::Rest).collect();
        while !targets.is_empty() {
            let target = targets.remove(view.rng.below(targets.len() as u64) as usize);
            if let Some(way) = way(view.scene, clause, target, RADIUS, view.rng) {
                self.intent = way.into();
                return self.follow(view);
            }
        }
        self.barred.insert(clause, (now + (2 << misses.min(5)), misses + 1));
        None
    }

    /// A body that deviates in one place from one that would be accepted.
    fn deviate(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let full = live(view.scene) >= view.situation.limits.live_max;
        let mut operations: Vec<&str> = view
            .situation
            .model
            .operations
            .values()
            .filter(|operation| operation.changes)
            .map(|operation| operation.id.as_str())
            .collect();
        operations.retain(|id| !(full && view.scene.hints.creating.contains(*id)));
        while !operations.is_empty() {
            let operation = operations.remove(view.rng.below(operations.len() as u64) as usize);
            let Some(good) = accepted_call(view, operation) else {
                continue;
            };
            if let Some(call) = self.deviation(view, &good) {
                return Some(call);
            }
        }
        None
    }

    fn deviation(&mut self, view: &mut View<'_, '_>, good: &Call) -> Option<Call> {
        let scene = view.scene;
        let operation = scene.schemas.operation(&good.step.operation)?;
        let version =
            scene.hints.version_header.as_ref().and_then(|name| good.step.headers.get(name)).map(String::as_str);
        let shape = scene.schemas.request(operation, version)?;
        let body = good.exchange.body.as_ref()?;
        let mut cases = deviations_at(shape, body, version);
        let key = |case: &crate::schema::Deviation| (operation.id.clone(), case.pointer.clone(), case.kind.clone());
        cases.retain(|case| !self.sent.contains(&key(case)));
        let bodies = named(&good.step);
        while !cases.is_empty() {
            let weighted: Vec<(u32, usize)> =
                cases.iter().enumerate().map(|(index, case)| (weight(case.class), index)).collect();
            let index = *view.rng.weighted(&weighted)?;
            let case = cases.swap_remove(index);
            let mut step = good.step.clone();
            step.body = case.value.clone().map(|value| with_handles(value, scene, &bodies));
            let Some(call) = scene.call(step) else {
                continue;
            };
            let Some(outlook) = scene.outlook(&call) else {
                continue;
            };
            // What nobody says anything about would leave the thing undetermined.
            let telling = match case.class {
                Class::Valid => outlook.accepted(),
                Class::Invalid => outlook.refused(),
                Class::Doubtful => true,
            };
            if telling {
                self.sent.insert(key(&case));
                return Some(call);
            }
        }
        None
    }

    /// Where everything is in motion or undetermined there is nothing to act on: look, and give it time.
    fn wait(&mut self, view: &mut View<'_, '_>) -> Option<Call> {
        let usable = |actor: &Actor| own(actor) && actor.presence == Presence::Rest;
        if view.scene.actors.iter().any(usable) || self.waits >= 2 {
            self.waits = 0;
            return None;
        }
        let there = |actor: &&Actor| own(actor) && matches!(actor.presence, Presence::Motion | Presence::Fog);
        let actors: Vec<&Actor> = view.scene.actors.iter().filter(there).collect();
        let actor = *view.rng.pick(&actors)?;
        self.waits += 1;
        show(view, actor)
    }
}

/// Clauses of a sort, the least tested first; equals in drawn order. Those whose calls only
/// create or delete are left out: how many things there are is decided elsewhere.
fn ranked(view: &mut View<'_, '_>, wanted: &dyn Fn(&Clause) -> bool) -> Vec<(u64, ClauseId)> {
    let model = view.situation.model;
    let hints = view.scene.hints;
    let free = |clause: ClauseId| {
        let refusing = model.written(clause).is_some_and(|clause| !matches!(clause.verb, Verb::Accept(_)));
        let steady = |id: &String| !hints.creating.contains(id) && !hints.deleting.contains(id);
        model
            .operations
            .values()
            .any(|operation| operation.clauses.contains(&clause) && (refusing || steady(&operation.id)))
    };
    let mut all: Vec<(u64, u64, u64, ClauseId)> = Vec::new();
    for index in 0..model.suite.clauses.len() {
        let clause = ClauseId(index as u32);
        if wanted(&model.suite.clauses[index]) && free(clause) {
            let count = view.situation.coverage.count(&model.info(clause).id);
            // Counts in steps of powers of two, so that chance and context have a say among near equals.
            all.push((u64::from((count + 1).ilog2()), view.rng.u64(), count, clause));
        }
    }
    all.sort_unstable();
    all.into_iter().map(|(_, _, count, clause)| (count, clause)).collect()
}

/// Among several calls to which a clause applies, the one in the context least tested.
fn freshest(view: &mut View<'_, '_>, clause: ClauseId) -> Option<(Score, Call)> {
    let mut speaking = legs(view.situation.model, clause, None);
    let refusing = view.situation.model.written(clause).is_some_and(|clause| !matches!(clause.verb, Verb::Accept(_)));
    let hints = view.scene.hints;
    speaking.retain(|leg| {
        refusing || !(hints.creating.contains(&leg.operation) || hints.deleting.contains(&leg.operation))
    });
    let mut best: Option<(Score, usize, Call)> = None;
    for _ in 0..CALLS_MAX {
        let leg = view.rng.pick(&speaking)?.clone();
        let percent = [0, 30, 60][view.rng.below(3) as usize];
        let boundary = view.rng.chance(1, 6);
        let ask =
            Ask { operation: leg.operation, goal: Some(clause), optional_percent: percent, boundary, ..Ask::default() };
        let Some((call, outlook)) = tried(view, &ask) else {
            continue;
        };
        let call = match needs_bad_body(view, clause, &outlook) {
            true => match spoiled(view.scene, &call, clause, view.rng) {
                Some(call) => call,
                None => continue,
            },
            false if outlook.applies(clause) => call,
            false => continue,
        };
        let score = (score(view, clause, &call), outlook.rivals());
        if best.as_ref().is_none_or(|(known, rivals, _)| score < (*known, *rivals)) {
            best = Some((score.0, score.1, call));
        }
    }
    best.map(|(score, _, call)| (score, call))
}

/// Whether the input is doubtful, so that a reply decides little; then how often the clause
/// was tested in this context, and at all. The least is the best.
type Score = (bool, u64, u64);

fn score(view: &View<'_, '_>, clause: ClauseId, call: &Call) -> Score {
    let (here, at_all) = tested(view.situation, clause, call);
    (call.asked.class == Class::Doubtful, here, at_all)
}

fn needs_bad_body(view: &View<'_, '_>, clause: ClauseId, outlook: &Outlook) -> bool {
    view.scene.hints.reads(clause, "input") && !outlook.applies(clause)
}

fn tried(view: &mut View<'_, '_>, ask: &Ask) -> Option<(Call, Outlook)> {
    let call = build(view.scene, ask, view.rng)?;
    let outlook = view.scene.outlook(&call)?;
    Some((call, outlook))
}

/// A call of an operation that must be accepted now.
fn accepted_call(view: &mut View<'_, '_>, operation: &str) -> Option<Call> {
    let mut doubtful = None;
    for _ in 0..3 {
        let percent = [0, 50, 100][view.rng.below(3) as usize];
        let ask = Ask { operation: operation.to_string(), optional_percent: percent, plain: true, ..Ask::default() };
        let Some((call, outlook)) = tried(view, &ask) else {
            continue;
        };
        if outlook.accepted() && call.asked.class == Class::Valid {
            return Some(call);
        }
        doubtful = doubtful.or(Some(call).filter(|_| outlook.accepted()));
    }
    doubtful
}

/// An accepted change that neither creates nor deletes, in the context least tested.
fn accepted_move(view: &mut View<'_, '_>) -> Option<Call> {
    let hints = view.scene.hints;
    let steady = |id: &String| !hints.creating.contains(id) && !hints.deleting.contains(id);
    let changing =
        view.situation.model.operations.values().filter(|operation| operation.changes && steady(&operation.id));
    let mut operations: Vec<&str> = changing.map(|operation| operation.id.as_str()).collect();
    let mut best: Option<(Score, Call)> = None;
    let mut tries = CALLS_MAX;
    while !operations.is_empty() && tries > 0 {
        let operation = operations.remove(view.rng.below(operations.len() as u64) as usize);
        let Some(call) = accepted_call(view, operation) else {
            continue;
        };
        tries -= 1;
        let Some(outlook) = view.scene.outlook(&call) else {
            continue;
        };
        let least = outlook.applying().into_iter().map(|clause| score(view, clause, &call)).min().unwrap_or_default();
        if best.as_ref().is_none_or(|(known, _)| least < *known) {
            best = Some((least, call));
        }
    }
    best.map(|(_, call)| call)
}

/// A read other than polls: of one thing, of a list, or of what has no life.
fn read_something(view: &mut View<'_, '_>) -> Option<Call> {
    let reading = view.situation.model.operations.values().filter(|operation| !operation.changes);
    // What was never read comes first: a read without a clause still has a promised shape.
    let asked = |operation: &crate::model::OperationModel| {
        let count = view.situation.coverage.operations.get(&operation.id);
        count.copied().unwrap_or(0)
    };
    let weight =
        |operation: &crate::model::OperationModel| interest(operation) * 240 / (asked(operation).min(20) as u32 + 1);
    let weighted: Vec<(u32, String)> = reading.map(|operation| (weight(operation), operation.id.clone())).collect();
    for _ in 0..CALLS_MAX {
        let operation = view.rng.weighted(&weighted)?.clone();
        let percent = if view.rng.chance(1, 10) { 50 } else { 0 };
        let ask = Ask { operation, optional_percent: percent, ..Ask::default() };
        if let Some(call) = build(view.scene, &ask, view.rng) {
            return Some(call);
        }
    }
    None
}

/// What was deleted must not be listed any more.
fn after_delete(view: &mut View<'_, '_>) -> Option<Call> {
    let last = view.situation.steps.last()?;
    if !view.scene.hints.deleting.contains(&last.operation) || !view.rng.chance(40, 100) {
        return None;
    }
    let operations = view.situation.model.operations.values();
    let whole = |operation: &&crate::model::OperationModel| interest(operation) > ONE_THING;
    let lists: Vec<&crate::model::OperationModel> = operations.filter(whole).collect();
    let ask = Ask { operation: view.rng.pick(&lists)?.id.clone(), ..Ask::default() };
    build(view.scene, &ask, view.rng)
}

/// After a change, now and then a look at what it should have left alone.
fn glance(view: &mut View<'_, '_>) -> Option<Call> {
    let last = view.situation.steps.last()?;
    let model = view.situation.model;
    if !model.operations[&last.operation].changes || !view.rng.chance(15, 100) {
        return None;
    }
    let touched = named(last);
    let other = |actor: &&Actor| {
        own(actor)
            && actor.presence == Presence::Rest
            && !touched.contains(actor.name.as_str())
            && model.shown[usize::from(actor.id.kind)].is_some()
    };
    let seen = |actor: &&Actor| view.situation.belief.seen_at(&actor.id);
    let stalest = view.scene.actors.iter().filter(other).min_by_key(seen)?;
    let whole = |operation: &&crate::model::OperationModel| {
        let lists = |(kind, view): &(usize, crate::suite::View)| {
            *kind == usize::from(stalest.id.kind) && view.whole && view.only.is_none()
        };
        operation.views.iter().any(lists)
    };
    let lists: Vec<&crate::model::OperationModel> = model.operations.values().filter(whole).collect();
    match view.rng.pick(&lists) {
        Some(list) => {
            let ask = Ask { operation: list.id.clone(), ..Ask::default() };
            build(view.scene, &ask, view.rng)
        }
        None => show(view, stalest),
    }
}

/// Weight of a read that shows one thing.
const ONE_THING: u32 = 2;

/// A whole list compares everything for one request; a read that shows nothing compares nothing.
fn interest(operation: &crate::model::OperationModel) -> u32 {
    match operation.views.as_slice() {
        [] => 1,
        views if views.iter().any(|(_, view)| view.whole) => 3 * ONE_THING,
        _ => ONE_THING,
    }
}

/// Any call that does not create: what no clause speaks of is noted as silent.
fn anything(view: &mut View<'_, '_>) -> Option<Call> {
    let hints = view.scene.hints;
    let steady = |id: &&String| !hints.creating.contains(*id) && !hints.deleting.contains(*id);
    let operations: Vec<String> = view.situation.model.operations.keys().filter(steady).cloned().collect();
    for _ in 0..4 * CALLS_MAX {
        let ask = Ask { operation: view.rng.pick(&operations)?.clone(), optional_percent: 30, ..Ask::default() };
        if let Some(call) = build(view.scene, &ask, view.rng) {
            return Some(call);
        }
    }
    None
}

fn show(view: &mut View<'_, '_>, actor: &Actor) -> Option<Call> {
    let shown = view.situation.model.shown[usize::from(actor.id.kind)].clone()?;
    let ask = Ask { operation: shown.operation, target: Some(actor.name.clone()), moving: true, ..Ask::default() };
    build(view.scene, &ask, view.rng)
}

/// After a step that did not wait: mostly a call on what is in motion.
fn in_motion(view: &mut View<'_, '_>) -> Option<Call> {
    let left = view.situation.steps.last().is_some_and(|step| step.settle == Settle::Leave);
    let moving = |actor: &&Actor| own(actor) && matches!(actor.presence, Presence::Motion | Presence::Leaving);
    let actors: Vec<&Actor> = view.scene.actors.iter().filter(moving).collect();
    if !left || actors.is_empty() || !view.rng.chance(9, 10) {
        return None;
    }
    let actor = *view.rng.pick(&actors)?;
    let model = view.situation.model;
    let speaking = |clause: &ClauseId| {
        model.written(*clause).is_some_and(|clause| clause.during == crate::suite::While::Any && !general(clause))
    };
    let of_kind = |operation: &&crate::model::OperationModel| {
        operation
            .about
            .iter()
            .any(|about| about.resource == usize::from(actor.id.kind) && matches!(about.binding, Binding::Existing(_)))
    };
    let clauses: BTreeSet<(u64, u64, ClauseId)> = model
        .operations
        .values()
        .filter(of_kind)
        .flat_map(|operation| operation.clauses.iter().copied().filter(speaking))
        .map(|clause| {
            (u64::from((view.situation.coverage.count(&model.info(clause).id) + 1).ilog2()), view.rng.u64(), clause)
        })
        .collect();
    for (_, _, clause) in clauses.into_iter().take(CLAUSES_MAX) {
        let Some(leg) = view.rng.pick(&legs(model, clause, Some(&actor.name))).cloned() else {
            continue;
        };
        if view.scene.hints.deleting.contains(&leg.operation) && !late(view) {
            continue;
        }
        let ask =
            Ask { operation: leg.operation, goal: Some(clause), moving: true, target: leg.target, ..Ask::default() };
        if let Some((call, outlook)) = tried(view, &ask)
            && !outlook.silent()
        {
            return Some(call);
        }
    }
    show(view, actor)
}

/// A create: at once where there is nothing, now and then where there is room.
fn create(view: &mut View<'_, '_>, only_if_bare: bool) -> Option<Call> {
    let hints = view.scene.hints;
    if live(view.scene) >= view.situation.limits.live_max {
        return None;
    }
    let there = |kind: usize| {
        view.scene
            .actors
            .iter()
            .filter(|actor| {
                own(actor)
                    && usize::from(actor.id.kind) == kind
                    && !matches!(actor.presence, Presence::Gone | Presence::Leaving)
            })
            .count()
    };
    let bare = hints.deletable.iter().all(|kind| there(*kind) == 0);
    let model = view.situation.model;
    let mut operations: Vec<(u32, &str)> = Vec::new();
    for id in &hints.creating {
        let new = |about: &&crate::suite::About| {
            matches!(about.binding, Binding::New(_))
                && (hints.deletable.is_empty() || hints.deletable.contains(&about.resource))
        };
        let least = model.operations[id].about.iter().filter(new).map(|about| there(about.resource)).min().unwrap_or(0);
        let percent = match least {
            _ if only_if_bare => 100,
            0 => 30,
            1 => 12,
            2 => 3,
            _ => 0,
        };
        if percent > 0 && view.rng.chance(percent, 100) {
            operations.push((percent, id.as_str()));
        }
    }
    // Creates that were refused again and again would fill the plan.
    let recent = view.situation.steps.iter().rev().take(4);
    let repeated = recent.filter(|step| hints.creating.contains(&step.operation)).count() >= 4;
    if (only_if_bare && !bare) || repeated {
        return None;
    }
    // Something of another's, so that lists have something to leave out.
    let foreign = !only_if_bare
        && view.situation.limits.callers.contains("other")
        && !view.scene.actors.iter().any(|actor| !own(actor))
        && view.rng.chance(1, 4);
    let mut best: Option<(Score, Call)> = None;
    for _ in 0..2 * CALLS_MAX {
        let operation = (*view.rng.weighted(&operations)?).to_string();
        let clauses = &model.operations[&operation].clauses;
        let accepting: Vec<ClauseId> =
            clauses.iter().copied().filter(|clause| model.written(*clause).is_some_and(has_effect)).collect();
        let percent = [0, 50, 100][view.rng.below(3) as usize];
        let boundary = view.rng.chance(1, 6);
        let ask = Ask {
            operation,
            goal: view.rng.pick(&accepting).copied(),
            caller: foreign.then(|| "other".to_string()),
            plain: true,
            optional_percent: percent,
            boundary,
            ..Ask::default()
        };
        let Some((call, outlook)) = tried(view, &ask) else {
            continue;
        };
        if !outlook.accepted() {
            continue;
        }
        let least = outlook.applying().into_iter().map(|clause| score(view, clause, &call)).min().unwrap_or_default();
        if best.as_ref().is_none_or(|(known, _)| least < *known) {
            best = Some((least, call));
        }
    }
    best.map(|(_, call)| call)
}

/// In the last fifth of a plan, or where a thing more than one is there.
fn delete(view: &mut View<'_, '_>) -> Option<Call> {
    let chance = match (late(view), live(view.scene)) {
        (_, 0) => 0,
        (true, _) => 20,
        (false, 1) => 0,
        (false, _) => 2,
    };
    if !view.rng.chance(chance, 100) {
        return None;
    }
    let deleting: Vec<&String> = view.scene.hints.deleting.iter().collect();
    for _ in 0..CALLS_MAX {
        let operation = (*view.rng.pick(&deleting)?).clone();
        let ask = Ask { operation, plain: true, ..Ask::default() };
        if let Some((call, outlook)) = tried(view, &ask)
            && outlook.accepted()
        {
            return Some(call);
        }
    }
    None
}

fn late(view: &View<'_, '_>) -> bool {
    view.situation.steps.len() * 5 >= view.situation.limits.steps_max * 4
}

/// Mostly wait. Where the call sets something in motion, or is on something in motion, nearly
/// half go on at once, which puts about a quarter of all steps on things in motion. The first
/// poll comes at once, soon or late, so that what a thing passes through is sometimes seen.
fn settle(view: &mut View<'_, '_>, call: &Call) -> Settle {
    if view.rng.chance(45, 100) && (moves_on(view, call) || on_moving(view, call)) {
        return Settle::Leave;
    }
    let settles =
        view.situation.model.suite.resources.iter().map(|resource| resource.settles_ms).min().unwrap_or(10_000);
    let late = (settles / 10).clamp(1_000, 20_000);
    let after_ms = [0, 0, 400, late][view.rng.below(4) as usize];
    Settle::Poll { after_ms }
}

/// Whether some clause that accepts the call sends a thing on a course.
fn moves_on(view: &View<'_, '_>, call: &Call) -> bool {
    let Some(outlook) = view.scene.outlook(call).filter(Outlook::accepted) else {
        return false;
    };
    let model = view.situation.model;
    let course = |effect: &crate::suite::Effect| matches!(effect.value, EffectValue::Course(_));
    outlook
        .applying()
        .into_iter()
        .filter_map(|clause| model.written(clause))
        .any(|clause| clause.then.iter().any(course))
}

fn on_moving(view: &View<'_, '_>, call: &Call) -> bool {
    let names = named(&call.step);
    view.scene.actors.iter().any(|actor| names.contains(actor.name.as_str()) && actor.presence == Presence::Motion)
}

fn weight(class: Class) -> u32 {
    match class {
        Class::Invalid => 14,
        Class::Valid => 5,
        Class::Doubtful => 1,
    }
}
