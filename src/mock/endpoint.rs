//! The mock as an endpoint: calls take effect in turn, each after its latency.

use super::body_texts::collect_texts;
use super::creation::{complete_fields, create_ids};
use super::decision::{MockDecision, decide_answer};
use super::effects::{apply_clauses, break_constant_fields, choose_open_ends};
use super::ensure_repair::repair_body;
use super::mock_resources::MockResources;
use super::mutant::{FaultKind, Mutant};
use super::response_body::{break_shape, draw_body, draw_refusal_body, fill_body, hide_ids, list_shown_ids};
use super::response_context::ResponseContext;
use super::tempo::{Tempo, draw_between};
use crate::endpoint::{Endpoint, PendingOutcome, Request, read_call};
use crate::expr::ExprValue;
use crate::history::{Call, Outcome, Reply, ReplyBody};
use crate::model::{
    CallView, ClauseId, ClauseOrigin, EffectContext, EvaluationLog, GeneratedClause, Model, PossibleState, ResourceId,
    ResourceState, classify_call_input, evaluate_clauses, find_resource, list_combinations, make_world_root,
};
use crate::schema::{CompiledCatalog, SeededRng};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// An endpoint that follows a suite, and chooses by seed where the suite leaves a choice.
pub struct Mock {
    model: Arc<Model>,
    schemas: Arc<CompiledCatalog>,
    tempo: Tempo,
    fault: Option<Mutant>,
    /// Milliseconds of the mock's clock per millisecond of tokio's clock.
    speed: u64,
    start: RefCell<Option<Instant>>,
    inner: RefCell<MockState>,
}

struct MockState {
    state: MockResources,
    seed: u64,
    /// Number of calls of each operation on each set of resources.
    calls: BTreeMap<(String, String), u64>,
    /// The resources of calls under way, for a mutant that races.
    busy: Vec<ResourceId>,
}

/// What a mutant that races keeps of a call while the call is under way.
#[derive(Default)]
struct RacedCall {
    /// The resources of the raced kind that the call names.
    ids: Vec<ResourceId>,
    /// The decision at the arrival of the call.
    decision: Option<MockDecision>,
    /// The resources at the arrival of the call, to be written back.
    before: Vec<(ResourceId, ResourceState)>,
    /// The status of a server error.
    failure: Option<u16>,
}

/// What becomes of a call after its gap.
enum RaceEnd {
    /// The call is carried out, with the decision of its arrival if there is one.
    Serve(Option<MockDecision>),
    /// The call fails with a status.
    Fail(u16),
}

impl Mock {
    /// A mock without resources. `fault` is the promise to break.
    #[must_use]
    pub fn new(
        model: Arc<Model>,
        schemas: Arc<CompiledCatalog>,
        seed: u64,
        tempo: Tempo,
        fault: Option<Mutant>,
    ) -> Mock {
        let inner = MockState { state: MockResources::new(seed), seed, calls: BTreeMap::new(), busy: Vec::new() };
        Mock { model, schemas, tempo, fault, speed: 1, start: RefCell::new(None), inner: RefCell::new(inner) }
    }

    /// Lets the mock's clock run `speed` times as fast as tokio's clock. Over sockets the clock cannot be paused.
    #[must_use]
    pub fn with_speed(mut self, speed: u64) -> Mock {
        self.speed = speed.max(1);
        self
    }

    /// The true state of all resources now, for comparison with a belief in tests.
    #[must_use]
    pub fn true_state(&self) -> PossibleState {
        let inner = &mut *self.inner.borrow_mut();
        let now = self.read_clock();
        inner.state.advance_to(&self.model, &self.tempo, self.is_stuck(), now);
        inner.state.world.clone()
    }

    /// Whether the mutant breaks the bound on transitions.
    fn is_stuck(&self) -> bool {
        let generated = |fault: &Mutant| {
            matches!(self.model.clause_info(fault.clause).origin, ClauseOrigin::Generated(GeneratedClause::Settles(_)))
        };
        self.fault.as_ref().is_some_and(generated)
    }

    /// Milliseconds of the mock's clock since the first request.
    fn read_clock(&self) -> u64 {
        let start = *self.start.borrow_mut().get_or_insert_with(Instant::now);
        u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_mul(self.speed)
    }

    async fn answer_request(&self, request: &Request) -> Outcome {
        let mut rng = self.inner.borrow_mut().random_stream(request);
        let latency = draw_between(&mut rng, self.tempo.latency_ms);
        let race = self.begin_race(request, &mut rng);
        sleep(Duration::from_micros(latency * 500 / self.speed)).await;
        let outcome = match self.end_race(race) {
            RaceEnd::Serve(early) => self.carry_out_call(request, early, &mut rng),
            RaceEnd::Fail(status) => build_response(status, None),
        };
        sleep(Duration::from_micros(latency * 500 / self.speed)).await;
        outcome
    }

