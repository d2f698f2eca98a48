//! Guards of events: pools and the date are the values of the model.

use super::box_api::{MemoryCatalog, compile_suite};
use crate::history::{Call, CallCause, Exchange, Outcome, Reply, ReplyBody};
use crate::model::{Belief, BeliefLimits, InterpretedExchange};
use crate::schema::InputClass;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const SUITE: &str = r#"suite: lamps
catalog: lamps
pools: { fuses: [1] }
resources:
  lamp:
    id: it.id
    state: status
    stable: [LIT, DARK]
    settles: 10s
    fields: { status: it.status }
    views: { showLamp: reply, buyLamp: reply }
about:
  "*": { lamp: path.lamp_id }
  buyLamp: { lamp: { new: reply.id } }
clauses:
  - { id: buy, cites: "lamps:1", call: buyLamp, accept: 201, then: { lamp.status: LIT } }
  - { id: show, cites: "lamps:2", call: showLamp, while: any, when: lamp != null, accept: 200 }
events:
  - { id: fails, says: a lamp may fail, cites: "lamps:3", resource: lamp, when: 'false', then: { lamp.status: DARK } }
  - { id: blows, says: a fuse may blow, cites: "lamps:3", resource: lamp, when: 'GUARD', then: { lamp.status: DARK } }
"#;

/// The clauses that are contradicted by a lit lamp which is shown dark, without a call in between.
fn check(guard: &str, contradicted: &[&str]) {
    let operation = |id: &str, lamp: bool| {
        let parameter = json!({ "name": "lamp_id", "required": true, "schema": { "type": "string" }, "at": "lamps:1" });
        json!({
            "id": id, "title": id, "at": "lamps:1", "path": if lamp { vec![parameter] } else { Vec::new() },
            "bindings": [{ "id": "v1", "method": "POST", "path": format!("/{id}"), "at": "lamps:1" }],
        })
    };
    let catalog = json!({
        "format": 1, "api": "lamps",
        "pages": [{ "id": "lamps", "file": "lamps.md", "title": "Lamps", "digest": "sha256:0", "dialect": "markdown" }],
        "operations": [operation("buyLamp", false), operation("showLamp", true)],
    });
    let suite = SUITE.replace("GUARD", guard);
    let model = compile_suite(&suite, MemoryCatalog(BTreeMap::from([("catalog.json", catalog)])));
    let events = [0, 1].map(|index| model.clause_info(model.event_clause(index)).id.as_str());
    assert_eq!(events, ["fails", "blows"]);
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut belief = Belief::new(Arc::clone(&model), bounds);
    let mut found = Vec::new();
    let calls = [("buyLamp", 201, "LIT"), ("showLamp", 200, "LIT"), ("showLamp", 200, "DARK")];
    for (number, (operation, status, shown)) in calls.into_iter().enumerate() {
        let exchange = Exchange {
            number: number as u64,
            step: number,
            cause: CallCause::Step,
            call: Call {
                operation: operation.to_string(),
                binding: "v1".to_string(),
                caller: "owner".to_string(),
                path: [("lamp_id".to_string(), json!("l1"))].into_iter().filter(|_| number > 0).collect(),
                body: Some(Value::Null),
                ..Call::default()
            },
            input: None,
            sent_ms: number as u64 * 60_000,
            received_ms: number as u64 * 60_000 + 1,
            overlap: None,
            outcome: Outcome::Replied(Reply {
                status,
                headers: BTreeMap::new(),
                body: ReplyBody::Json(json!({ "id": "l1", "status": shown })),
            }),
            created: BTreeMap::new(),
        };
        let interpreted = InterpretedExchange::new(&model, &exchange, InputClass::Valid);
        let deviations = belief.observe_exchange(&interpreted).deviations;
        let clauses = deviations.iter().flat_map(|deviation| &deviation.clauses);
        found.extend(clauses.map(|clause| model.clause_info(*clause).id.clone()));
    }
    assert_eq!(found, contradicted, "{guard}");
}

#[test]
fn an_event_may_occur_where_the_pool_says_so() {
    check("1 in pools.fuses", &[]);
    check("2 in pools.fuses", &["lamp.frame.status"]);
}

#[test]
fn an_event_may_occur_from_its_date_on() {
    check("today >= \"2000-01-01\"", &[]);
    check("today >= \"3000-01-01\"", &["lamp.frame.status"]);
}
