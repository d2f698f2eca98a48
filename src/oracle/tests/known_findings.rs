//! Which deviations are one finding.

use super::super::fingerprint::compute_fingerprints;
use super::super::infrastructure_hint::InfrastructureHint;
use super::super::judge::{Finding, Judge};
use super::super::known_findings::{FINDINGS_MAX, FindingNovelty, KnownFindings};
use super::super::verdict::{ClauseDecidability, ClauseSelection, Verdict, VerdictSettings, decide_verdicts};
use super::{build_exchange, build_lit_lamp, load_lamps};
use crate::history::{Exchange, InfrastructureFailure};
use crate::model::{
    BeliefLimits, ClauseId, ClauseTally, DeviationEvidence, Difference, DifferenceKind, ExpectedOutcome,
};
use serde_json::{Value, json};
use std::sync::Arc;

fn make_finding(clauses: &[u32], fingerprint: &str, when: Option<&str>) -> Finding {
    Finding {
        suspected_clauses: Vec::new(),
        plan: 0,
        step: 0,
        exchange: 0,
        recorded: Arc::new(build_exchange(0, "showLamp", 200, &Value::Null)),
        operation: format!("operation{}", clauses[0]),
        operations: Default::default(),
        clauses: clauses.iter().map(|&clause| ClauseId(clause)).collect(),
        related_clauses: Default::default(),
        related_fingerprints: Default::default(),
        lacks_fingerprints: false,
        seen: String::new(),
        expected: Vec::new(),
        evidence: DeviationEvidence::default(),
        fingerprints: vec![fingerprint.to_string()],
        narrowed_by: None,
        race: None,
        hint: when.map(|when| InfrastructureHint { kind: InfrastructureFailure::Quota, when: when.to_string() }),
    }
}

#[test]
fn the_same_hint_is_one_finding_that_contradicts_the_clauses_of_all_its_responses() {
    let mut known = KnownFindings::default();
    let mut first = make_finding(&[1], "b", Some("status == 403"));
    let second = make_finding(&[2], "c", Some("status == 403"));
    assert_eq!(known.classify_finding(&make_finding(&[7], "a", None)), FindingNovelty::New);
    assert_eq!(known.classify_finding(&first), FindingNovelty::New);
    assert_eq!(known.classify_finding(&second), FindingNovelty::Repeated(1));
    assert_eq!(known.classify_finding(&make_finding(&[7], "a", None)), FindingNovelty::Repeated(0));
    assert!(!first.contradicts(ClauseId(2)));
    first.add_repetition(&second);
    assert!(first.contradicts(ClauseId(1)) && first.contradicts(ClauseId(2)));
    assert_eq!(Vec::from_iter(&first.operations), ["operation2"]);
}

#[test]
fn a_repetition_adds_what_was_added_to_itself() {
    let mut repetition = make_finding(&[2], "b", None);
    repetition.add_repetition(&make_finding(&[3], "c", None));
    let mut first = make_finding(&[1], "a", None);
    first.add_repetition(&repetition);
    assert_eq!(Vec::from_iter(first.related_clauses.iter().map(|clause| clause.0)), [2, 3]);
    assert_eq!(Vec::from_iter(&first.operations), ["operation2", "operation3"]);
}

#[test]
fn the_same_clause_with_another_difference_is_another_finding_up_to_a_limit() {
    let mut known = KnownFindings::default();
    let differences = ["a", "b", "c", "d", "e", "f", "a"];
    let found = differences.map(|difference| known.classify_finding(&make_finding(&[1], difference, None)));
    assert!(found[..5].iter().all(|novelty| *novelty == FindingNovelty::New), "{found:?}");
    assert!(found[5..].iter().all(|novelty| matches!(novelty, FindingNovelty::Repeated(_))), "{found:?}");
}

#[test]
fn a_finding_that_stands_for_other_differences_keeps_their_fingerprints_up_to_a_bound() {
    let mut first = make_finding(&[1], "a", None);
    for fingerprint in ["b", "a", "b"] {
        first.add_repetition(&make_finding(&[1], fingerprint, None));
    }
    assert_eq!(Vec::from_iter(&first.related_fingerprints), ["b"]);
    for number in 0..199 {
        first.add_repetition(&make_finding(&[1], &format!("c{number}"), None));
    }
    first.add_repetition(&make_finding(&[1], "b", None));
    assert_eq!((first.related_fingerprints.len(), first.lacks_fingerprints), (200, false));
    first.add_repetition(&make_finding(&[1], "d", None));
    assert_eq!((first.related_fingerprints.len(), first.lacks_fingerprints), (200, true));
}

