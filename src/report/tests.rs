//! The renderings of a fictitious campaign.

mod cases;
mod claims;
mod schema;

use super::*;
use crate::campaign::{
    BlameEvidence, Conclusion, FindingRepetition, RecordedFinding, ShownCounterexample, SpentRequests, TransitionTimes,
};
use crate::history::{Call, CallCause, Exchange, History, HistoryHeader, Outcome, RecordedHistory, Reply, ReplyBody};
use crate::known_deviations::SuiteExceptions;
use crate::model::{
    BeliefChange, CallReference, ClauseCount, ClauseId, ClauseTally, DeviationEvidence, Difference, DifferenceKind,
    ExpectationReason, Model, ObservedSilentCell, ResourceId, SchemaDifference,
};
use crate::oracle::{ClauseDecidability, ClauseResult, ExchangeFindings, Finding, Verdict};
use crate::plan::{Plan, Step, StepWait, make_handle};
use crate::schema::{CatalogFolder, CompiledCatalog};
use crate::suite;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const PLACE: ReportLocation<'_> = ReportLocation { reports: "reports" };

fn schemas() -> CompiledCatalog {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    CompiledCatalog::load(&CatalogFolder(base.join("schemas/lamps"))).expect("the schemas of the lamps load")
}

fn model() -> Arc<Model> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lamps");
    let schemas = schemas();
    let text = std::fs::read_to_string(base.join("suites/lamps.yaml")).expect("the suite of the lamps is readable");
    let suite = suite::parse_suite("lamps.yaml", &text, &schemas.catalog).expect("the suite of the lamps parses");
    Arc::new(Model::new(Arc::new(suite), &schemas, "2026-11-20").expect("the model compiles"))
}

fn clause(model: &Model, id: &str) -> ClauseId {
    model.find_clause(id).unwrap_or_else(|| panic!("the lamps have no clause {id}"))
}

fn step(operation: &str, lamp: Option<&str>, body: Option<Value>, settle: StepWait) -> Step {
    let births = match operation {
        "lightLamp" => BTreeMap::from([("lamp".to_string(), vec!["lamp-1".to_string()])]),
        _ => BTreeMap::new(),
    };
    Step {
        call: Call {
            operation: operation.to_string(),
            binding: "v1".to_string(),
            caller: "owner".to_string(),
            path: lamp.map(|lamp| ("lamp_id".to_string(), make_handle(lamp))).into_iter().collect(),
            body,
            ..Call::default()
        },
        births,
        settle,
        setup: Vec::new(),
        branch: 0,
        offset_us: 0,
    }
}

/// Lights a lamp, dims the lamp, and reads the lamp as another caller.
fn plan() -> Plan {
    let mut read = step("showLamp", Some("lamp-1"), None, StepWait::Leave);
    read.call.caller = "other".to_string();
    Plan {
        format: 1,
        suite: "lamps".to_string(),
        drawn: Some((7, 2)),
        steps: vec![
            step("lightLamp", None, Some(json!({"color": "red"})), StepWait::Poll { after_ms: 0 }),
            step("dimLamp", Some("lamp-1"), None, StepWait::Poll { after_ms: 250 }),
            read,
        ],
    }
}

fn exchange(number: u64, step: usize, cause: CallCause, operation: &str, status: u16) -> Exchange {
    let reply = Reply {
        status,
        headers: BTreeMap::new(),
        body: ReplyBody::Json(json!({"id": "l1", "state": "DIM", "color": "red"})),
    };
    Exchange {
        number,
        step,
        cause,
        call: Call {
            operation: operation.to_string(),
            binding: "v1".to_string(),
            caller: "owner".to_string(),
            ..Call::default()
        },
        input: None,
        sent_ms: 10 * number,
        received_ms: 10 * number + 5,
        overlap: None,
        outcome: Outcome::Replied(reply),
        created: BTreeMap::new(),
    }
}

fn history() -> History {
    let header = HistoryHeader {
        format: 1,
        suite: "lamps".to_string(),
        suite_digest: "sha256:00".to_string(),
        endpoint: "mock".to_string(),
        today: "2026-11-20".to_string(),
        pools: BTreeMap::new(),
        settle_percent: 100,
        plan: 2,
        started: None,
        shortened: false,
        omitted: 0,
        earlier_resources: false,
    };
    let exchanges = vec![
        exchange(0, 0, CallCause::Step, "lightLamp", 201),
        exchange(1, 1, CallCause::Step, "dimLamp", 503),
        exchange(2, 1, CallCause::Retry, "dimLamp", 204),
        exchange(3, 1, CallCause::Poll, "showLamp", 200),
    ];
    History { header, exchanges }
}

fn recorded() -> RecordedHistory {
    RecordedHistory::from_history(&history())
}

