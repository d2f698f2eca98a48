//! The mock never contradicts its own suite, whatever is asked and however fast it moves.

use probity::endpoint::mock::{Mock, Tempo};
use probity::endpoint::{Call, Endpoint, Identities, Identity, compose};
use probity::history::{Cause, Exchange};
use probity::model::{Bounds, Life, Model};
use probity::oracle::Judge;
use probity::schema::{Draw, Folder, Rng, Schemas, deviations, draw_valid};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

fn load(name: &str) -> (Arc<Model>, Arc<Schemas>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("suites").join(format!("{name}.yaml"));
    let text = std::fs::read_to_string(&file).expect("the suite is there");
    let catalog = root.join("schemas").join(name);
    let schemas = Schemas::load(&Folder(catalog)).expect("the schemas load");
    let suite = probity::suite::parse(name, &text, &schemas.catalog).unwrap_or_else(|problems| panic!("{problems:?}"));
    let model = Model::new(Arc::new(suite), &schemas.catalog, "2026-11-20").expect("the suite comes to life");
    (Arc::new(model), Arc::new(schemas))
}

const OWN: &str = "0a1b2c3d4e5f40718293a4b5c6d7e8f9";
const FOREIGN: &str = "ffeeddccbbaa49998877665544332211";

fn identities() -> Identities {
    let of = |project: &str| Identity { parameters: BTreeMap::from([("project_id".to_string(), project.to_string())]), ..Identity::default() };
    let callers = [("owner", OWN), ("expired", OWN), ("none", OWN), ("other", FOREIGN)];
    Identities::new(callers.into_iter().map(|(caller, project)| (caller.to_string(), of(project))).collect())
}

/// Draws a call without any plan: every operation, any target, valid and broken bodies.
fn draw(model: &Model, schemas: &Schemas, judge: &Judge, rng: &mut Rng) -> Call {
    let operations: Vec<&String> = model.operations.keys().collect();
    let creates: Vec<&String> = operations.iter().copied().filter(|id| model.operations[*id].about.iter().any(|a| matches!(a.binding, probity::suite::Binding::New(_)))).collect();
    let ids: Vec<String> = judge.belief.ids().map(|id| id.id.to_string()).collect();
    let operation = if ids.is_empty() || (ids.len() < 4 && rng.chance(1, 10)) { rng.pick(&creates) } else { rng.pick(&operations) };
    let described = schemas.operation(operation.expect("there are operations")).expect("of the catalog");
    let mut call = Call { operation: described.id.clone(), ..Call::default() };
    call.binding = rng.pick(&described.bindings).expect("each has one").id.clone();
    call.caller = rng.weighted(&[(12, "owner"), (1, "other"), (1, "none"), (1, "expired")]).expect("weights").to_string();
    let about = &model.operations[&described.id].about;
    for entry in about {
        let probity::suite::Binding::Existing(expr) = &entry.binding else { continue };
        let Some(path) = expr.as_path() else { continue };
        let id = rng.pick(&ids).cloned().unwrap_or_else(|| "no-such".to_string());
        if let ("path", [probity::expr::Key::Name(name)]) = (path.root.as_ref(), path.keys.as_slice()) {
            call.path.insert(name.to_string(), Value::String(id));
        }
    }
    for parameter in &described.path {
        if parameter.name != "project_id" && !call.path.contains_key(&parameter.name) {
            call.path.insert(parameter.name.clone(), Value::String("x1".to_string()));
        }
    }
    if let Some(shape) = schemas.request(described, None) {
        let mut body = draw_valid(shape, rng, &Draw::default()).expect("a body can be drawn");
        if rng.chance(1, 8) {
            let all = deviations(shape, &body);
            let chosen = rng.pick(&all).cloned();
            call.body = chosen.map_or(Some(body.clone()), |deviation| deviation.value);
            return call;
        }
        pin(model, &described.id, judge, &mut body, rng);
        call.body = Some(body);
    }
    call
}

