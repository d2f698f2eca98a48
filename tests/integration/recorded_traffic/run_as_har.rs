//! The calls of a run, written as a HAR file: judging the file agrees with judging the history.

use super::har_text::format_time;
use crate::http_end_to_end::lamps_folder;
use probity::campaign::{
    CampaignInput, HistoryCollector, MockCampaignSettings, RaceShare, decide_recorded_verdicts, run_mock_campaign,
};
use probity::endpoint::{Credential, Identities, Identity, compose_request};
use probity::history::{
    Exchange, FORMAT, History, HistoryHeader, HistoryReader, LearnedSecrets, Outcome, ReplyBody, SecretFilter,
    write_history,
};
use probity::limits::Limits;
use probity::mock::{Tempo, list_mutants};
use probity::model::BeliefLimits;
use probity::oracle::{ClauseDecidability, ClauseSelection, JudgedRecords, Verdict, judge_records, judge_stream};
use probity::plan_execution::Cancellation;
use probity::session::{LoadedSuite, STATES_MAX, SuiteStore};
use probity::traffic::{BaseAddress, Traffic, TrafficSettings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;

const BASE: &str = "https://cloud.example.org/base";

/// The owner and another caller, with a header each.
fn make_identities(loaded: &LoadedSuite) -> Identities {
    let parameters = loaded.schemas.catalog.operations.iter().flat_map(|operation| &operation.path);
    let parameters: Vec<&str> = parameters.map(|parameter| parameter.name.as_str()).collect();
    let identity = |caller: &&str| {
        let token = Credential::from_literal(&format!("token-of-{caller}"));
        let of = |name: &&str| (name.to_string(), format!("{name}-of-{caller}"));
        let identity = Identity {
            parameters: parameters
                .iter()
                .filter(|name| name.contains("project") || name.contains("tenant"))
                .map(of)
                .collect(),
            headers: BTreeMap::from([("X-Auth-Token".to_string(), token)]),
            auth: None,
        };
        (caller.to_string(), identity)
    };
    Identities::new(["owner", "other", "expired"].iter().map(identity).collect())
}

/// The histories of a campaign against the mock, as lines.
fn record_campaign(loaded: &LoadedSuite, fault: Option<&str>, requests: u64) -> Vec<u8> {
    let mutants = list_mutants(&loaded.model, &loaded.schemas);
    let fault = fault.map(|name| mutants.iter().find(|mutant| mutant.name == name).expect("a mutant").clone());
    let limits = Limits { requests, plans: 100, steps_per_plan: 40, live_resources: 3, ..Limits::NONE };
    let bounds = BeliefLimits { states_max: STATES_MAX, settle_percent: 100, insight: false };
    let home = MockCampaignSettings { seed: 1, tempo: Tempo::CLOUD, fault, bounds, limits };
    let order = CampaignInput {
        seed: 1,
        selection: ClauseSelection::default(),
        standing: &|_| ClauseDecidability::Reachable,
        recorded_plans: &[],
        races: RaceShare::None,
        shrink: false,
        is_known: &|_| false,
    };
    let mut recorded = HistoryCollector::default();
    run_mock_campaign(&loaded.model, &loaded.schemas, &home, Cancellation::never(), &order, &mut recorded);
    let mut lines = Vec::new();
    recorded.histories.iter().for_each(|history| write_history(&history.load_history(), &mut lines).unwrap());
    lines
}

/// A file for each plan: the mock forgets its resources between plans.
fn write_har_files(loaded: &LoadedSuite, lines: &[u8], identities: &Identities) -> Vec<String> {
    let histories = probity::history::read_histories(&mut &*lines, "lines").unwrap().0;
    let write = |history: &History| {
        let entries = history.exchanges.iter().filter_map(|exchange| make_entry(loaded, exchange, identities));
        let entries: Vec<Value> = entries.collect();
        (!entries.is_empty()).then(|| json!({ "log": { "version": "1.2", "entries": entries } }).to_string())
    };
    histories.iter().filter_map(write).collect()
}

fn make_entry(loaded: &LoadedSuite, exchange: &Exchange, identities: &Identities) -> Option<Value> {
    let (status, reply) = match &exchange.outcome {
        Outcome::Unsent { .. } => return None,
        Outcome::Lost { .. } => (0, None),
        Outcome::Replied(reply) | Outcome::InfrastructureFailed { reply, .. } => (reply.status, Some(reply)),
    };
    let request = compose_request(&loaded.schemas.catalog, &exchange.call, identities).expect("a recorded call");
    let mut url = url::Url::parse(&format!("{BASE}{}", request.path)).expect("an address");
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    let proofs = identities.get(&exchange.call.caller).map(|identity| identity.headers.clone()).unwrap_or_default();
    let proofs = proofs.iter().map(|(name, value)| (name.clone(), value.expose().to_string()));
    let headers = proofs.chain(request.headers.clone()).map(|(name, value)| json!({ "name": name, "value": value }));
    let text = match reply.map(|reply| &reply.body) {
        Some(ReplyBody::Json(body)) => body.to_string(),
        _ => String::new(),
    };
    let told = reply.map(|reply| reply.headers.clone()).unwrap_or_default();
    let told: Vec<Value> = told.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut entry = json!({
        "startedDateTime": format_time(exchange.sent_ms as f64 / 1_000.0),
        // A little less, so that a call that follows at once does not overlap.
        "time": ((exchange.received_ms - exchange.sent_ms) as f64 - 0.5).max(0.0001),
        "request": { "method": request.method, "url": url.as_str(), "headers": headers.collect::<Vec<_>>() },
        "response": { "status": status, "headers": told,
            "content": { "size": text.len(), "mimeType": "application/json", "text": text } },
    });
    if let Some(body) = &request.body {
        entry["request"]["postData"] = json!({ "mimeType": "application/json", "text": body.to_string() });
    }
    Some(entry)
}

type Verdicts = BTreeMap<String, Verdict>;

fn list_verdicts(loaded: &LoadedSuite, judged: &JudgedRecords) -> Verdicts {
    let (rows, _) = decide_recorded_verdicts(&loaded.model, &loaded.schemas, judged);
    rows.iter().map(|row| (loaded.model.clause_info(row.clause).id.clone(), row.verdict)).collect()
}

/// The verdicts of all files together.
fn judge_har_files(loaded: &LoadedSuite, files: &[String], identities: &Identities) -> Verdicts {
    let pools = loaded.suite.pools.iter();
    let pools = pools.map(|(name, values)| (name.clone(), values.iter().filter_map(|value| value.to_json()).collect()));
    let loaded =
        loaded.clone().with_open_pools(&pools.collect(), "2026-11-20").unwrap_or_else(|error| panic!("{error}"));
    let mut all = JudgedRecords::default();
    for file in files {
        let judged = judge_har(&loaded, file, identities);
        all.tally.merge(&judged.tally);
        all.findings.extend(judged.findings);
    }
    list_verdicts(&loaded, &all)
}

fn judge_har(loaded: &LoadedSuite, har: &str, identities: &Identities) -> JudgedRecords {
    let traffic = Traffic::read(har.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let base = BaseAddress::parse(BASE).unwrap();
    let header = HistoryHeader {
        format: FORMAT,
        suite: loaded.name.clone(),
        suite_digest: loaded.suite.digest.clone(),
        endpoint: base.to_string(),
        today: "2026-11-20".to_string(),
        pools: BTreeMap::new(),
        settle_percent: 100,
        plan: 0,
        started: None,
        earlier_resources: true,
        shortened: false,
        omitted: 0,
    };
    let learned = LearnedSecrets::default();
    let secrets = SecretFilter::new("salt").with_learned(learned.clone());
    let (records, counts) = traffic.arrange_records(TrafficSettings {
        model: &loaded.model,
        schemas: &loaded.schemas,
        base: &base,
        identities,
        recognisers: &[],
        secrets: &secrets,
        learned: &learned,
        header: &header,
    });
    assert_eq!(counts.changes_by_others, 0, "{:?}", counts.describe());
    let records = records.map(Ok::<_, Infallible>);
    let Ok(judged) = judge_stream(records, &loaded.model, &loaded.schemas, STATES_MAX);
    judged
}

/// Checks that the file and the history give the same clauses the verdict fail, and that a clause that passes by the file
/// passes by the history. `undecided_max` clauses pass by the history alone: they rest on what only a run knows, such as
/// that an id belongs to no resource, or that the endpoint offers no other value.
fn check_agreement(folder: &Path, suite: &str, fault: Option<&str>, requests: u64, undecided_max: usize) {
    let store = SuiteStore::find(folder, None).unwrap_or_else(|error| panic!("{error}"));
    let loaded = store.load(suite, "2026-11-20").unwrap_or_else(|error| panic!("{error}"));
    let identities = make_identities(&loaded);
    let lines = record_campaign(&loaded, fault, requests);
    let mut reader = HistoryReader::new(lines.as_slice(), "lines").unwrap();
    let judged = judge_records(&mut reader, &loaded.model, &loaded.schemas, STATES_MAX).unwrap();
    let by_history = list_verdicts(&loaded, &judged);
    let by_har = judge_har_files(&loaded, &write_har_files(&loaded, &lines, &identities), &identities);
    let list = |verdicts: &Verdicts, wanted: Verdict| -> Vec<String> {
        verdicts.iter().filter(|(_, verdict)| **verdict == wanted).map(|(id, _)| id.clone()).collect()
    };
    assert_eq!(list(&by_har, Verdict::Fail), list(&by_history, Verdict::Fail));
    assert_eq!(fault.is_some(), !list(&by_har, Verdict::Fail).is_empty());
    let (passed, known) = (list(&by_har, Verdict::Pass), list(&by_history, Verdict::Pass));
    assert!(passed.iter().all(|id| known.contains(id)), "{passed:?}, {known:?}");
    let undecided: Vec<&String> = known.iter().filter(|id| !passed.contains(id)).collect();
    assert!(undecided.len() <= undecided_max, "{} of {}: {undecided:?}", undecided.len(), known.len());
}

#[test]
fn the_har_file_of_a_run_has_the_verdicts_of_its_history() {
    check_agreement(&lamps_folder(), "lamps", None, 400, 0);
}

#[test]
fn a_recording_of_several_projects_has_no_deviation_without_a_profile() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let store = SuiteStore::find(root, None).unwrap_or_else(|error| panic!("{error}"));
    let loaded = store.load("ecs-native", "2026-11-20").unwrap_or_else(|error| panic!("{error}"));
    let lines = record_campaign(&loaded, None, 600);
    let files = write_har_files(&loaded, &lines, &make_identities(&loaded));
    let verdicts = judge_har_files(&loaded, &files, &Identities::new(BTreeMap::new()));
    let failed: Vec<&String> = verdicts.iter().filter(|(_, it)| **it == Verdict::Fail).map(|(id, _)| id).collect();
    assert_eq!(failed, Vec::<&String>::new());
    assert!(verdicts.values().filter(|it| **it == Verdict::Pass).count() > 20, "{verdicts:?}");
}

#[test]
fn the_har_file_of_a_run_with_a_fault_has_the_deviation_of_its_history() {
    check_agreement(&lamps_folder(), "lamps", Some("dim.twice/accepted"), 400, 0);
}

#[test]
fn the_har_file_of_a_run_of_a_cloud_suite_has_the_deviations_of_its_history() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    check_agreement(root, "ecs-native", None, 1_500, 12);
    check_agreement(root, "ecs-native", Some("revert-resize.rolls-back/skips/server.flavor"), 1_500, 12);
}