/// The lamp stays bright, and shows a color that is no text.
fn evidence() -> DeviationEvidence {
    let lamp = ResourceId { kind: 0, id: "l1".into() };
    let state = DifferenceKind::Field {
        resource: lamp.clone(),
        field: "state".to_string(),
        expected: vec!["DIM".into()],
        got: "BRIGHT".into(),
    };
    let color = DifferenceKind::Schema(SchemaDifference {
        place: "/color".to_string(),
        keyword: "type".to_string(),
        expected: "string".to_string(),
        got: "5".to_string(),
        source: Some("light:47".parse().expect("a citation")),
    });
    let call = CallReference { exchange: 2, step: 1, operation: "dimLamp".to_string() };
    DeviationEvidence {
        differences: [state, color].map(|what| Difference { clauses: vec![ClauseId(2)], what }).into(),
        other_states: 1,
        reasons: vec![ExpectationReason::Promised {
            resource: lamp,
            field: Some("state".to_string()),
            clause: ClauseId(2),
            call: Some(call.clone()),
        }],
        blamed: Some(call),
    }
}

fn finding(clauses: Vec<ClauseId>) -> Finding {
    Finding {
        plan: 2,
        step: 1,
        exchange: 3,
        operation: "showLamp".to_string(),
        suspected_clauses: clauses.clone(),
        clauses,
        seen: "accepted with 200".to_string(),
        expected: vec!["lamp l1: BRIGHT; color=red".to_string(), "lamp l1: DIM; color=red".to_string()],
        recorded: Arc::new(exchange(3, 1, CallCause::Poll, "showLamp", 200)),
        evidence: evidence(),
        fingerprints: vec!["dim.bright dimLamp field lamp.state".to_string()],
        narrowed_by: None,
        hint: None,
        race: None,
        related_clauses: std::collections::BTreeSet::new(),
        related_fingerprints: std::collections::BTreeSet::new(),
        lacks_fingerprints: false,
        operations: std::collections::BTreeSet::new(),
    }
}

fn row(
    clause: ClauseId,
    verdict: Verdict,
    reason: &str,
    standing: ClauseDecidability,
    count: [u64; 4],
    findings: Vec<usize>,
) -> ClauseResult {
    let [applied, passed, exceptions, unclear] = count;
    let count = ClauseCount { applied, passed, exceptions, unclear };
    ClauseResult { clause, verdict, reason: reason.to_string(), standing, count, missing_proof: Vec::new(), findings }
}

fn conclusion(model: &Model) -> Conclusion {
    let named = |id: &str| clause(model, id);
    let reachable = ClauseDecidability::Reachable;
    let narrowed = Finding {
        narrowed_by: Some((2, vec![named("dim.bright")])),
        ..finding(vec![named("dim.bright"), named("lamp.frame.color")])
    };
    let once = Finding { exchange: 9, plan: 5, ..finding(vec![named("showLamp.no-server-error")]) };
    Conclusion {
        seed: 7,
        rows: vec![
            row(named("lamp.absent"), Verdict::Pass, "", reachable.clone(), [4, 4, 0, 0], vec![]),
            row(
                named("dim.bright"),
                Verdict::Fail,
                "contradicted by what was seen",
                reachable.clone(),
                [3, 1, 0, 0],
                vec![0],
            ),
            row(named("dim.twice"), Verdict::Untested, "it never applied", reachable.clone(), [0; 4], vec![]),
            row(
                named("light.bright"),
                Verdict::Inconclusive,
                "seen only through an exception (2 times)",
                reachable.clone(),
                [0, 0, 2, 0],
                vec![],
            ),
            row(
                named("remove.gone"),
                Verdict::Untested,
                "unreachable here: no call brings it about",
                ClauseDecidability::Unreachable("no call brings it about".into()),
                [0; 4],
                vec![],
            ),
            row(
                named("lamp.frame.color"),
                Verdict::Fail,
                "contradicted by what was seen",
                reachable.clone(),
                [9, 8, 0, 0],
                vec![0],
            ),
            row(
                named("lamp.settles"),
                Verdict::Inconclusive,
                "unobservable: nothing shows it",
                ClauseDecidability::Unobservable("nothing shows it".into()),
                [2, 0, 0, 2],
                vec![],
            ),
            row(
                named("showLamp.no-server-error"),
                Verdict::Fail,
                "contradicted by what was seen",
                reachable,
                [5, 4, 0, 0],
                vec![1],
            ),
        ],
        findings: vec![
            RecordedFinding {
                finding: narrowed.clone(),
                count: 3,
                plan: plan().into(),
                history: recorded(),
                requests: 4,
                counterexample: Some(ShownCounterexample {
                    plan: plan(),
                    history: recorded(),
                    finding: narrowed,
                    blame: BlameEvidence::default(),
                }),
                repetition: FindingRepetition { runs: 2, shown: 2, ..FindingRepetition::default() },
            },
            RecordedFinding {
                count: 1,
                finding: once,
                plan: plan().into(),
                history: recorded(),
                requests: 4,
                counterexample: None,
                repetition: FindingRepetition { runs: 2, shown: 2, ..FindingRepetition::default() },
            },
        ],
        tally: ClauseTally {
            silent: BTreeMap::from([(
                ObservedSilentCell { operation: "dimLamp".into(), states: vec!["lamp DIMMING".into()] },
                BTreeMap::from([(204, 3), (409, 1)]),
            )]),
            judged: 31,
            states_most: 4,
            repeated: 1,
            ..ClauseTally::default()
        },
        cells: Vec::new(),
        transition_times: TransitionTimes::default(),
        unproven_transitions: vec![("dim.fades".to_string(), 2)],
        spent: SpentRequests {
            requests: 32,
            reads: 10,
            polls: 12,
            refusals: 3,
            changes: 2,
            creates: 4,
            lost: 1,
            shrinking: 14,
            plans: 6,
            ..SpentRequests::default()
        },
        stopped: None,
        covered: false,
        failure: None,
        races: crate::campaign::RaceTally::default(),
        unfinished: false,
    }
}

