//! Which deviations baselines and waivers excuse.

use super::*;

fn make_entry(fingerprint: &str) -> BaselineEntry {
    BaselineEntry {
        suite: "boats".to_string(),
        fingerprint: fingerprint.to_string(),
        clauses: vec!["sail.away".to_string()],
        says: Vec::new(),
        accepted: "2026-01-02".to_string(),
        disposition: None,
        text: None,
        ticket: None,
    }
}

fn make_waiver(scope: &str, until: Option<&str>) -> Waiver {
    let scope = match scope.strip_prefix('#') {
        Some(fingerprint) => WaiverScope::Fingerprint(fingerprint.to_string()),
        None => WaiverScope::Clauses(NamePattern::new(scope).expect("a short pattern")),
    };
    let until = until.map(str::to_string);
    let place = "profile.yaml:1:1".to_string();
    Waiver { scope, suite: None, reason: "agreed".to_string(), owner: None, until, place }
}

/// What excuses a finding with these fingerprints and clauses on 2026-05-01; waivers are written `scope` or `scope until`.
fn check(baseline: &[&str], waivers: &[&str], fingerprints: &[&str], clauses: &[&str]) -> Option<ExcuseSource> {
    let entries = baseline.iter().map(|print| make_entry(print)).collect();
    let baseline = Baseline { format: BASELINE_FORMAT, deviations: entries };
    let waivers: Vec<Waiver> = waivers
        .iter()
        .map(|text| text.split_once(' ').map_or(make_waiver(text, None), |(scope, end)| make_waiver(scope, Some(end))))
        .collect();
    let aliases = ClauseAliases::from_pairs([("sail.off", "sail.away")]);
    let known = SuiteExceptions::select(Some(&baseline), waivers, ("boats", aliases), "2026-05-01");
    let found =
        DeviationIdentity { fingerprints: fingerprints.to_vec(), clauses: clauses.to_vec(), operation: "setSail" };
    known.find_excuse(&found).map(|excuse| excuse.by)
}

#[test]
fn a_deviation_is_known_only_if_the_baseline_has_all_its_fingerprints() {
    assert_eq!(check(&["a", "b"], &[], &["a"], &["sail.away"]), Some(ExcuseSource::Baseline));
    assert_eq!(check(&["a", "b"], &[], &["a", "b"], &["sail.away"]), Some(ExcuseSource::Baseline));
    assert_eq!(check(&["a"], &[], &["a", "b"], &["sail.away"]), None);
    assert_eq!(check(&[], &[], &["a"], &["sail.away"]), None);
}

#[test]
fn a_deviation_without_a_fingerprint_is_never_known() {
    assert_eq!(check(&["a"], &["#a"], &[], &["sail.away"]), None);
    assert_eq!(check(&["a"], &["sail.*"], &["c"], &[]), None);
}

#[test]
fn a_waiver_of_clauses_covers_a_deviation_only_with_all_its_clauses() {
    assert_eq!(check(&[], &["sail.*"], &["c"], &["sail.away"]), Some(ExcuseSource::Waiver));
    assert_eq!(check(&[], &["sail.*"], &["c"], &["sail.away", "moor.fast"]), None);
    assert_eq!(check(&[], &["sail.*", "moor.?ast"], &["c"], &["sail.away", "moor.fast"]), Some(ExcuseSource::Waiver));
}

#[test]
fn a_waiver_of_a_fingerprint_covers_no_deviation_with_another_difference() {
    assert_eq!(check(&[], &["#c"], &["c"], &["sail.away"]), Some(ExcuseSource::Waiver));
    assert_eq!(check(&[], &["#c"], &["c", "d"], &["sail.away"]), None);
}

#[test]
fn a_waiver_covers_its_last_day_and_no_later_one() {
    assert_eq!(check(&[], &["sail.* 2026-05-01"], &["c"], &["sail.away"]), Some(ExcuseSource::Waiver));
    assert_eq!(check(&[], &["sail.* 2026-04-30"], &["c"], &["sail.away"]), None);
}

/// What excuses a finding at an operation if the profile does not claim the operation `moor` and the clause `row.fast`.
fn check_unclaimed(operation: &str, clauses: &[&str]) -> Option<ExcuseSource> {
    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
    let unclaimed = UnclaimedParts { operations: names(&["moor"]), clauses: names(&["row.fast"]) };
    let known = SuiteExceptions::default().with_unclaimed(Some(unclaimed));
    assert!(known.are_given());
    let found = DeviationIdentity { fingerprints: vec!["a"], clauses: clauses.to_vec(), operation };
    known.find_excuse(&found).map(|excuse| excuse.by)
}

