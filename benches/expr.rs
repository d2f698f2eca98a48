//! Evaluation of guards. The belief evaluates thousands of guards each second.

use divan::{Bencher, black_box};
use probity::expr::{Expr, ExprValue};
use serde_json::json;

const GUARD: &str =
    r#"server.status == "ACTIVE" && body.resize.flavorRef in pools.flavors && body.resize.flavorRef != server.flavor"#;

fn main() {
    divan::main();
}

/// Values for the roots of [`GUARD`]: body, pools, server.
fn values() -> [ExprValue; 3] {
    [
        json!({"resize": {"flavorRef": "f3"}}),
        json!({"flavors": ["f1", "f2", "f3", "f4"]}),
        json!({"status": "ACTIVE", "flavor": "f1", "name": "a", "id": "1", "image": "i"}),
    ]
    .map(|json| ExprValue::from(&json))
}

#[divan::bench]
fn parse(bencher: Bencher) {
    bencher.bench(|| Expr::parse(black_box(GUARD)));
}

#[divan::bench]
fn eval_in_a_scope(bencher: Bencher) {
    let expr = Expr::parse(GUARD).expect("the guard parses");
    let [body, pools, server] = values();
    let scope = |name: &str| match name {
        "body" => Some(body.clone()),
        "pools" => Some(pools.clone()),
        "server" => Some(server.clone()),
        _ => None,
    };
    bencher.bench_local(|| black_box(&expr).eval(&scope));
}

#[divan::bench]
fn eval_with_slots(bencher: Bencher) {
    let expr = Expr::parse(GUARD).expect("the guard parses");
    let slots = values().map(Some);
    bencher.bench_local(|| black_box(&expr).eval_slots(black_box(&slots)));
}

#[divan::bench]
fn eval_with_an_unknown_root(bencher: Bencher) {
    let expr = Expr::parse(GUARD).expect("the guard parses");
    let [body, pools, _] = values();
    let slots = [Some(body), Some(pools), Some(ExprValue::Unknown)];
    bencher.bench_local(|| black_box(&expr).eval_slots(black_box(&slots)));
}

#[divan::bench]
fn eval_an_effect(bencher: Bencher) {
    let expr = Expr::parse("body.resize.flavorRef").expect("the effect parses");
    let slots = [Some(values()[0].clone())];
    bencher.bench_local(|| black_box(&expr).eval_slots(black_box(&slots)));
}
