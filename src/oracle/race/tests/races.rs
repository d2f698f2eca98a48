//! Races of a lamp that can be dimmed once, at once.

use crate::history::{Call, CallCause, CallOverlap, Exchange, Outcome, Reply, ReplyBody};
use crate::model::{BeliefLimits, Model};
use crate::oracle::race::RaceVerdict;
use crate::oracle::{Finding, Judge};
use crate::schema::{CatalogFolder, CompiledCatalog};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const CONVENTION: &str = "    conventions: [calls-are-atomic]\n";

/// The lines of a page about calls on an absent lamp.
const ABSENT: &str = "    cites: [\"light:52\", \"dim:16\"]\n";

/// Without the convention, and with a rule of our own in place of such lines.
const UNSTATED: &str = "unstated";

/// As [`CONVENTION`], for recorded traffic.
const TRAFFIC: &str = "    conventions: [ calls-are-atomic ]\n";

/// The suite of lamps that are dimmed at once, with or without the convention.
fn load_lamps(convention: &str) -> (Arc<Model>, Arc<CompiledCatalog>) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let schemas = Arc::new(CompiledCatalog::load(&CatalogFolder(data.join("lamps/schemas/lamps"))).expect("schemas"));
    let text = std::fs::read_to_string(data.join("races/switched-lamps.yaml")).expect("the suite is there");
    let text = text.replace(CONVENTION, if convention == UNSTATED { "" } else { convention });
    let basis = if convention == UNSTATED { "    basis: convention\n    rule: absent-is-refused\n" } else { "" };
    let text = text.replace(ABSENT, &format!("{ABSENT}{basis}"));
    let suite = crate::suite::parse_suite("switched-lamps.yaml", &text, &schemas.catalog).expect("the suite parses");
    (Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-25").expect("a model")), schemas)
}

/// Judges lines such as `1 dimLamp 10-20 204`: branch, operation, time of the call in milliseconds, and status with the
/// shown state; a call without a response has `lost`. The lamp `l1` is bright before. Returns the judge and the findings.
fn judge(convention: &str, lines: &str) -> (Judge, Vec<Finding>) {
    let (model, schemas) = load_lamps(convention);
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(model, schemas, 0, bounds).with_earlier_resources(convention == TRAFFIC);
    let lines = format!("0 lightLamp 0-1 201 BRIGHT\n{lines}");
    let mut findings = Vec::new();
    for (number, line) in lines.lines().enumerate() {
        findings.extend(judge.observe(&read_exchange(number as u64, line)).findings);
    }
    findings.extend(judge.close_race().findings);
    (judge, findings)
}

fn read_exchange(number: u64, line: &str) -> Exchange {
    let words: Vec<&str> = line.split(' ').collect();
    let (sent, received) = words[2].split_once('-').expect("two times");
    let (sent_ms, received_ms): (u64, u64) = (sent.parse().unwrap(), received.parse().unwrap());
    let branch: u32 = words[0].parse().unwrap();
    let lights = words[1] == "lightLamp";
    let body = match words.get(4) {
        Some(state) => ReplyBody::Json(json!({ "id": "l1", "state": state, "color": "red" })),
        None => ReplyBody::Empty,
    };
    Exchange {
        number,
        step: number as usize,
        cause: CallCause::Step,
        call: Call {
            operation: words[1].to_string(),
            binding: "v1".to_string(),
            caller: "owner".to_string(),
            path: if lights { BTreeMap::new() } else { BTreeMap::from([("lamp_id".to_string(), json!("l1"))]) },
            body: lights.then(|| json!({ "color": "red" })),
            ..Call::default()
        },
        input: None,
        sent_ms,
        received_ms,
        outcome: match words[3] {
            "lost" => Outcome::Lost { cause: "cut".to_string() },
            status => Outcome::Replied(Reply { status: status.parse().unwrap(), headers: BTreeMap::new(), body }),
        },
        created: BTreeMap::new(),
        overlap: (branch > 0).then(|| CallOverlap {
            branch,
            sent_us: sent_ms * 1_000,
            received_us: received_ms * 1_000,
        }),
    }
}