fn report(options: &[String]) -> Report {
    let model = model();
    let target = ReportTarget::Mock { fault: Some("dim.bright/no-effect".to_string()) };
    let subject = ReportSubject {
        model: &model,
        schemas: &schemas(),
        catalog_digest: "sha256:11",
        target: &target,
        settle_percent: 100,
        times_digest: None,
        selected: None,
        excluded: None,
        exceptions: &SuiteExceptions::default(),
        shard: None,
        resumed: None,
        profile_digest: None,
        request_ids: &["x-example-id".to_string()],
        proofs: None,
        may_stay_undecided: &|clause| clause == "light.bright",
        replay_options: options,
    };
    let mut report = compile_report(&conclusion(&model), &subject);
    // A comment in the suite file changes its digest, which must not change the snapshots.
    report.suite.digest = "sha256:22".to_string();
    report
}

pub(super) fn usual() -> Report {
    report(&["--fault".to_string(), "dim.bright/no-effect".to_string()])
}

#[test]
fn the_summary_shows_each_failure_with_citation_counterexample_and_replay_line() {
    insta::assert_snapshot!(render_summary(&usual(), &PLACE, SummaryDetail::Whole));
}

#[test]
fn a_finding_without_a_repetition_says_so() {
    let mut report = usual();
    let shown = &mut report.findings[1].counterexample;
    (shown.repeated, shown.prevented) = (false, Some("the budget of requests is spent".to_string()));
    let text = render_summary(&report, &PLACE, SummaryDetail::Whole);
    assert!(text.contains("seen once, and not run again: the budget of requests is spent"), "{text}");
    assert!(!text.contains("not again in"), "{text}");
}

#[test]
fn findings_that_are_not_kept_and_a_throttled_quota_are_told() {
    let mut report = usual();
    report.spending.unkept_findings = 7;
    report.spending.recognise_throttled = Some("recognise: { quota: { when: 'status == 429' } }".to_string());
    let text = render_summary(&report, &PLACE, SummaryDetail::Whole);
    let kept = report.findings.len();
    assert!(text.contains(&format!("\nand 7 more, not kept: a campaign keeps {kept} findings\n")), "{text}");
    assert!(text.contains("\n    recognise: { quota: { when: 'status == 429' } }\n"), "{text}");
    assert!(!render_summary(&usual(), &PLACE, SummaryDetail::Whole).contains("not kept"));
}

#[test]
fn the_report_has_the_evidence_of_each_verdict() {
    insta::assert_snapshot!(usual().to_json());
}

#[test]
fn a_report_is_read_back_as_it_was_written() {
    let report = usual();
    assert_eq!(Report::read(&report.to_json()), Ok(report));
}

#[test]
fn a_report_of_format_1_is_read() {
    let report = usual();
    let old =
        report.to_json().replace("\"counterexample\": {", "\"witness\": {").replace("counterexample-", "witness-");
    let old = old.replacen("\"format\": 3", "\"format\": 1", 1);
    let read = Report::read(&old).expect("format 1 is still read");
    assert_eq!(read.findings[0].counterexample.plan, report.findings[0].counterexample.plan);
    assert_eq!(read.findings[0].counterexample.file, "witness-1.json");
}

