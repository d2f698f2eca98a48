//! The limits of requests and of live resources hold for everything that reaches an endpoint.
//!
//! The binary runs against a mock in a thread of the test. The mock counts the resources that exist, and a server in front
//! of the mock the requests that arrive.

use super::hostile_server::{Attack, HostileServer};
use probity::endpoint::{Endpoint, PendingOutcome, Request, WireFaults};
use probity::history::{Outcome, Reply, ReplyBody};
use probity::http_server::{OfferedEndpoint, bind_listener, serve_endpoint};
use probity::mock::{Mock, Mutant, Tempo, list_mutants};
use probity::session::SuiteStore;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

/// How the endpoint deviates from the mock.
#[derive(Clone, Copy, PartialEq)]
enum Deviation {
    None,
    /// No response has a readable id.
    NoIds,
    /// The response to a create has no readable id.
    NoIdOfCreate,
    /// A deletion is accepted, and the resource stays.
    HiddenDeletion,
    /// Each so manyth server refuses its deletion for good.
    RefusedDeletion(u64),
    /// Reads of an absent resource are answered 400.
    AbsentIs400,
}

/// What arrived at the endpoint.
#[derive(Default)]
struct Arrivals {
    requests: u64,
    creates: u64,
    live: u64,
    live_max: u64,
    /// Ids of the servers that refuse their deletion, and the number of refusals.
    stuck: BTreeMap<String, u64>,
}

struct CountingEndpoint {
    mock: Mock,
    deviation: Deviation,
    arrivals: Arc<Mutex<Arrivals>>,
}

impl Endpoint for CountingEndpoint {
    fn name(&self) -> &str {
        "counting"
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        Box::pin(async move {
            let creates = request.operation == "createServer";
            let deletes = request.operation == "deleteServer";
            if deletes && self.deviation == Deviation::HiddenDeletion {
                return make_reply(204, ReplyBody::Empty);
            }
            let id = request.parameters.get("server_id").and_then(Value::as_str);
            let stuck = |id: &str| {
                Some(*self.arrivals.lock().unwrap().stuck.get_mut(id).map(|count| {
                    *count += 1;
                    count
                })?)
            };
            if deletes && id.and_then(stuck).is_some() {
                return make_reply(
                    409,
                    ReplyBody::Json(json!({"conflictingRequest": {"code": 409, "message": "stuck"}})),
                );
            }
            let mut outcome = self.mock.send(request).await;
            let Outcome::Replied(reply) = &mut outcome else { return outcome };
            let mut arrivals = self.arrivals.lock().unwrap();
            arrivals.creates += u64::from(creates);
            if (200..300).contains(&reply.status) {
                arrivals.live += u64::from(creates);
                arrivals.live_max = arrivals.live_max.max(arrivals.live);
                arrivals.live = arrivals.live.saturating_sub(u64::from(deletes));
                let refuses = matches!(self.deviation, Deviation::RefusedDeletion(every) if arrivals.creates.is_multiple_of(every));
                if let (true, true, ReplyBody::Json(body)) = (creates, refuses, &reply.body) {
                    arrivals.stuck.insert(body["server"]["id"].as_str().expect("an id").to_string(), 0);
                }
            }
            let lost_ids = match self.deviation {
                Deviation::NoIds => true,
                Deviation::NoIdOfCreate => creates,
                _ => false,
            };
            if let (true, ReplyBody::Json(body)) = (lost_ids, &mut reply.body) {
                remove_ids(body);
            }
            if self.deviation == Deviation::AbsentIs400 && reply.status == 404 {
                reply.status = 400;
            }
            outcome
        })
    }
}

fn make_reply(status: u16, body: ReplyBody) -> Outcome {
    Outcome::Replied(Reply { status, headers: BTreeMap::new(), body })
}

fn remove_ids(body: &mut Value) {
    match body {
        Value::Object(entries) => {
            entries.retain(|name, _| name != "id");
            entries.values_mut().for_each(remove_ids);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_ids),
        _ => {}
    }
}

/// The result of one run at a counting endpoint.
struct LimitedRun {
    output: String,
    exit: Option<i32>,
    arrivals: Arrivals,
    folder: PathBuf,
}

impl LimitedRun {
    fn report(&self) -> Value {
        let text = std::fs::read_to_string(self.folder.join("reports/ecs-native/report.json")).expect("a report");
        serde_json::from_str(&text).expect("JSON")
    }