/// Judges lines, and returns the contradicted clauses of the findings, or `explained` with the passes of the convention.
fn check(convention: &str, lines: &str) -> String {
    let (judge, findings) = judge(convention, lines);
    let model = judge.belief.model();
    let clauses = |finding: &Finding| {
        let names: Vec<&str> = finding.clauses.iter().map(|clause| model.clause_info(*clause).id.as_str()).collect();
        let race = finding.race.as_ref().map(|race| format!(" at {} after {:?}", race.unexplained, race.order));
        format!("{}{}", names.join("+"), race.unwrap_or_default())
    };
    if !findings.is_empty() {
        return findings.iter().map(clauses).collect::<Vec<_>>().join(", ");
    }
    let verdicts: Vec<&str> = judge
        .list_races()
        .iter()
        .map(|race| match race.verdict {
            RaceVerdict::Explained => "explained",
            RaceVerdict::Unexplained(_) => "unexplained",
            RaceVerdict::Undecided(_) => "undecided",
        })
        .collect();
    let atomic = model.find_clause("lamp.atomic").and_then(|clause| judge.tally().clauses.get(&clause).copied());
    let passed = atomic.map_or_else(String::new, |count| format!(", {} of {} passed", count.passed, count.applied));
    format!("{}{passed}", verdicts.join(", "))
}

#[test]
fn one_of_two_dims_is_refused_in_either_order() {
    let lines = "1 dimLamp 10-30 204\n2 dimLamp 20-40 409\n0 showLamp 50-51 200 DIM";
    assert_eq!(check(CONVENTION, lines), "explained, 1 of 1 passed");
    let lines = "1 dimLamp 10-30 409\n2 dimLamp 20-40 204\n0 showLamp 50-51 200 DIM";
    assert_eq!(check(CONVENTION, lines), "explained, 1 of 1 passed");
}

#[test]
fn two_accepted_dims_have_no_order() {
    let lines = "1 dimLamp 10-30 204\n2 dimLamp 20-40 204";
    assert_eq!(check(CONVENTION, lines), "lamp.atomic at 2 after [1]");
    // The page says that the second is refused, so that the finding needs no convention.
    assert_eq!(check("", lines), "dim.twice at 2 after [1]");
}

#[test]
fn a_call_that_returned_before_another_was_sent_comes_first() {
    let lines = "1 dimLamp 10-20 409\n2 dimLamp 21-40 204";
    assert_eq!(check(CONVENTION, lines), "lamp.atomic at 1 after []");
    // Without overlap the orders of sending and of the search are one.
    let lines = "1 dimLamp 10-20 204\n2 dimLamp 21-40 409\n0 showLamp 50-51 200 DIM";
    assert_eq!(check(CONVENTION, lines), "explained, 0 of 1 passed");
}

#[test]
fn a_later_read_must_fit_an_order_too() {
    let lines = "1 dimLamp 10-30 204\n2 dimLamp 20-40 409\n0 showLamp 50-51 200 BRIGHT";
    assert_eq!(check(CONVENTION, lines), "lamp.atomic at 3 after [1, 2]");
    assert_eq!(check("", lines), "unexplained");
}

#[test]
fn a_lost_call_takes_effect_at_any_later_time_or_never() {
    let race = "1 dimLamp 10-30 lost\n2 showLamp 20-40 200 BRIGHT";
    assert_eq!(check(CONVENTION, &format!("{race}\n0 showLamp 50-51 200 BRIGHT")), "explained, 0 of 1 passed");
    let late = format!("{race}\n0 showLamp 50-51 200 BRIGHT\n0 showLamp 60-61 200 DIM");
    assert_eq!(check(CONVENTION, &late), "explained, 0 of 1 passed");
    let undone = format!("{race}\n0 showLamp 50-51 200 DIM\n0 showLamp 60-61 200 BRIGHT");
    assert_eq!(check(CONVENTION, &undone), "lamp.atomic at 4 after [2, 1]");
}