    /// What a mutant that races keeps of a call from its arrival; nothing for any other mutant and for other kinds.
    fn begin_race(&self, request: &Request, rng: &mut SeededRng) -> RacedCall {
        let Some((kind, fault)) = self.find_race_fault() else { return RacedCall::default() };
        let inner = &mut *self.inner.borrow_mut();
        inner.state.advance_to(&self.model, &self.tempo, self.is_stuck(), self.read_clock());
        let call = self.read_call(request, inner);
        if !self.model.operations[&request.operation].changes {
            return RacedCall::default();
        }
        let named = call.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
        let ids: Vec<ResourceId> = named.filter(|id| usize::from(id.kind) == kind).cloned().collect();
        let decision = (*fault == FaultKind::ChecksEarly && !ids.is_empty()).then(|| self.decide(&call, inner, rng));
        let held = |id: &ResourceId| Some((id.clone(), find_resource(&inner.state.world, id)?.state.clone()));
        let before = match fault {
            FaultKind::LosesUpdate => ids.iter().filter_map(held).collect(),
            _ => Vec::new(),
        };
        let is_refused = |inner: &MockState| inner.busy.iter().any(|busy| ids.contains(busy));
        let failure = (*fault == FaultKind::FailsWhenBusy && is_refused(inner)).then_some(500);
        inner.busy.extend(ids.iter().cloned());
        RacedCall { ids, decision, before, failure }
    }

    /// Ends the gap of a call: what the call finds after it.
    fn end_race(&self, race: RacedCall) -> RaceEnd {
        let inner = &mut *self.inner.borrow_mut();
        for id in &race.ids {
            if let Some(place) = inner.busy.iter().position(|busy| busy == id) {
                inner.busy.swap_remove(place);
            }
        }
        if let Some(status) = race.failure {
            return RaceEnd::Fail(status);
        }
        for (id, thing) in race.before {
            inner.state.replace_resource(&self.model, &id, thing);
        }
        RaceEnd::Serve(race.decision)
    }

    /// The kind of resources on which the mutant races, and how.
    fn find_race_fault(&self) -> Option<(usize, &FaultKind)> {
        let fault = self.fault.as_ref()?;
        match self.model.clause_info(fault.clause).origin {
            ClauseOrigin::Generated(GeneratedClause::Atomic(kind)) => Some((kind, &fault.kind)),
            _ => None,
        }
    }

    /// The call of a request, as its clauses read it.
    fn read_call(&self, request: &Request, inner: &MockState) -> CallView {
        let sent = read_call(request, &self.schemas);
        let class = classify_call_input(&self.model, &self.schemas, &sent);
        self.replace_caller(&sent, CallView::new(&self.model, &sent, class), &inner.state)
    }

    /// Decides about a call by the present state. Where the guard of a clause cannot be evaluated, the mock answers as if
    /// the suite did not have the clause.
    fn decide(&self, call: &CallView, inner: &MockState, rng: &mut SeededRng) -> MockDecision {
        let log = EvaluationLog::discarding();
        let reading = evaluate_clauses(&self.model, call, &inner.state.world, &[], &log).without_failed();
        decide_answer(&self.model, call, &reading, &self.tempo, self.fault.as_ref(), rng)
    }

    /// Reads the call, decides on the answer unless it was decided early, and applies the effects. The function never
    /// waits, so overlapping calls take effect in turn.
    fn carry_out_call(&self, request: &Request, early: Option<MockDecision>, rng: &mut SeededRng) -> Outcome {
        let inner = &mut *self.inner.borrow_mut();
        let now = self.read_clock();
        inner.state.advance_to(&self.model, &self.tempo, self.is_stuck(), now);
        let call = self.read_call(request, inner);
        let context = ResponseContext {
            model: &self.model,
            schemas: &self.schemas,
            call: &call,
            version: call.get_version(),
            fault: self.fault.as_ref(),
            tempo: &self.tempo,
        };
        match early.unwrap_or_else(|| self.decide(&call, inner, rng)) {
            MockDecision::Refuse { status } | MockDecision::Error { status } => build_refusal(&context, status, rng),
            MockDecision::Delete { status, resource } => {
                let outcome = accept_call(&context, &mut inner.state, status, &[], now, rng);
                inner.state.delete_resource(&self.model, &resource);
                outcome
            }
            MockDecision::Accept { status, clauses } => {
                accept_call(&context, &mut inner.state, status, &clauses, now, rng)
            }
        }
    }

