//! One call after the other, each in its own time.

use super::decide::{Answer, decide};
use super::life::{Realm, Tempo, between};
use super::mutant::{Kind, Mutant};
use super::reply::{Press, blank, deform, endow, fill, keep_back, repair, told};
use crate::endpoint::{Endpoint, Pending, Request};
use crate::expr::{Val, assign};
use crate::history::{Cause, Exchange, Outcome, Reply, ReplyBody};
use crate::model::{
    Asked, ClauseId, Generated, Id, Life, Model, Moment, Stage, Thing, World, apply, choices, classed, combinations,
    find, read, replaced, version_of, world_root,
};
use crate::schema::{Class, Rng, Schemas};
use crate::suite::{About, Binding, FieldClass, UNNAMED};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// An endpoint that does what a suite says, by seed where it leaves a choice.
pub struct Mock {
    model: Arc<Model>,
    schemas: Arc<Schemas>,
    tempo: Tempo,
    fault: Option<Mutant>,
    /// How many milliseconds of its own pass in one of the clock's.
    speed: u64,
    start: RefCell<Option<Instant>>,
    inner: RefCell<Inner>,
}

struct Inner {
    realm: Realm,
    seed: u64,
    /// How often each operation was called on each thing.
    calls: BTreeMap<(String, String), u64>,
}

impl Mock {
    #[must_use]
    pub fn new(model: Arc<Model>, schemas: Arc<Schemas>, seed: u64, tempo: Tempo, fault: Option<Mutant>) -> Mock {
        let inner = Inner { realm: Realm::new(seed), seed, calls: BTreeMap::new() };
        Mock { model, schemas, tempo, fault, speed: 1, start: RefCell::new(None), inner: RefCell::new(inner) }
    }

    /// Over sockets time cannot be paused, so it is sped up.
    #[must_use]
    pub fn with_speed(mut self, speed: u64) -> Mock {
        self.speed = speed.max(1);
        self
    }

    /// What is there now: for tests that hold a belief against the truth.
    #[must_use]
    pub fn truth(&self) -> World {
        let inner = &mut *self.inner.borrow_mut();
        let now = self.now();
        inner.realm.pass(&self.model, &self.tempo, self.stuck(), now);
        inner.realm.world.clone()
    }

    fn stuck(&self) -> bool {
        let generated = |fault: &Mutant| {
            matches!(self.model.info(fault.clause).origin, crate::model::Origin::Generated(Generated::Settles(_)))
        };
        self.fault.as_ref().is_some_and(generated)
    }

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

    /// Reads the call, decides, and lets the decision happen. Nothing waits in here, so calls
    /// that overlap take effect one after the other.
    fn act(&self, request: &Request, rng: &mut Rng) -> Outcome {
        let inner = &mut *self.inner.borrow_mut();
        let now = self.now();
        inner.realm.pass(&self.model, &self.tempo, self.stuck(), now);
        let exchange = as_exchange(request, &self.schemas);
        let class = classed(&self.model, &self.schemas, &exchange);
        let asked = self.mistaken(&exchange, Asked::new(&self.model, &exchange, class), &inner.realm);
        let version = version_of(&self.model, &exchange);
        let press = Press {
            model: &self.model,
            schemas: &self.schemas,
            asked: &asked,
            version: version.as_deref(),
            fault: self.fault.as_ref(),
        };
        let reading = read(&self.model, &asked, &inner.realm.world, &[]).unwrap_or_else(|fault| panic!("{fault}"));
        match decide(&self.model, &asked, &reading, &self.tempo, self.fault.as_ref(), rng) {
            Answer::Refuse { status } | Answer::Error { status } => refusal(status),
            Answer::Accept { status, clauses } => self.accept(&mut inner.realm, rng, &press, status, &clauses, now),
        }
    }