#[test]
fn a_deviation_of_an_operation_or_of_clauses_without_a_claim_is_known() {
    assert_eq!(check_unclaimed("moor", &["sail.away"]), Some(ExcuseSource::NotClaimed));
    assert_eq!(check_unclaimed("row", &["row.fast"]), Some(ExcuseSource::NotClaimed));
    assert_eq!(check_unclaimed("row", &["row.fast", "sail.away"]), None, "a claimed clause is contradicted too");
    assert_eq!(check_unclaimed("row", &[]), None);
}

#[test]
fn an_operation_is_claimed_by_its_id_and_by_the_kinds_of_its_resources() {
    let patterns = |texts: &[&str]| texts.iter().map(|text| NamePattern::new(text)).collect::<Option<Vec<_>>>();
    let claims = SuiteClaims { operations: patterns(&["*Boat"]), kinds: patterns(&["boat", "sail"]), clauses: None };
    assert!(claims.covers_operation("showBoat", ["boat", "sail"]));
    assert!(!claims.covers_operation("showBoat", ["boat", "oar"]));
    assert!(!claims.covers_operation("showBoats", ["boat"]));
    assert!(claims.covers_clause(["any.clause"]));
    assert!(!SuiteClaims { clauses: patterns(&[]), ..claims }.covers_clause(["any.clause"]));
}

#[test]
fn a_renamed_clause_is_excused_under_its_earlier_id() {
    let found = (&["sail.away setSail refused"], &["sail.away"]);
    assert_eq!(check(&["sail.off setSail refused"], &[], found.0, found.1), Some(ExcuseSource::Baseline));
    assert_eq!(check(&["sail.often setSail refused"], &[], found.0, found.1), None);
    assert_eq!(check(&[], &["sail.of?"], found.0, found.1), Some(ExcuseSource::Waiver));
    assert_eq!(check(&[], &["moor.*"], found.0, found.1), None);
    let both = ["moor.fast+sail.away setSail field boat.sail"];
    assert_eq!(
        check(&["moor.fast+sail.off setSail field boat.sail"], &[], &both, &["moor.fast", "sail.away"]),
        Some(ExcuseSource::Baseline)
    );
}

#[test]
fn a_baseline_keeps_the_answer_about_a_renamed_clause() {
    let mut old = make_entry("sail.off setSail refused");
    old.clauses = vec!["sail.off".to_string()];
    old.ticket = Some("T-7".to_string());
    let mut baseline = Baseline { format: BASELINE_FORMAT, deviations: vec![old] };
    baseline.rename_clauses("ships", &ClauseAliases::from_pairs([("sail.off", "steam.off")]));
    baseline.rename_clauses("boats", &ClauseAliases::from_pairs([("sail.off", "sail.away")]));
    baseline.accept(vec![make_entry("sail.away setSail refused")]);
    let entries: Vec<_> =
        baseline.deviations.iter().map(|it| (it.fingerprint.as_str(), it.ticket.as_deref())).collect();
    assert_eq!(entries, [("sail.away setSail refused", Some("T-7"))]);
    assert_eq!(baseline.deviations[0].clauses, ["sail.away"]);
}

#[test]
fn accepting_a_run_again_keeps_answers_and_pruning_removes_what_is_gone() {
    let mut baseline = Baseline { format: BASELINE_FORMAT, deviations: vec![make_entry("b"), make_entry("a")] };
    baseline.deviations[0].ticket = Some("T-7".to_string());
    let mut later = make_entry("b");
    later.accepted = "2026-09-09".to_string();
    baseline.accept(vec![make_entry("c"), later.clone(), later.clone()]);
    let prints: Vec<&str> = baseline.deviations.iter().map(|entry| entry.fingerprint.as_str()).collect();
    assert_eq!(prints, ["a", "b", "c"]);
    assert_eq!(baseline.deviations[1].ticket.as_deref(), Some("T-7"));
    assert_eq!(baseline.deviations[1].accepted, "2026-01-02");
    assert_eq!(baseline.prune(&["ships".to_string()], &[]), 0);
    assert_eq!(baseline.prune(&["boats".to_string()], &[later]), 2);
    assert_eq!(Baseline::parse(&baseline.to_json()), Ok(baseline));
}

#[test]
fn a_newer_or_a_foreign_file_is_refused() {
    assert!(Baseline::parse(r#"{"format": 2, "deviations": []}"#).is_err_and(|error| error.contains("format 2")));
    assert!(Baseline::parse(r#"{"findings": []}"#).is_err_and(|error| error.contains("not a baseline")));
}