    /// Replaces the caller by the owner if the mutant breaks a promise about unauthenticated callers: an endpoint
    /// without the check treats the owner's resources as the caller's.
    fn replace_caller(&self, sent: &Call, call: CallView, state: &MockResources) -> CallView {
        let Some(fault) = self.fault.as_ref().filter(|_| call.owner.is_none()) else { return call };
        let careless = match &fault.kind {
            FaultKind::Accepted => true,
            FaultKind::AcceptedBy(operation) => *operation == sent.operation,
            _ => false,
        };
        let demands = |call: &CallView| {
            let reading = evaluate_clauses(&self.model, call, &state.world, &[], &EvaluationLog::discarding());
            reading.demanded.contains(&fault.clause)
        };
        let by_owner = Call { caller: "owner".to_string(), ..sent.clone() };
        let owner = CallView::new(&self.model, &by_owner, classify_call_input(&self.model, &self.schemas, &by_owner));
        // A promise about absent resources, for example, holds for the owner too.
        if careless && demands(&call) && !demands(&owner) { owner } else { call }
    }
}

/// Applies the effects of an accepted call and builds the response.
fn accept_call(
    context: &ResponseContext<'_>,
    state: &mut MockResources,
    status: u16,
    clauses: &[ClauseId],
    now: u64,
    rng: &mut SeededRng,
) -> Outcome {
    let told = list_shown_ids(context, state, rng);
    let mut body = draw_body(context, status, &told, rng);
    let born = create_ids(context, body.as_mut(), state, rng);
    let reply = body.as_ref().map_or(ExprValue::Null, ExprValue::from);
    let log = EvaluationLog::discarding();
    let (uncertain, unknown_kinds) = (&[][..], &[][..]);
    let moment =
        EffectContext { created: &born, reply: &reply, now, seq: state.seq, unknown_kinds, uncertain, log: &log };
    let before = state.world.clone();
    let world = apply_clauses(context, &before, clauses, &moment, rng);
    let world = complete_fields(context, world, &before, rng);
    let world = choose_open_ends(context.model, world, rng);
    state.adopt_state(context.model, world, context.tempo, now);
    break_constant_fields(context, state, &before, clauses, rng);
    let ids: Vec<ResourceId> = born.iter().flat_map(|(_, ids)| ids.iter().cloned()).collect();
    if let Some(body) = &mut body {
        fill_body(context, state, &ids, body, rng);
        let things = list_combinations(context.model, context.call, &before).into_iter().next().unwrap_or_default();
        let things: Vec<(&str, ExprValue)> = things.into_iter().map(|(name, _, value)| (name, value)).collect();
        let operation = &context.model.operations[&context.call.operation];
        let world =
            make_world_root(context.model, operation.reads_all.iter().copied(), &before, context.call.owner, &[]);
        let broken = context.fault.filter(|fault| fault.kind == FaultKind::BreaksEnsure).map(|fault| fault.clause);
        repair_body(context, &things, clauses, &world, body, broken);
        hide_ids(&told, body);
        if let Some(fault) = context.fault
            && operation.reply == Some(fault.clause)
        {
            break_shape(body, &fault.kind);
        }
    }
    build_response(status, body)
}

impl MockState {
    /// The random stream of one call, by operation, resources and repetition. Additional calls elsewhere in the plan
    /// do not affect the stream; shrinking depends on this property.
    fn random_stream(&mut self, request: &Request) -> SeededRng {
        let mut named: Vec<&str> = request.parameters.values().filter_map(Value::as_str).collect();
        request.body.iter().for_each(|body| collect_texts(body, &mut named));
        let things: Vec<String> = self.state.list_creation_numbers(named.into_iter());
        let key = (request.operation.clone(), things.join(" "));
        let purpose = key
            .0
            .bytes()
            .chain(key.1.bytes())
            .fold(17, |sum: u64, byte| sum.wrapping_mul(131).wrapping_add(u64::from(byte)));
        let count = self.calls.entry(key).or_default();
        *count += 1;
        SeededRng::new(self.seed, 1, *count, purpose)
    }
}

impl Endpoint for Mock {
    fn name(&self) -> &str {
        "mock"
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        Box::pin(self.answer_request(request))
    }
}

/// A refusal with the documented body of the status, else with the body of another documented refusal of the operation, else
/// with a body of the mock's own form, whose code begins with `Mock`.
fn build_refusal(context: &ResponseContext<'_>, status: u16, rng: &mut SeededRng) -> Outcome {
    let own = || json!({ "error": { "code": format!("Mock.{status}"), "message": REFUSED } });
    let body = draw_refusal_body(context, status, REFUSED, rng).unwrap_or_else(own);
    build_response(status, Some(body))
}

/// The message of the mock's refusals.
const REFUSED: &str = "refused by the mock";

fn build_response(status: u16, body: Option<Value>) -> Outcome {
    let headers = body.iter().map(|_| ("content-type".to_string(), "application/json".to_string())).collect();
    Outcome::Replied(Reply { status, headers, body: body.map_or(ReplyBody::Empty, ReplyBody::Json) })
}