    /// Whoever forgets to check who asks takes everyone for the owner: where the broken promise is about a
    /// caller who is nobody, things are there for that caller too.
    fn mistaken(&self, exchange: &Exchange, asked: Asked, realm: &Realm) -> Asked {
        let Some(fault) = self.fault.as_ref().filter(|_| asked.who.is_none()) else { return asked };
        let careless = match &fault.kind {
            Kind::Accepted => true,
            Kind::AcceptedBy(operation) => *operation == exchange.operation,
            _ => false,
        };
        let broken = || read(&self.model, &asked, &realm.world, &[]).is_ok_and(|r| r.demanded.contains(&fault.clause));
        let by_owner = Exchange { caller: "owner".to_string(), ..exchange.clone() };
        let owner = Asked::new(&self.model, &by_owner, classed(&self.model, &self.schemas, &by_owner));
        // Only a promise about callers: what is not there is not there for the owner either.
        let about_callers =
            || read(&self.model, &owner, &realm.world, &[]).is_ok_and(|r| !r.demanded.contains(&fault.clause));
        if careless && broken() && about_callers() { owner } else { asked }
    }

    fn accept(
        &self,
        realm: &mut Realm,
        rng: &mut Rng,
        press: &Press<'_>,
        status: u16,
        clauses: &[ClauseId],
        now: u64,
    ) -> Outcome {
        let told = told(press, realm, rng);
        let mut body = blank(press, status, &told, rng);
        let born = self.bear(press, body.as_mut(), realm, rng);
        let reply = body.as_ref().map_or(Val::Null, Val::from);
        let moment = Moment { born: &born, reply: &reply, now, seq: realm.seq, strangers: &[] };
        let before = realm.world.clone();
        let world = self.happen(press, &before, clauses, &moment, rng);
        let world = self.endowed(press, world, &before, rng);
        let world = self.decided(world, rng);
        realm.enter(&self.model, world, &self.tempo, now);
        self.corrupt(press, realm, &before, clauses, rng);
        let ids: Vec<Id> = born.iter().flat_map(|(_, ids)| ids.iter().cloned()).collect();
        if let Some(body) = &mut body {
            fill(press, realm, &ids, body, rng);
            let things = combinations(&self.model, press.asked, &before).into_iter().next().unwrap_or_default();
            let things: Vec<(&str, Val)> = things.into_iter().map(|(name, _, value)| (name, value)).collect();
            let kinds = self.model.operations[&press.asked.operation].reads_all.iter().copied();
            let world = world_root(&self.model, kinds, &before, press.asked.who, &[]);
            let broken = self.fault.as_ref().filter(|fault| fault.kind == Kind::BreaksEnsure).map(|fault| fault.clause);
            repair(press, &things, clauses, &world, body, broken);
            keep_back(&told, body);
            if let Some(fault) = &self.fault
                && self.model.operations[&press.asked.operation].reply == Some(fault.clause)
            {
                deform(body, &fault.kind);
            }
        }
        replied(status, body)
    }

    /// Ids for what the call brings to life, written where the suite reads them.
    fn bear(
        &self,
        press: &Press<'_>,
        body: Option<&mut Value>,
        realm: &mut Realm,
        rng: &mut Rng,
    ) -> Vec<(usize, Vec<Id>)> {
        let operation = &self.model.operations[&press.asked.operation].about;
        let Some(body) = body else { return Vec::new() };
        let mut born: Vec<(usize, Vec<Id>)> = Vec::new();
        // What tells an id is there before what it tells of.
        let mut entries: Vec<(usize, &About)> = operation.iter().enumerate().collect();
        entries.sort_by_key(|(_, about)| about.told_by.is_some());
        for (index, about) in entries {
            let Binding::New(expr) = &about.binding else { continue };
            let in_reply = || expr.reads().into_iter().find(|path| path.root.as_ref() == "reply");
            let Some(path) = expr.as_path().or_else(in_reply) else { continue };
            let id = uuid(rng);
            let own = Id { kind: about.resource as u16, id: Arc::from(id.as_str()) };
            if let Some(teller) = &about.told_by {
                let tells = |(known, _): &(usize, Vec<Id>)| operation[*known].name == *teller;
                if born.iter().any(tells) {
                    born.push((index, vec![own]));
                }
                continue;
            }
            assign(body, &path, Value::String(id.clone()));
            let reply = Val::from(&*body);
            let roots = crate::model::Roots {
                model: &self.model,
                asked: press.asked,
                things: &[],
                reply: Some(&reply),
                it: None,
                world: None,
            };
            // A condition in front of the place may say that nothing comes to life.
            if expr.eval(&roots) == Ok(Val::Str(own.id.clone())) {
                realm.born += 1;
                born.push((index, vec![own]));
            }
        }
        born.sort_by_key(|(index, _)| *index);
        note_telling(operation, &born, realm);
        born
    }