    fn count_reported(&self) -> u64 {
        let report = self.report();
        let spent = &report["spending"];
        ["requests", "shrinking", "cleaning", "checking"].iter().map(|part| spent[part].as_u64().unwrap_or(0)).sum()
    }

    fn count_journals(&self) -> usize {
        std::fs::read_dir(self.folder.join("reports/.journal")).map_or(0, |entries| entries.flatten().count())
    }
}

fn run_at_endpoint(name: &str, deviation: Deviation, fault: Option<&str>, limits: &str, more: &[&str]) -> LimitedRun {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("request-limits-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let arrivals: Arc<Mutex<Arrivals>> = Arc::default();
    let (address, server) = start_server(deviation, fault, Arc::clone(&arrivals));
    // The mock sees no request that its server refuses; the server in front sees all.
    let front = HostileServer::start(address, |_| Attack::PassThrough);
    let address = front.address;
    let profile = format!(
        "endpoint: http://{address}\nchanges: allowed\nlimits: {limits}\nsettle_percent: 1\nidentities:\n\
         \x20 owner: {{ headers: {{ X-Auth-Token: owner-token }}, parameters: {{ project_id: p1 }} }}\n\
         \x20 other: {{ headers: {{ X-Auth-Token: other-token }}, parameters: {{ project_id: p2 }} }}\n"
    );
    std::fs::write(folder.join("profile.yaml"), profile).expect("a profile");
    let output: Output = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["run", "ecs-native", "--profile", "profile.yaml", "--reports", "reports"])
        .args(more)
        .current_dir(&folder)
        .output()
        .expect("the binary runs");
    drop(server);
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut arrivals = std::mem::take(&mut *arrivals.lock().unwrap());
    arrivals.requests = front.count_received();
    LimitedRun { output: text, exit: output.status.code(), arrivals, folder }
}

/// The address of an endpoint, and the sender whose end stops the endpoint.
fn start_server(
    deviation: Deviation,
    fault: Option<&str>,
    arrivals: Arc<Mutex<Arrivals>>,
) -> (SocketAddr, tokio::sync::oneshot::Sender<()>) {
    let store = SuiteStore::find(Path::new(env!("CARGO_MANIFEST_DIR")), None).expect("suites and schemas are there");
    let loaded = store.load("ecs-native", "2026-11-20").unwrap_or_else(|wrong| panic!("{wrong}"));
    let fault: Option<Mutant> = fault.map(|name| {
        let mut mutants = list_mutants(&loaded.model, &loaded.schemas).into_iter();
        mutants.find(|mutant| mutant.name == name).expect("a mutant")
    });
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mock = Mock::new(loaded.model.clone(), loaded.schemas.clone(), 1, Tempo::CLOUD, fault).with_speed(2000);
            let endpoint = CountingEndpoint { mock, deviation, arrivals };
            let callers = ["owner", "other"].map(|caller| (format!("{caller}-token"), caller.to_string()));
            let tokens = BTreeMap::from(callers);
            let listener = bind_listener("127.0.0.1:0".parse().unwrap(), false).await.expect("a free port");
            tell.send(listener.local_addr().unwrap()).unwrap();
            let catalog = &loaded.schemas.catalog;
            let site = OfferedEndpoint { endpoint: &endpoint, catalog, tokens: &tokens, wire: &WireFaults::NONE };
            serve_endpoint(listener, site, async { drop(stopped.await) }).await;
        });
    });
    (told.recv().expect("the endpoint listens"), stop)
}

const ROOMY: &str = "{ rate: 0, plans: 3, live: 5, reserve_seconds: 20, seconds: 120 }";

#[test]
fn no_more_requests_arrive_than_the_limit_and_the_report_counts_each_of_them() {
    for (requests, fault) in
        [("60", None), ("300", Some("revert-resize.rolls-back/skips/server.flavor")), ("500", None)]
    {
        let run = run_at_endpoint("ceiling", Deviation::None, fault, ROOMY, &["--requests", requests]);
        let most: u64 = requests.parse().unwrap();
        assert!(run.arrivals.requests <= most, "{} of {most}: {}", run.arrivals.requests, run.output);
        assert_eq!(run.count_reported(), run.arrivals.requests, "{}", run.output);
        assert_eq!((run.arrivals.live, run.count_journals()), (0, 0), "{}", run.output);
        assert!(run.arrivals.requests > most / 4, "{} of {most}: {}", run.arrivals.requests, run.output);
    }
}

