//! The mock as an endpoint: calls take effect in turn, each after its latency.

use super::creation::{complete_fields, create_ids};
use super::decision::{Answer, decide};
use super::effects::{apply_clauses, break_constant_fields, choose_open_ends};
use super::ensure_repair::repair;
use super::mutant::{Kind, Mutant};
use super::request_reading::{collect_texts, read_exchange};
use super::response_body::{blank, deform, fill, keep_back, told};
use super::response_context::Press;
use super::tempo::{Tempo, between};
use super::world_state::Realm;
use crate::endpoint::{Endpoint, Pending, Request};
use crate::expr::Val;
use crate::history::{Exchange, Outcome, Reply, ReplyBody};
use crate::model::{
    Asked, ClauseId, Generated, Id, Model, Moment, Origin, World, classed, combinations, read, version_of, world_root,
};
use crate::schema::{Rng, Schemas};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// An endpoint that follows a suite, and chooses by seed where the suite leaves a choice.
pub struct Mock {
    model: Arc<Model>,
    schemas: Arc<Schemas>,
    tempo: Tempo,
    fault: Option<Mutant>,
    /// Milliseconds of the mock's clock per millisecond of tokio's clock.
    speed: u64,
    start: RefCell<Option<Instant>>,
    inner: RefCell<Inner>,
}

struct Inner {
    state: Realm,
    seed: u64,
    /// Number of calls of each operation on each set of resources.
    calls: BTreeMap<(String, String), u64>,
}

impl Mock {
    /// A mock without resources. `fault` is the promise to break.
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<Schemas>, seed: u64, tempo: Tempo, fault: Option<Mutant>) -> Mock {
        let inner = Inner { state: Realm::new(seed), seed, calls: BTreeMap::new() };
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
    pub fn truth(&self) -> World {
        let inner = &mut *self.inner.borrow_mut();
        let now = self.now();
        inner.state.pass(&self.model, &self.tempo, self.stuck(), now);
        inner.state.world.clone()
    }

    /// Whether the mutant breaks the bound on transitions.
    fn stuck(&self) -> bool {
        let generated =
            |fault: &Mutant| matches!(self.model.info(fault.clause).origin, Origin::Generated(Generated::Settles(_)));
        self.fault.as_ref().is_some_and(generated)
    }

    /// Milliseconds of the mock's clock since the first request.
    fn now(&self) -> u64 {
        let start = *self.start.borrow_mut().get_or_insert_with(Instant::now);
        u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_mul(self.speed)
    }

    async fn answer(&self, request: &Request) -> Outcome {
        let mut rng = self.inner.borrow_mut().stream(request);
        let latency = between(&mut rng, self.tempo.latency_ms);
        sleep(Duration::from_micros(latency * 500 / self.speed)).await;
        let outcome = self.act(request, &mut rng);
        sleep(Duration::from_micros(latency * 500 / self.speed)).await;
        outcome
    }

    /// Reads the call, decides on the answer, and applies the effects. The function never waits, so overlapping calls
    /// take effect in turn.
    fn act(&self, request: &Request, rng: &mut Rng) -> Outcome {
        let inner = &mut *self.inner.borrow_mut();
        let now = self.now();
        inner.state.pass(&self.model, &self.tempo, self.stuck(), now);
        let exchange = read_exchange(request, &self.schemas);
        let class = classed(&self.model, &self.schemas, &exchange);
        let call = self.mistaken(&exchange, Asked::new(&self.model, &exchange, class), &inner.state);
        let version = version_of(&self.model, &exchange);
        let context = Press {
            model: &self.model,
            schemas: &self.schemas,
            call: &call,
            version: version.as_deref(),
            fault: self.fault.as_ref(),
            tempo: &self.tempo,
        };
        let reading = read(&self.model, &call, &inner.state.world, &[]).unwrap_or_else(|fault| panic!("{fault}"));
        match decide(&self.model, &call, &reading, &self.tempo, self.fault.as_ref(), rng) {
            Answer::Refuse { status } | Answer::Error { status } => build_refusal(status),
            Answer::Accept { status, clauses } => accept(&context, &mut inner.state, status, &clauses, now, rng),
        }
    }

    /// Replaces the caller by the owner if the mutant breaks a promise about unauthenticated callers: an endpoint
    /// without the check treats the owner's resources as the caller's.
    fn mistaken(&self, exchange: &Exchange, call: Asked, state: &Realm) -> Asked {
        let Some(fault) = self.fault.as_ref().filter(|_| call.who.is_none()) else { return call };
        let careless = match &fault.kind {
            Kind::Accepted => true,
            Kind::AcceptedBy(operation) => *operation == exchange.operation,
            _ => false,
        };
        let broken = || read(&self.model, &call, &state.world, &[]).is_ok_and(|r| r.demanded.contains(&fault.clause));
        let by_owner = Exchange { caller: "owner".to_string(), ..exchange.clone() };
        let owner = Asked::new(&self.model, &by_owner, classed(&self.model, &self.schemas, &by_owner));
        // A promise about absent resources, for example, holds for the owner too.
        let about_callers =
            || read(&self.model, &owner, &state.world, &[]).is_ok_and(|r| !r.demanded.contains(&fault.clause));
        if careless && broken() && about_callers() { owner } else { call }
    }
}