    /// The world after one permitted outcome, or after the broken one.
    fn happen(
        &self,
        press: &Press<'_>,
        before: &World,
        clauses: &[ClauseId],
        moment: &Moment<'_>,
        rng: &mut Rng,
    ) -> World {
        let model = &self.model;
        let fail = |fault| -> World { panic!("the mock cannot follow its suite: {fault}") };
        if clauses.is_empty() {
            // Accepted where no clause speaks: what was born is there, the rest stays.
            return apply(model, press.asked, before, &Vec::new(), moment).unwrap_or_else(fail);
        }
        let open = choices(model, press.asked, before, clauses, moment).unwrap_or_default();
        let exception = rng.chance(self.tempo.exception_percent, 100);
        let choice = if exception { rng.pick(&open) } else { open.first() };
        let mut choice = choice.cloned().unwrap_or_default();
        // Where nothing should happen, what another clause says of the same call does.
        if let Some(Mutant { clause, kind: Kind::ActsAs(other), .. }) = &self.fault
            && clauses.contains(clause)
        {
            choice.push((*other, 0));
        }
        let after = apply(model, press.asked, before, &choice, moment).unwrap_or_else(fail);
        let after = decided(model, before, after);
        match &self.fault {
            Some(fault) if clauses.contains(&fault.clause) => {
                super::wrong::bent(model, press.asked, before, after, fault)
            }
            _ => after,
        }
    }

    /// Where the suite leaves open in which state a course ends, this endpoint has one all the same.
    fn decided(&self, world: World, rng: &mut Rng) -> World {
        let mut changed = BTreeMap::new();
        for held in &world {
            let Some(motion) = &held.thing.motion else { continue };
            let Some(open) = motion.course.iter().position(|step| *step == Stage::State(Val::Unknown)) else {
                continue;
            };
            let mut states = vec![Val::from(UNNAMED)];
            states.extend(self.model.resource(&held.id).stable.iter().map(|state| Val::from(state.as_str())));
            let mut thing = held.thing.clone();
            if let (Some(motion), Some(state)) = (&mut thing.motion, rng.pick(&states)) {
                motion.course[open] = Stage::State(state.clone());
            }
            changed.insert(held.id.clone(), thing);
        }
        replaced(&self.model, &world, changed)
    }

    /// Gives newborn things a value for each field that no clause has set.
    fn endowed(&self, press: &Press<'_>, world: World, before: &World, rng: &mut Rng) -> World {
        let newborn: Vec<(Id, Thing)> = world
            .iter()
            .filter(|held| find(before, &held.id).is_none())
            .map(|held| (held.id.clone(), held.thing.clone()))
            .collect();
        let mut changed = BTreeMap::new();
        for (id, mut thing) in newborn {
            self.promised_at_sight(press, &id, &mut thing);
            endow(press, &id, &mut thing, rng, &self.tempo);
            let state = crate::model::state_of(&self.model, usize::from(id.kind));
            if let Some(index) = state
                && thing.fields[index] == Val::Unknown
                && let Some(first) = self.model.resource(&id).stable.first()
            {
                thing.fields[index] = Val::Str(Arc::from(first.as_str()));
            }
            changed.insert(id, thing);
        }
        replaced(&self.model, &world, changed)
    }

