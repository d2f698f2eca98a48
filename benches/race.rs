//! Judging overlapping calls: one history of 10,000 events in races of two, three and four calls.

use probity::history::{Exchange, History, HistoryHeader};
use probity::model::{BeliefLimits, Model};
use probity::oracle::judge_history;
use probity::schema::{CatalogFolder, CompiledCatalog};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

fn main() {
    divan::main();
}

/// Events of the history.
const EVENTS: u64 = 10_000;

fn load_lamps() -> (Arc<Model>, Arc<CompiledCatalog>) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let schemas = Arc::new(CompiledCatalog::load(&CatalogFolder(data.join("lamps/schemas/lamps"))).expect("schemas"));
    let text = std::fs::read_to_string(data.join("races/switched-lamps.yaml")).expect("the suite is there");
    let suite = probity::suite::parse_suite("switched-lamps.yaml", &text, &schemas.catalog).expect("the suite parses");
    (Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model")), schemas)
}

/// Calls of lamps, in rounds: a new lamp, `branches` calls at the same time that dim it, of which the last is accepted, a
/// read, and the removal.
fn make_history(model: &Model, branches: u64) -> History {
    let header: HistoryHeader = serde_json::from_value(json!({"format": 3, "suite": "switched-lamps",
        "suite_digest": model.suite.digest, "endpoint": "bench", "today": "2026-11-25", "pools": {},
        "settle_percent": 100, "plan": 0}))
    .expect("a header");
    let mut exchanges: Vec<Exchange> = Vec::new();
    for round in 0.. {
        if exchanges.len() as u64 >= EVENTS {
            break;
        }
        let id = format!("lamp-{round}");
        let shown = |state: &str| json!({"json": {"id": id, "state": state, "color": "red"}});
        let start = exchanges.len() as u64 * 10;
        let mut add = |call: Value, status: u16, body: Value, branch: u64| {
            let number = exchanges.len() as u64;
            // Calls of a race are sent one after the other, and answered once all are sent.
            let (sent, received) = if branch > 0 { (start + 20, start + 30) } else { (number * 10, number * 10 + 5) };
            let mut exchange = json!({"number": number, "step": number, "cause": "step", "binding": "v1",
                "caller": "owner", "input": {"class": "valid"}, "sent_ms": sent, "received_ms": received,
                "outcome": {"replied": {"status": status, "headers": {}, "body": body}}});
            let fields = exchange.as_object_mut().expect("an object");
            fields.extend(call.as_object().expect("an object").clone());
            if branch > 0 {
                let overlap = json!({"branch": branch, "sent_us": sent * 1_000 + branch, "received_us": received * 1_000 + branch});
                fields.insert("overlap".to_string(), overlap);
            }
            exchanges.push(serde_json::from_value(exchange).expect("an exchange"));
        };
        let on = |operation: &str| json!({"operation": operation, "path": {"lamp_id": id}});
        let handle = format!("lamp-handle-{round}");
        add(
            json!({"operation": "lightLamp", "path": {}, "body": {"color": "red"}, "born": {handle: id}}),
            201,
            shown("BRIGHT"),
            0,
        );
        for branch in 1..=branches {
            let accepted = branch == branches;
            let body = if accepted { shown("DIM") } else { json!("empty") };
            add(on("dimLamp"), if accepted { 202 } else { 409 }, body, branch);
        }
        add(on("showLamp"), 200, shown("DIM"), 0);
        add(on("removeLamp"), 204, json!("empty"), 0);
    }
    History { header, exchanges }
}

#[divan::bench(args = [2, 3, 4], sample_count = 5)]
fn judge_ten_thousand_events(bencher: divan::Bencher, branches: u64) {
    let (model, schemas) = load_lamps();
    let history = make_history(&model, branches);
    let bounds = BeliefLimits { states_max: 4_096, settle_percent: 100, insight: false };
    let (judge, seen) = judge_history(&history, &model, &schemas, bounds);
    assert!(seen.iter().all(|seen| seen.findings.is_empty()), "{:?}", seen.iter().find(|it| !it.findings.is_empty()));
    assert!(judge.list_races().iter().all(|race| race.overlapped), "each race overlaps");
    bencher.bench(|| judge_history(&history, &model, &schemas, bounds));
}