/// Applies the effects of an accepted call and builds the response.
fn accept(
    context: &Press<'_>,
    state: &mut Realm,
    status: u16,
    clauses: &[ClauseId],
    now: u64,
    rng: &mut Rng,
) -> Outcome {
    let told = told(context, state, rng);
    let mut body = blank(context, status, &told, rng);
    let born = create_ids(context, body.as_mut(), state, rng);
    let reply = body.as_ref().map_or(Val::Null, Val::from);
    let moment = Moment { born: &born, reply: &reply, now, seq: state.seq, strangers: &[] };
    let before = state.world.clone();
    let world = apply_clauses(context, &before, clauses, &moment, rng);
    let world = complete_fields(context, world, &before, rng);
    let world = choose_open_ends(context.model, world, rng);
    state.enter(context.model, world, context.tempo, now);
    break_constant_fields(context, state, &before, clauses, rng);
    let ids: Vec<Id> = born.iter().flat_map(|(_, ids)| ids.iter().cloned()).collect();
    if let Some(body) = &mut body {
        fill(context, state, &ids, body, rng);
        let things = combinations(context.model, context.call, &before).into_iter().next().unwrap_or_default();
        let things: Vec<(&str, Val)> = things.into_iter().map(|(name, _, value)| (name, value)).collect();
        let operation = &context.model.operations[&context.call.operation];
        let world = world_root(context.model, operation.reads_all.iter().copied(), &before, context.call.who, &[]);
        let broken = context.fault.filter(|fault| fault.kind == Kind::BreaksEnsure).map(|fault| fault.clause);
        repair(context, &things, clauses, &world, body, broken);
        keep_back(&told, body);
        if let Some(fault) = context.fault
            && operation.reply == Some(fault.clause)
        {
            deform(body, &fault.kind);
        }
    }
    build_response(status, body)
}

impl Inner {
    /// The random stream of one call, by operation, resources and repetition. Additional calls elsewhere in the plan
    /// do not affect the stream; shrinking depends on this property.
    fn stream(&mut self, request: &Request) -> Rng {
        let mut named: Vec<&str> = request.parameters.values().filter_map(Value::as_str).collect();
        request.body.iter().for_each(|body| collect_texts(body, &mut named));
        let things: Vec<String> = self.state.born_in(named.into_iter());
        let key = (request.operation.clone(), things.join(" "));
        let purpose = key
            .0
            .bytes()
            .chain(key.1.bytes())
            .fold(17, |sum: u64, byte| sum.wrapping_mul(131).wrapping_add(u64::from(byte)));
        let count = self.calls.entry(key).or_default();
        *count += 1;
        Rng::new(self.seed, 1, *count, purpose)
    }
}

impl Endpoint for Mock {
    fn name(&self) -> &str {
        "mock"
    }

    fn send<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        Box::pin(self.answer(request))
    }
}

fn build_refusal(status: u16) -> Outcome {
    let body = json!({ "error": { "code": format!("Mock.{status}"), "message": "refused by the mock" } });
    build_response(status, Some(body))
}

fn build_response(status: u16, body: Option<Value>) -> Outcome {
    let headers = body.iter().map(|_| ("content-type".to_string(), "application/json".to_string())).collect();
    Outcome::Replied(Reply { status, headers, body: body.map_or(ReplyBody::Empty, ReplyBody::Json) })
}
