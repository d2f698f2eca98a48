//! Random calls against the mock without a plan.

use probity::endpoint::{Endpoint, Identities, Identity, compose_request};
use probity::history::{Call, CallCause, Exchange, Outcome};
use probity::mock::{Mock, Tempo};
use probity::model::{CallView, Model, OutcomeKind};
use probity::schema::{CompiledCatalog, DrawSettings, InputClass, SeededRng, draw_valid, vary_body};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A suite of the project with its schemas.
pub fn load(name: &str) -> (Arc<Model>, Arc<CompiledCatalog>) {
    load_at(name, "2026-11-20")
}

/// The same at another date.
pub fn load_at(name: &str, today: &str) -> (Arc<Model>, Arc<CompiledCatalog>) {
    let store = probity::session::SuiteStore::find(Path::new(env!("CARGO_MANIFEST_DIR")), None)
        .expect("suites and schemas are there");
    let loaded = store.load(name, today).unwrap_or_else(|wrong| panic!("{wrong}"));
    (loaded.model, loaded.schemas)
}

const OWN: &str = "0a1b2c3d4e5f40718293a4b5c6d7e8f9";
const FOREIGN: &str = "ffeeddccbbaa49998877665544332211";

fn make_identities() -> Identities {
    let of = |project: &str| Identity {
        parameters: ["project_id", "owner"].map(|name| (name.to_string(), project.to_string())).into(),
        ..Identity::default()
    };
    let callers = [("owner", OWN), ("expired", OWN), ("none", OWN), ("other", FOREIGN)];
    Identities::new(callers.into_iter().map(|(caller, project)| (caller.to_string(), of(project))).collect())
}

/// Draws a call: any operation, any resource, valid and invalid bodies.
fn draw_call(model: &Model, schemas: &CompiledCatalog, ids: &[String], rng: &mut SeededRng) -> Call {
    let operations: Vec<&String> = model.operations.keys().collect();
    let creates: Vec<&String> = operations
        .iter()
        .copied()
        .filter(|id| {
            model.operations[*id].about.iter().any(|a| matches!(a.binding, probity::suite::IdExpression::New(_)))
        })
        .collect();
    let operation = if ids.is_empty() || (ids.len() < 4 && rng.draw_chance(1, 10)) {
        rng.pick_element(&creates)
    } else {
        rng.pick_element(&operations)
    };
    let described = schemas.find_operation(operation.expect("there are operations")).expect("of the catalog");
    let mut call = Call { operation: described.id.clone(), ..Call::default() };
    call.binding = rng.pick_element(&described.bindings).expect("each has one").id.clone();
    call.caller =
        rng.pick_weighted(&[(12, "owner"), (1, "other"), (1, "none"), (1, "expired")]).expect("weights").to_string();
    for header in &described.headers {
        let asks = header.schema["x-asks-for-version"].as_array();
        if let Some(word) =
            asks.filter(|_| rng.draw_chance(9, 10)).and_then(|words| rng.pick_element(words)).and_then(|it| it.as_str())
        {
            call.headers.insert(header.name.clone(), word.to_string());
        }
    }
    for parameter in described.query.iter().filter(|parameter| parameter.schema["type"] == "boolean") {
        if rng.draw_chance(1, 3) {
            call.query.insert(parameter.name.clone(), Value::Bool(rng.draw_chance(3, 4)));
        }
    }
    let about = &model.operations[&described.id].about;
    let mut named = Vec::new();
    for entry in about {
        let probity::suite::IdExpression::Existing(expr) = &entry.binding else { continue };
        let Some(path) = probity::model::find_id_path(entry).or_else(|| expr.as_path()) else { continue };
        let id = rng.pick_element(ids).cloned().unwrap_or_else(|| "no-such".to_string());
        match (path.root.as_ref(), path.keys.as_slice()) {
            ("path", [probity::expr::PathKey::Name(name)]) => {
                call.path.insert(name.to_string(), Value::String(id));
            }
            ("body", _) => named.push((path, id)),
            _ => {}
        }
    }
    for parameter in &described.path {
        if !["project_id", "owner"].contains(&parameter.name.as_str()) && !call.path.contains_key(&parameter.name) {
            call.path.insert(parameter.name.clone(), Value::String("x1".to_string()));
        }
    }
    if let Some(shape) = schemas.find_request_schema(described, None) {
        let mut body = draw_valid(shape, rng, &DrawSettings::default()).expect("a body can be drawn");
        if rng.draw_chance(1, 8) {
            let all = vary_body(shape, &body);
            let chosen = rng.pick_element(&all).cloned();
            call.body = chosen.map_or(Some(body.clone()), |deviation| deviation.value);
            return call;
        }
        set_compared_values(model, &described.id, &mut body, rng);
        for (path, id) in named {
            place_id(&mut body, &path, Value::String(id), rng);
        }
        call.body = Some(body);
    }
    call
}

/// Puts an id at a place of the body. A batch mostly has one resource only.
fn place_id(body: &mut Value, path: &probity::expr::FieldPath, id: Value, rng: &mut SeededRng) {
    let index = path.keys.iter().position(|key| matches!(key, probity::expr::PathKey::Index(_)));
    if let Some(depth) = index.filter(|_| rng.draw_chance(9, 10)) {
        let list = probity::expr::FieldPath { root: path.root.clone(), keys: path.keys[..depth].to_vec() };
        if let Some(items) = body.pointer_mut(&list.to_pointer()).and_then(Value::as_array_mut) {
            items.truncate(1);
        }
    }
    probity::expr::assign_at_path(body, path, id);
}