/// Values that guards compare with, where they are of a pool.
fn pin(model: &Model, operation: &str, _: &Judge, body: &mut Value, rng: &mut Rng) {
    for clause in model.operations[operation].clauses.iter().filter_map(|clause| model.written(*clause)) {
        let named = model.suite.lets.values().filter_map(|known| match known {
            probity::suite::Let::Expression(expr) => Some(expr),
            probity::suite::Let::Constant(_) => None,
        });
        for comparison in clause.when.iter().chain(named).flat_map(|when| when.comparisons()) {
            if comparison.path.keys.is_empty() || body.pointer(&format!("/{}", first(&comparison.path))).is_none() {
                continue;
            }
            let pool = comparison.other.as_path().filter(|path| path.root.as_ref() == "pools");
            let (Some(pool), "body") = (pool, comparison.path.root.as_ref()) else { continue };
            let probity::expr::Key::Name(name) = &pool.keys[0] else { continue };
            let values = &model.suite.pools[name.as_ref()];
            if rng.chance(4, 5) && let Some(value) = rng.pick(values).and_then(|value| value.to_json()) {
                probity::expr::assign(body, &comparison.path, value);
            }
        }
    }
}

fn first(path: &probity::expr::Path) -> String {
    match &path.keys[0] {
        probity::expr::Key::Name(name) => name.to_string(),
        probity::expr::Key::Index(index) => index.to_string(),
    }
}

struct Walk {
    steps: u64,
    worlds_most: usize,
}

fn walk(name: &str, seed: u64, steps: u64, tempo: Tempo) -> Walk {
    let (model, schemas) = load(name);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let mock = Mock::new(model.clone(), schemas.clone(), seed, tempo, None);
        let bounds = Bounds { worlds_max: 2_000, settle_percent: 100, insight: true };
        let mut judge = Judge::new(model.clone(), schemas.clone(), 0, bounds);
        let start = Instant::now();
        let now = || start.elapsed().as_millis() as u64;
        let mut trail: Vec<String> = Vec::new();
        for number in 0..steps {
            let mut rng = Rng::new(seed, 0, number, 1);
            let call = draw(&model, &schemas, &judge, &mut rng);
            let Ok(request) = compose(&schemas.catalog, &call, &identities()) else { continue };
            let sent_ms = now();
            let outcome = mock.send(&request).await;
            let exchange = Exchange {
                number,
                step: number as usize,
                cause: Cause::Step,
                operation: call.operation.clone(),
                binding: call.binding.clone(),
                caller: call.caller.clone(),
                path: request.parameters.clone(),
                query: call.query.clone(),
                headers: call.headers.clone(),
                body: call.body.clone(),
                sent_ms,
                received_ms: now(),
                outcome,
                born: BTreeMap::new(),
                input: None,
            };
            let seen = judge.observe(&exchange).unwrap_or_else(|fault| panic!("{fault}"));
            trail.push(format!("{number} {} {} {:?} {:?}\n    before {:?}\n    out {:?}\n    after {:?}", call.caller, call.operation, call.body, exchange.outcome,
                seen.insight.as_ref().map(|i| &i.before), seen.insight.as_ref().map(|i| &i.ruled_out), seen.insight.as_ref().map(|i| &i.after)));
            if let Some(finding) = seen.findings.first() {
                let clauses: Vec<&str> = finding.clauses.iter().map(|clause| model.info(*clause).id.as_str()).collect();
                let from = trail.len().saturating_sub(4);
                panic!("seed {seed}: the mock contradicts {clauses:?} at {number}: {finding:?}\n{}", trail[from..].join("\n"));
            }
            let pause = rng.weighted(&[(3, 0), (3, 500), (2, 20_000), (1, 1_000_000)]).copied().unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        let alive = judge.belief.ids().filter(|id| judge.belief.possibilities(id).iter().any(|held| held.thing.life == Life::Alive)).count();
        let _ = alive;
        Walk { steps, worlds_most: judge.tally().worlds_most }
    })
}

#[test]
fn the_mock_never_contradicts_the_native_suite() {
    let steps: u64 = std::env::var("PROBITY_STEPS").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    let mut total = 0;
    let mut most = 0;
    for seed in 0..steps.div_ceil(200) {
        let tempo = if seed % 2 == 0 { Tempo::CLOUD } else { Tempo::FAST };
        let walk = walk("ecs-native", seed, 200, tempo);
        total += walk.steps;
        most = most.max(walk.worlds_most);
    }
    assert!(total >= steps);
    println!("{total} steps, at most {most} worlds");
}