#[test]
fn a_removal_explains_that_a_lamp_is_absent_and_that_it_was_there() {
    let lines = "1 removeLamp 10-30 204\n2 dimLamp 20-40 404\n0 showLamp 50-51 404";
    assert_eq!(check(CONVENTION, lines), "explained, 1 of 1 passed");
    // No clause speaks about a lamp that is being removed.
    let lines = "1 removeLamp 10-30 204\n2 dimLamp 20-40 204\n0 showLamp 50-51 404";
    assert_eq!(check(CONVENTION, lines), "explained, 0 of 1 passed");
}

#[test]
fn a_server_error_is_a_finding_in_every_order_and_needs_no_convention() {
    let lines = "1 dimLamp 10-30 500\n2 dimLamp 20-40 204\n0 showLamp 50-51 200 DIM";
    assert_eq!(check("", lines), "dimLamp.no-server-error");
    assert_eq!(check(CONVENTION, lines), "dimLamp.no-server-error");
}

#[test]
fn without_the_convention_only_a_refusal_that_a_page_states_is_a_finding() {
    let lines = "0 removeLamp 2-3 204\n0 showLamp 4-5 404\n1 dimLamp 10-30 204\n2 dimLamp 20-40 204";
    assert_eq!(check("", lines), "lamp.absent at 4 after []");
    assert_eq!(check(UNSTATED, lines), "unexplained");
}

#[test]
fn a_race_begins_where_the_race_before_may_have_ended() {
    // The lost call takes effect before the second race, or not before it.
    for shown in ["DIM", "BRIGHT"] {
        let first = "1 dimLamp 10-30 lost\n2 showLamp 20-40 200 BRIGHT\n0 showLamp 50-51 200 BRIGHT";
        let lines = format!("{first}\n1 showLamp 60-80 200 {shown}\n2 showLamp 70-90 200 {shown}");
        assert_eq!(check("", &lines), "explained, explained");
    }
}

#[test]
fn calls_that_share_no_resource_contradict_no_clause_about_sharing() {
    // One branch creates a lamp, the other names one that was there before.
    let lines = "1 lightLamp 10-30 201 BRIGHT\n2 dimLamp 20-40 409";
    assert_eq!(check(CONVENTION, lines), "unexplained");
}

#[test]
fn after_a_race_without_an_order_its_resources_prove_nothing() {
    let lines = "1 dimLamp 10-30 204\n2 dimLamp 20-40 204\n0 showLamp 50-51 200 BRIGHT\n0 showLamp 60-61 200 BRIGHT";
    assert_eq!(check(CONVENTION, lines), "lamp.atomic at 2 after [1]");
}

#[test]
fn clauses_do_not_pass_by_responses_after_a_race() {
    let passes = |lines: &str| {
        let (judge, _) = judge(CONVENTION, lines);
        let clause = judge.belief.model().find_clause("dim.bright").expect("the clause is there");
        judge.tally().clauses.get(&clause).map_or(0, |count| count.passed)
    };
    assert!(passes("0 dimLamp 10-20 204\n0 showLamp 30-31 200 DIM") > 0);
    assert_eq!(passes("1 dimLamp 10-30 204\n2 dimLamp 20-40 409\n0 showLamp 50-51 200 DIM"), 0);
}

#[test]
fn in_recorded_traffic_clauses_pass_again_after_a_race_with_one_result() {
    let lines = "1 dimLamp 10-30 204\n2 dimLamp 20-40 409\n0 showLamp 50-51 200 DIM\n0 dimLamp 60-61 409";
    let passes = |convention: &str| {
        let (judge, findings) = judge(convention, lines);
        assert_eq!(findings.len(), 0);
        let clause = judge.belief.model().find_clause("dim.twice").expect("the clause is there");
        judge.tally().clauses.get(&clause).map_or(0, |count| count.passed)
    };
    assert_eq!((passes(CONVENTION), passes(TRAFFIC)), (0, 1));
}