#[test]
fn a_report_of_a_newer_format_is_refused() {
    let newer = usual().to_json().replacen("\"format\": 3", "\"format\": 99", 1);
    assert_eq!(Report::read(&newer), Err("the report has format 99; this program reads formats up to 3".to_string()));
}

#[test]
fn the_same_conclusion_gives_the_same_bytes_in_any_folder() {
    let model = model();
    assert_eq!(usual().to_json(), usual().to_json());
    assert!(!usual().to_json().contains("reports/lamps"), "the folder of the reports is not part of the report");
    assert!(
        render_summary(&usual(), &ReportLocation { reports: "out/there" }, SummaryDetail::Whole)
            .contains("probity replay out/there/lamps/counterexample-1.json --fault")
    );
    assert_eq!(conclusion(&model).rows.len(), usual().clauses.len());
}

#[test]
fn an_option_with_a_space_is_quoted_in_the_replay_line() {
    let line = &report(&["--fault".to_string(), "it's dim".to_string()]).findings[0].counterexample.replay;
    assert_eq!(line, r"probity replay {reports}/lamps/counterexample-1.json --fault 'it'\''s dim'");
}

#[test]
fn a_clause_is_explained_with_its_guard_its_effects_and_its_verdict() {
    let model = model();
    let report = usual();
    let page = |id: &str| {
        let text = "# Dimming\n\nA line of our own.\nAnd one more.\n".to_string();
        (id == "dim").then(|| PageCopy { file: "pages/dim.md".to_string(), text, same_edition: false })
    };
    insta::assert_snapshot!(explain_clause(
        &model,
        clause(&model, "dim.bright"),
        report.find_clause("dim.bright"),
        Some(&page)
    ));
}

#[test]
fn a_generated_clause_without_a_report_is_explained() {
    let model = model();
    insta::assert_snapshot!(explain_clause(&model, clause(&model, "lamp.frame.color"), None, None));
}

#[test]
fn the_tests_of_a_clause_are_explained_by_its_calls_its_mutants_and_what_a_failure_says() {
    let model = model();
    let report = usual();
    let explain = |id: &str, mutants: &[&str]| {
        let mutants: Vec<String> = mutants.iter().map(|word| format!("{id}/{word}")).collect();
        format!("{id}\n{}", explain_clause_testing(&model, clause(&model, id), report.find_clause(id), &mutants))
    };
    insta::assert_snapshot!(
        explain("dim.bright", &["refused", "other-status", "no-effect"])
            + &explain("dim.twice", &[])
            + &explain("lamp.frame.color", &[])
            + &explain("lamp.settles", &[])
    );
}

#[test]
fn a_step_is_explained_by_its_possible_states_and_contradicted_clauses() {
    let model = model();
    let dim = clause(&model, "dim.bright");
    let insight = BeliefChange {
        before: vec!["lamp l1: BRIGHT".to_string()],
        after: vec![],
        ruled_out: vec![("lamp l1: BRIGHT".to_string(), vec![dim])],
    };
    let contradicted =
        Finding { narrowed_by: Some((1, vec![dim])), ..finding(vec![dim, clause(&model, "lamp.settles")]) };
    let mut seen = vec![ExchangeFindings::default(); 4];
    seen[3] = ExchangeFindings { findings: vec![contradicted], insight: Some(insight), excess: None };
    insta::assert_snapshot!(explain_step(&model, &history(), &seen, 1));
    assert!(explain_step(&model, &history(), &seen, 2).contains("no request was sent"));
}

#[test]
fn all_files_of_a_folder_are_written_and_old_plans_and_renderings_are_deleted() {
    let folder = std::env::temp_dir().join(format!("probity-report-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for name in
        ["witness-9.json", "counterexample-9.json", "plan-3.json", "witness-notes.json", "mine.txt", "report.sarif"]
    {
        std::fs::write(folder.join(name), "old").unwrap();
    }
    let report = usual();
    write_folder(&folder, &ReportFiles { report: &report, files: vec![("junit.xml", b"<x/>".to_vec())] }).unwrap();
    let mut names: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(
        names,
        ["counterexample-1.json", "junit.xml", "mine.txt", "plan-2.json", "report.json", "witness-notes.json"]
    );
    let counterexample: Plan =
        serde_json::from_slice(&std::fs::read(folder.join("counterexample-1.json")).unwrap()).unwrap();
    assert_eq!(counterexample, plan());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_error_while_writing_leaves_no_file() {
    let folder = std::env::temp_dir().join(format!("probity-unwritable-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let report = usual();
    // No file system accepts the name, so an error occurs after other files were staged.
    let long = "x".repeat(300);
    let files = vec![("junit.xml", b"<x/>".to_vec()), (long.as_str(), Vec::new())];
    assert!(write_folder(&folder, &ReportFiles { report: &report, files }).is_err());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}