    /// What a read will have to ensure of the thing is so from its birth.
    fn promised_at_sight(&self, press: &Press<'_>, id: &Id, thing: &mut Thing) {
        let model = &self.model;
        let Some(shown) = &model.shown[usize::from(id.kind)] else { return };
        let resource = model.resource(id);
        let view = &resource.views[&shown.operation];
        let Some(at) = view.at.as_path() else { return };
        let mut exchange = empty_exchange(&shown.operation, &press.asked.caller);
        exchange.path = press.asked.path_values();
        exchange.path.insert(shown.parameter.clone(), Value::String(id.id.to_string()));
        let asked = Asked::new(model, &exchange, Class::Valid);
        for clause in model.operations[&shown.operation].clauses.iter().filter_map(|clause| model.written(*clause)) {
            for (ensure, place) in &clause.ensure {
                for comparison in ensure.comparisons() {
                    let index = resource.fields.iter().position(|field| {
                        field.at.as_path().is_some_and(|path| {
                            [at.keys.as_slice(), path.keys.as_slice()].concat() == comparison.path.keys
                        })
                    });
                    let roots =
                        crate::model::Roots { model, asked: &asked, things: &[], reply: None, it: None, world: None };
                    let (Some(index), crate::expr::Relation::Eq, Ok(value)) =
                        (index, comparison.op, roots.eval(&comparison.other, place.line))
                    else {
                        continue;
                    };
                    if thing.fields[index] == Val::Unknown && value != Val::Null {
                        thing.fields[index] = value;
                    }
                }
            }
        }
    }

    /// Breaks what no single clause's effects speak of: constant and growing fields.
    fn corrupt(&self, press: &Press<'_>, realm: &mut Realm, before: &World, clauses: &[ClauseId], rng: &mut Rng) {
        let Some(fault) = &self.fault else { return };
        let (Kind::Changes(index) | Kind::GoesBack(index)) = fault.kind else { return };
        let crate::model::Origin::Generated(Generated::Field(kind, _)) = self.model.info(fault.clause).origin else {
            return;
        };
        if clauses.is_empty() || !self.model.operations[&press.asked.operation].changes {
            return;
        }
        let old: Vec<Id> = before
            .iter()
            .filter(|held| usize::from(held.id.kind) == kind && held.thing.life == Life::Alive)
            .map(|held| held.id.clone())
            .collect();
        for id in old {
            let Some(held) = find(&realm.world, &id) else { continue };
            let mut thing = held.thing.clone();
            let class = self.model.resource(&id).fields[index].class;
            thing.fields[index] = super::wrong::other_value(&thing.fields[index], class == FieldClass::Grows, rng);
            realm.put(&self.model, &id, thing);
        }
    }
}

/// Keeps in mind what will tell the ids of the newborn that the reply does not name.
fn note_telling(about: &[About], born: &[(usize, Vec<Id>)], realm: &mut Realm) {
    for (index, ids) in born {
        let entry = &about[*index];
        let teller = about.iter().position(|other| Some(&other.name) == entry.told_by.as_ref());
        let Some((_, tellers)) = born.iter().find(|(known, _)| Some(*known) == teller) else { continue };
        let Binding::New(expr) = &entry.binding else { continue };
        let Some(path) = expr.as_path() else { continue };
        for (id, teller) in ids.iter().zip(tellers) {
            realm.tells.entry(teller.clone()).or_default().push((path.clone(), id.id.clone()));
        }
    }
}