#[test]
fn findings_beyond_the_bound_are_counted_and_their_clauses_fail() {
    let mut known = KnownFindings::default();
    let mut tally = ClauseTally::default();
    let mut kept = Vec::new();
    let (model, _) = load_lamps();
    let last = model.find_clause("show.there").expect("the clause exists");
    // One finding more than the bound, and a repetition of the first one.
    let numbers = (1000..1000 + FINDINGS_MAX as u32).chain([last.0, 1000]);
    for number in numbers {
        let finding = make_finding(&[number], &format!("f{number}"), None);
        match known.classify_finding(&finding) {
            FindingNovelty::New => kept.push(finding),
            FindingNovelty::Repeated(index) => assert_eq!(index, 0),
            FindingNovelty::Unkept => tally.note_unkept(finding.list_contradicted()),
        }
    }
    assert_eq!((kept.len(), tally.unkept), (FINDINGS_MAX, 1));
    let standing = |_| ClauseDecidability::Reachable;
    let selection = ClauseSelection::default();
    let settings =
        VerdictSettings { selection: &selection, standing: &standing, unsent: &|_| Vec::new(), stopped: None };
    let rows = decide_verdicts(&model, &tally, &kept, &settings);
    let failed: Vec<ClauseId> = rows.iter().filter(|row| row.verdict == Verdict::Fail).map(|row| row.clause).collect();
    assert_eq!(failed, [last]);
}

/// The fingerprint of a wrong outcome: the operation, the caller, whether acceptance was expected, the status, and the
/// body.
fn print_outcome(operation: &str, caller: &str, accepted: bool, got: u16, body: &Value) -> String {
    let (model, _) = load_lamps();
    let mut exchange: Exchange = build_exchange(0, operation, got, body);
    exchange.call.caller = caller.to_string();
    exchange.call.headers.insert("X-Lamp-Version".to_string(), "2.1".to_string());
    let expected = ExpectedOutcome { accepted: Some(accepted), statuses: Vec::new() };
    let what = DifferenceKind::Outcome { expected, got };
    let evidence = DeviationEvidence {
        differences: vec![Difference { clauses: vec![ClauseId(0)], what }],
        ..DeviationEvidence::default()
    };
    compute_fingerprints(&model, &exchange, &[ClauseId(0)], &evidence).join("; ")
}

#[test]
fn a_refused_header_is_the_same_defect_at_every_operation_and_a_refused_state_is_not() {
    let version = |lamp: &str| json!({ "error": { "message": format!("x-lamp-version is not known, lamp {lamp}") } });
    let state = json!({ "error": { "message": "the lamp is hot" } });
    let at = |operation: &str, got: u16, body: &Value| print_outcome(operation, "owner", true, got, body);
    assert_eq!(at("showLamp", 406, &version("l1")), at("dimLamp", 406, &version("l2")));
    assert_eq!(at("showLamp", 400, &version("l1")), at("dimLamp", 400, &version("l2")));
    assert_ne!(at("showLamp", 400, &state), at("dimLamp", 400, &state));
    assert_ne!(at("showLamp", 409, &version("l1")), at("dimLamp", 409, &version("l1")));
    assert_ne!(at("showLamp", 406, &version("l1")), at("showLamp", 406, &state));
}

#[test]
fn a_caller_who_is_not_checked_is_the_same_defect_at_every_operation() {
    let at = |operation: &str, caller: &str| print_outcome(operation, caller, false, 200, &Value::Null);
    assert_eq!(at("showLamp", "forged"), at("dimLamp", "forged"));
    assert_ne!(at("showLamp", "forged"), at("showLamp", "expired"));
    assert_ne!(at("showLamp", "other"), at("dimLamp", "other"), "access of others depends on the operation");
    let refused = |operation: &str| print_outcome(operation, "owner", true, 401, &Value::Null);
    assert_eq!(refused("showLamp"), refused("dimLamp"));
}

#[test]
fn a_wrong_refusal_a_wrong_acceptance_and_a_wrong_status_are_three_defects() {
    let at = |accepted: bool, got: u16| print_outcome("dimLamp", "owner", accepted, got, &Value::Null);
    assert_eq!(at(true, 409), at(true, 404), "the status of a wrong refusal depends on the state");
    assert_ne!(at(true, 409), at(true, 299));
    assert_ne!(at(false, 200), at(false, 409));
}

#[test]
fn a_deviation_that_was_reported_is_counted_and_not_reported_again() {
    let (model, schemas) = load_lamps();
    let bounds = BeliefLimits { states_max: 100, settle_percent: 100, insight: false };
    let mut judge = Judge::new(model, schemas, 0, bounds);
    let shown = |color: &str| build_lit_lamp(json!(color));
    let calls =
        [("lightLamp", 201, "red"), ("showLamp", 200, "blue"), ("showLamp", 200, "red"), ("showLamp", 200, "blue")];
    let seen = calls.into_iter().enumerate().map(|(number, (operation, status, color))| {
        let mut exchange = build_exchange(number as u64, operation, status, &shown(color));
        // After the bound of the lamp, a response tells its color again.
        exchange.sent_ms = number as u64 * 3_600_000;
        exchange.received_ms = exchange.sent_ms + 1;
        (judge.observe(&exchange).findings.len(), judge.tally().repeated)
    });
    assert_eq!(Vec::from_iter(seen), [(0, 0), (1, 0), (0, 0), (0, 1)]);
}
