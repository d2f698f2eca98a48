//! The traits of a call that count as coverage.

use super::chooser_bench::ChooserBench;
use crate::lamp_suite;
use probity::plan::Step;
use serde_json::{Value, json};

/// Reads `operation resource settle`, such as `dim lamp-1 rest`. An unknown resource is created.
/// `go` instead of `rest` does not wait; a fourth word is the caller.
fn parse_step(line: &str, steps: &[Step]) -> Step {
    let words: Vec<&str> = line.split(' ').collect();
    let (operation, thing) = (words[0], words[1]);
    let handle = json!({ "$handle": thing });
    let level = steps.iter().filter(|step| step.call.operation == "dim").count() + 6;
    let body = match operation {
        "buyLamp" => json!({ "lamp": { "bulb": "warm", "note": "a" } }),
        "dim" => json!({ "dim": { "level": level } }),
        "writeCard" => json!({ "card": { "lamp": { "$handle": "lamp-1" }, "text": "a" } }),
        _ => Value::Null,
    };
    let mut step = json!({
        "operation": operation, "binding": "v1", "caller": words.get(3).unwrap_or(&"owner"),
        "settle": if words[2] == "go" { json!("leave") } else { json!({ "poll": { "after_ms": 60_000 } }) },
    });
    match operation {
        "buyLamp" => step["births"] = json!({ "lamp": [thing] }),
        "writeCard" => step["births"] = json!({ "card": [thing] }),
        _ => step["path"] = json!({ "lamp_id": handle }),
    }
    if !body.is_null() {
        step["body"] = body;
    }
    serde_json::from_value(step).expect("a step")
}

/// Compares the traits of the last call, without binding and caller.
fn check_traits(plan: &[&str], expected: &[&str]) {
    let steps = plan.iter().fold(Vec::new(), |mut steps, line| {
        steps.push(parse_step(line, &steps));
        steps
    });
    let bench = ChooserBench::new(lamp_suite::lamps(), "owner");
    let before = bench.run_recorded(&steps[..steps.len() - 1]).coverage.traits.describe_all();
    let walked = bench.run_recorded(&steps);
    assert_eq!(walked.found, Vec::<String>::new());
    let after = walked.coverage.traits.describe_all();
    let more = after.iter().filter(|(name, count)| before.get(*name) != Some(count));
    let told = more.map(|(name, _)| name.split_once("; ").map_or(name.as_str(), |(_, told)| told));
    let told: Vec<&str> = told.filter(|name| !name.starts_with("binding ") && !name.starts_with("by ")).collect();
    assert_eq!(told, expected, "{plan:?}");
}

#[test]
fn a_call_has_the_state_and_the_history_of_its_resource() {
    check_traits(
        &["buyLamp lamp-1 rest", "switchOff lamp-1 rest", "switchOn lamp-1 rest"],
        &["1 lamp", "lamp Settled \"DARK\"", "lamp after switchOff 1 times", "lamp straight after switchOff"],
    );
}

#[test]
fn a_fifth_repetition_counts_as_the_third() {
    let dim = "dim lamp-1 rest";
    check_traits(
        &["buyLamp lamp-1 rest", dim, dim, dim, dim, dim],
        &[
            "1 lamp",
            "lamp Settled \"LIT\"",
            "lamp after dim 1 times",
            "lamp after dim 2 times",
            "lamp after dim 3 times",
            "lamp straight after dim, dim",
        ],
    );
}

#[test]
fn a_call_has_the_transitions_of_other_resources() {
    check_traits(
        &["buyLamp lamp-1 rest", "buyLamp lamp-2 rest", "switchOff lamp-1 go", "switchOff lamp-2 rest"],
        &[
            "1 lamp",
            "beside a lamp in motion by switchOff",
            "beside a lamp in the same motion",
            "lamp Settled \"LIT\"",
            "lamp straight after ",
        ],
    );
    check_traits(
        &["buyLamp lamp-1 rest", "buyLamp lamp-2 rest", "scrapLamp lamp-1 rest", "dim lamp-2 rest"],
        &["1 lamp", "after the end of a lamp", "lamp Settled \"LIT\"", "lamp straight after "],
    );
}

#[test]
fn a_call_has_the_resources_that_refer_to_its_resource() {
    check_traits(
        &["buyLamp lamp-1 rest", "writeCard card-1 rest", "dim lamp-1 rest"],
        &[
            "1 lamp",
            "lamp Settled \"LIT\"",
            "lamp after writeCard 1 times",
            "lamp of 1 card",
            "lamp straight after writeCard",
        ],
    );
}

#[test]
fn a_refusal_without_a_resource_has_no_traits_of_resources() {
    check_traits(&["buyLamp lamp-1 rest", "dim lamp-1 rest none"], &["no-key behind 8", "no-lamp behind 8"]);
}

#[test]
fn a_refusal_has_the_number_of_other_reasons() {
    check_traits(
        &["buyLamp lamp-1 rest", "switchOn lamp-1 rest"],
        &["on.lit behind 0", "1 lamp", "lamp Settled \"LIT\"", "lamp straight after "],
    );
}