/// Sets values that guards compare with, if the values are of a pool or literals. A value compared with null is left out.
fn set_compared_values(model: &Model, operation: &str, body: &mut Value, rng: &mut SeededRng) {
    for clause in model.operations[operation].clauses.iter().filter_map(|clause| model.find_suite_clause(*clause)) {
        let named = model.suite.lets.values().filter_map(|known| match known {
            probity::suite::LetDefinition::Expression(expr) => Some(expr),
            probity::suite::LetDefinition::Constant(_) => None,
        });
        let whole: Vec<&probity::expr::Expr> = clause.when.iter().chain(named).collect();
        let firsts: Vec<probity::expr::Expr> = whole.iter().flat_map(|when| when.expand_first_elements()).collect();
        for comparison in whole.into_iter().chain(&firsts).flat_map(|when| when.list_comparisons()) {
            if comparison.path.keys.is_empty() || body.pointer(&format!("/{}", first_key(&comparison.path))).is_none() {
                continue;
            }
            if comparison.path.root.as_ref() == "body"
                && comparison.op == probity::expr::ComparisonRelation::Eq
                && comparison.other.as_literal() == Some(&probity::expr::ExprValue::Null)
                && rng.draw_chance(9, 10)
            {
                leave_out(body, &comparison.path);
                continue;
            }
            let pool = comparison.other.as_path().filter(|path| path.root.as_ref() == "pools");
            let (Some(pool), "body") = (pool, comparison.path.root.as_ref()) else { continue };
            let probity::expr::PathKey::Name(name) = &pool.keys[0] else { continue };
            let values = &model.suite.pools[name.as_ref()];
            if rng.draw_chance(4, 5)
                && let Some(value) = rng.pick_element(values).and_then(|value| value.to_json())
            {
                probity::expr::assign_at_path(body, &comparison.path, value);
            }
        }
    }
}

fn leave_out(body: &mut Value, path: &probity::expr::FieldPath) {
    let Some((probity::expr::PathKey::Name(last), above)) = path.keys.split_last() else { return };
    let above = probity::expr::FieldPath { root: path.root.clone(), keys: above.to_vec() };
    if let Some(object) = body.pointer_mut(&above.to_pointer()).and_then(Value::as_object_mut) {
        object.shift_remove(last.as_ref());
    }
}

fn first_key(path: &probity::expr::FieldPath) -> String {
    match &path.keys[0] {
        probity::expr::PathKey::Name(name) => name.to_string(),
        probity::expr::PathKey::Index(index) => index.to_string(),
    }
}

/// Ids of other resources in the response about a resource.
fn told_ids<'a>(model: &'a Model, asked: &'a CallView, outcome: &Outcome) -> impl Iterator<Item = String> + 'a {
    let reply = match OutcomeKind::classify(outcome) {
        OutcomeKind::Success(_, reply) => reply,
        _ => probity::expr::ExprValue::Null,
    };
    let tellers = asked.existing.iter().flat_map(|(_, ids)| ids.iter().flatten());
    tellers.flat_map(move |teller| {
        let reply = reply.clone();
        let kinds = model.suite.resources.iter();
        kinds.filter_map(move |kind| {
            probity::model::read_deferred_id(model, teller, &kind.name, &reply).map(|id| id.to_string())
        })
    })
}

/// The settings of a walk.
#[derive(Clone, Copy)]
pub struct WalkSettings {
    pub seed: u64,
    pub steps: u64,
    pub tempo: Tempo,
    /// Percentage of responses that are lost after the call took effect, and before.
    pub lost_percent: (u32, u32),
}

/// Makes the calls of a walk, and passes each exchange with the mock to `each`.
pub fn walk(
    (model, schemas): &(Arc<Model>, Arc<CompiledCatalog>),
    settings: WalkSettings,
    each: &mut dyn FnMut(&Exchange, &Mock),
) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let mock = Mock::new(model.clone(), schemas.clone(), settings.seed, settings.tempo, None);
        let start = Instant::now();
        let now = || start.elapsed().as_millis() as u64;
        let mut ids: Vec<String> = Vec::new();
        for number in 0..settings.steps {
            let mut rng = SeededRng::new(settings.seed, 0, number, 1);
            let call = draw_call(model, schemas, &ids, &mut rng);
            let Ok(request) = compose_request(&schemas.catalog, &call, &make_identities()) else { continue };
            let mut exchange = Exchange {
                number,
                step: number as usize,
                cause: CallCause::Step,
                call: Call { path: request.parameters.clone(), ..call.clone() },
                input: None,
                sent_ms: now(),
                received_ms: 0,
                overlap: None,
                outcome: Outcome::Lost { cause: "before".to_string() },
                created: BTreeMap::new(),
            };
            if !rng.draw_chance(settings.lost_percent.1, 100) {
                exchange.outcome = mock.send(&request).await;
            }
            let asked = CallView::new(model, &exchange.call, InputClass::Valid);
            let born = asked.read_created_ids(model, &OutcomeKind::classify(&exchange.outcome));
            if rng.draw_chance(settings.lost_percent.0, 100) {
                exchange.outcome = Outcome::Lost { cause: "after".to_string() };
            } else {
                let about = &model.operations[&exchange.call.operation].about;
                let named = born.iter().filter(|(index, _)| about[*index].told_by.is_none());
                ids.extend(named.flat_map(|(_, ids)| ids.iter().map(|id| id.id.to_string())));
                ids.extend(
                    told_ids(model, &asked, &exchange.outcome).filter(|id| !ids.contains(id)).collect::<Vec<_>>(),
                );
            }
            exchange.received_ms = now();
            each(&exchange, &mock);
            let pause = rng.pick_weighted(&[(3, 0), (3, 500), (2, 20_000), (1, 1_000_000)]).copied().unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    });
}
