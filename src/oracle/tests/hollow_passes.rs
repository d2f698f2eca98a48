//! Passes that prove nothing are no passes.

use super::super::judge::Judge;
use super::super::verdict::{ClauseDecidability, ClauseSelection, Verdict, VerdictSettings, decide_verdicts};
use super::{build_exchange, build_lit_lamp, load_patched_lamps};
use crate::history::Exchange;
use crate::model::{BeliefLimits, ClauseTally};
use serde_json::{Value, json};
use std::sync::Arc;

/// The verdict and the reason of a clause after exchanges in one or several plans.
fn check(plans: &[Vec<Exchange>], clause: &str, expected: (Verdict, &str)) {
    let optional = json!({ "type": "object", "properties": { "color": { "type": "string" } } });
    let (model, schemas) = load_patched_lamps(&[("lightLamp.request.json", optional)]);
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut tally = ClauseTally::default();
    for (plan, exchanges) in plans.iter().enumerate() {
        let mut judge = Judge::new(Arc::clone(&model), Arc::clone(&schemas), plan as u64, bounds);
        for exchange in exchanges {
            let found = judge.observe(exchange).findings;
            assert!(found.is_empty(), "{found:?}");
        }
        tally.merge(judge.tally());
    }
    let standing = |_| ClauseDecidability::Reachable;
    let selection = ClauseSelection::default();
    let settings =
        VerdictSettings { selection: &selection, standing: &standing, unsent: &|_| Vec::new(), stopped: None };
    let rows = decide_verdicts(&model, &tally, &[], &settings);
    let row = rows.iter().find(|row| model.clause_info(row.clause).id == clause).expect("the clause has a verdict");
    assert_eq!((row.verdict, row.reason.as_str()), expected);
    assert!(row.count.passed > 0, "without a pass there is nothing to doubt");
}

/// The create of a lamp.
fn light(color: Value) -> Exchange {
    let mut exchange = build_exchange(0, "lightLamp", 201, &build_lit_lamp(color.clone()));
    exchange.call.body = Some(if color.is_null() { json!({}) } else { json!({ "color": color }) });
    exchange
}

#[test]
fn an_effect_that_only_gave_empty_values_is_not_shown() {
    let hollow = "no call created a lamp with a color that is not empty";
    check(&[vec![light(Value::Null)]], "light.bright", (Verdict::Inconclusive, hollow));
    check(&[vec![light(json!("red"))]], "light.bright", (Verdict::Pass, ""));
    check(&[vec![light(Value::Null)], vec![light(json!("red"))]], "light.bright", (Verdict::Pass, ""));
}

#[test]
fn a_refusal_needs_an_accepted_call_of_the_same_operation() {
    let absent = || build_exchange(0, "showLamp", 404, &Value::Null);
    let hollow = "no other call of the operation was accepted, so each refusal may have another reason";
    check(&[vec![absent()]], "lamp.absent", (Verdict::Inconclusive, hollow));
    let shown = build_exchange(1, "showLamp", 200, &build_lit_lamp(json!("red")));
    check(&[vec![absent()], vec![light(json!("red")), shown]], "lamp.absent", (Verdict::Pass, ""));
}