#[test]
fn the_limit_of_a_profile_holds_for_everything_that_is_sent() {
    let limits = "{ rate: 0, plans: 2, live: 2, requests: 80, reserve_seconds: 20, seconds: 120 }";
    let run = run_at_endpoint("profile", Deviation::None, None, limits, &[]);
    assert!(run.arrivals.requests <= 80, "{}: {}", run.arrivals.requests, run.output);
    assert_eq!(run.count_reported(), run.arrivals.requests, "{}", run.output);
    assert!(run.output.contains(" requests in all, "), "{}", run.output);
}

#[test]
fn resources_whose_deletion_nobody_sees_keep_their_place() {
    let limits = "{ rate: 0, plans: 2, live: 4, requests: 600, reserve_seconds: 10, seconds: 60 }";
    let run = run_at_endpoint("hidden-deletion", Deviation::HiddenDeletion, None, limits, &[]);
    assert!(run.arrivals.live_max <= 4, "{} were alive: {}", run.arrivals.live_max, run.output);
    assert!(run.arrivals.requests <= 600, "{}: {}", run.arrivals.requests, run.output);
    assert!(run.arrivals.live > 0 && run.output.contains("left behind: "), "{}", run.output);
    assert!(run.output.contains("probity sweep "), "{}", run.output);
    assert_eq!(run.count_journals(), 1, "{}", run.output);
}

#[test]
fn a_server_that_refuses_its_deletion_takes_no_requests_of_the_others() {
    let limits = "{ rate: 0, plans: 2, live: 8, requests: 500, reserve_seconds: 10, seconds: 60 }";
    let run = run_at_endpoint("refused-deletion", Deviation::RefusedDeletion(4), None, limits, &[]);
    assert!(run.arrivals.requests <= 500, "{}: {}", run.arrivals.requests, run.output);
    assert_eq!(run.arrivals.live, run.arrivals.stuck.len() as u64, "the others are deleted: {}", run.output);
    assert!(run.arrivals.stuck.len() > 1, "{}", run.output);
    // Once after the plan, and once at the end of the run; calls of plans come in addition.
    assert!(run.arrivals.stuck.values().all(|refusals| *refusals <= 30), "{:?}", run.arrivals.stuck);
    for id in run.arrivals.stuck.keys() {
        assert!(
            run.output.lines().any(|line| line.starts_with("left behind: ") && line.contains(id)),
            "{}",
            run.output
        );
    }
}

#[test]
fn after_three_creates_without_a_readable_id_no_more_are_sent_and_the_rest_is_told() {
    let limits = "{ rate: 0, plans: 1, live: 5, requests: 400, reserve_seconds: 10, seconds: 60 }";
    let run = run_at_endpoint("no-ids", Deviation::NoIds, None, limits, &[]);
    assert!((1..=5).contains(&run.arrivals.live), "{}: {}", run.arrivals.live, run.output);
    assert!(run.output.contains("no more resources are created"), "{}", run.output);
    let told = run.output.matches("left behind: server ?").count() as u64;
    assert!(told >= run.arrivals.live, "{told} of {}: {}", run.arrivals.live, run.output);
    assert!(matches!(run.exit, Some(1 | 6)) && run.count_journals() == 1, "{:?} {}", run.exit, run.output);
}

#[test]
fn a_resource_without_an_id_in_the_response_is_found_by_its_mark() {
    let limits = "{ rate: 0, plans: 1, live: 5, requests: 400, reserve_seconds: 10, seconds: 60 }";
    let run = run_at_endpoint("no-id-of-create", Deviation::NoIdOfCreate, None, limits, &[]);
    assert!(run.arrivals.creates > 0 && run.arrivals.live_max <= 5, "{}", run.output);
    assert_eq!((run.arrivals.live, run.count_journals()), (0, 0), "{}", run.output);
}

#[test]
fn a_refusal_that_the_suite_takes_as_absence_ends_the_polls() {
    let limits = "{ rate: 0, plans: 2, live: 4, requests: 400, reserve_seconds: 10, seconds: 60 }";
    let run = run_at_endpoint("absent-is-400", Deviation::AbsentIs400, None, limits, &[]);
    assert_eq!((run.arrivals.live, run.count_journals()), (0, 0), "{}", run.output);
    assert!(!run.output.contains("left behind"), "{}", run.output);
}