/// Where a clause leaves a value open, the mock leaves what was there. What should have come to life
/// and is left open does not.
fn decided(model: &Model, before: &World, after: World) -> World {
    let mut changed = BTreeMap::new();
    for held in &after {
        let old = find(before, &held.id);
        if held.thing.fog.is_some() {
            let never = || Thing { life: Life::Gone, fog: None, ..held.thing.clone() };
            changed.insert(held.id.clone(), old.map_or_else(never, |old| old.thing.clone()));
            continue;
        }
        let Some(old) = old else { continue };
        let open = |(new, known): (&Val, &Val)| new.has_unknown() && !known.has_unknown();
        let news = held.thing.fields.iter().chain(&held.thing.memory);
        let olds = old.thing.fields.iter().chain(&old.thing.memory);
        if !news.zip(olds).any(open) {
            continue;
        }
        let keep = |new: &[Val], old: &[Val]| -> Vec<Val> {
            new.iter().zip(old).map(|(new, old)| if new.has_unknown() { old.clone() } else { new.clone() }).collect()
        };
        let fields = keep(&held.thing.fields, &old.thing.fields);
        let memory = keep(&held.thing.memory, &old.thing.memory);
        changed.insert(held.id.clone(), Thing { fields, memory, ..held.thing.clone() });
    }
    replaced(model, &after, changed)
}

impl Inner {
    /// The random stream of one call: its own for each operation, thing and repetition, so that a
    /// call more or less elsewhere in a plan changes nothing here. Shrinking lives on that.
    fn stream(&mut self, request: &Request) -> Rng {
        let mut named: Vec<&str> = request.parameters.values().filter_map(Value::as_str).collect();
        request.body.iter().for_each(|body| texts(body, &mut named));
        let things: Vec<String> = self.realm.born_in(named.into_iter());
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

/// Every text in a body, in order: a batch names its things there.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

fn uuid(rng: &mut Rng) -> String {
    let (high, low) = (rng.u64(), rng.u64());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48) & 0x3fff,
        low & 0xffff_ffff_ffff
    )
}

fn as_exchange(request: &Request, schemas: &Schemas) -> Exchange {
    let mut exchange = empty_exchange(&request.operation, &request.caller);
    exchange.binding.clone_from(&request.binding);
    exchange.path.clone_from(&request.parameters);
    let read = |(name, text): &(String, String)| (name.clone(), queried(schemas, &request.operation, name, text));
    exchange.query = request.query.iter().map(read).collect();
    exchange.headers = request.headers.iter().cloned().collect();
    exchange.body.clone_from(&request.body);
    exchange
}

/// A query is text on the wire; where its description takes no text it is read as what it takes.
fn queried(schemas: &Schemas, operation: &str, name: &str, text: &str) -> Value {
    let written = Value::String(text.to_string());
    let shape = schemas.operation(operation).and_then(|operation| schemas.parameter(operation, "query", name));
    let Some(shape) = shape.filter(|shape| !shape.is_valid(&written)) else { return written };
    serde_json::from_str(text).ok().filter(|value| shape.is_valid(value)).unwrap_or(written)
}

fn empty_exchange(operation: &str, caller: &str) -> Exchange {
    Exchange {
        number: 0,
        step: 0,
        cause: Cause::Step,
        operation: operation.to_string(),
        binding: String::new(),
        caller: caller.to_string(),
        path: BTreeMap::new(),
        query: BTreeMap::new(),
        headers: BTreeMap::new(),
        body: None,
        sent_ms: 0,
        received_ms: 0,
        outcome: Outcome::Lost { cause: String::new() },
        born: BTreeMap::new(),
        input: None,
    }
}

fn refusal(status: u16) -> Outcome {
    let body = json!({ "error": { "code": format!("Mock.{status}"), "message": "refused by the mock" } });
    replied(status, Some(body))
}

fn replied(status: u16, body: Option<Value>) -> Outcome {
    let headers = body.iter().map(|_| ("content-type".to_string(), "application/json".to_string())).collect();
    Outcome::Replied(Reply { status, headers, body: body.map_or(ReplyBody::Empty, ReplyBody::Json) })
}
