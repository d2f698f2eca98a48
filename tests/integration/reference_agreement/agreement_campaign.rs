//! A campaign of one suite against the reference server.

use super::latent_endpoint::LatentEndpoint;
use super::profiles::make_profile;
use super::server_endpoint::ServerEndpoint;
use crate::reference_server::Settings;
use probity::campaign::{
    CampaignEnvironment, CampaignInput, Conclusion, HistoryCollector, MockCampaignSettings, NullListener, RaceShare,
    RecordedFinding, make_mock_environment, rerun_plan, run_campaign, run_on_paused_clock,
};
use probity::endpoint::Endpoint;
use probity::history::{History, Outcome, ReplyBody};
use probity::limits::Limits;
use probity::mock;
use probity::model::BeliefLimits;
use probity::oracle::{ClauseDecidability, ClauseSelection, Finding};
use probity::plan::Plan;
use probity::plan_execution::Cancellation;
use probity::session::{LoadedSuite, SuiteStore};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::rc::Rc;

pub fn load_suite(suite: &str, settings: &Settings) -> LoadedSuite {
    let store = SuiteStore::find(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap_or_else(|wrong| panic!("{wrong}"));
    let loaded = store.load(suite, &settings.today).unwrap_or_else(|wrong| panic!("{wrong}"));
    loaded.apply_profile(&make_profile(suite, settings, "http://127.0.0.1:1")).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The budget of a campaign.
#[derive(Clone, Copy, Default)]
pub struct CampaignBudget {
    pub requests: u64,
    pub first_only: bool,
    /// Requests for shrinking all findings.
    pub shrink_requests: u64,
    /// Whether all plans have calls that overlap, with a latency in which they do.
    pub races: bool,
}

/// Runs one campaign; returns the conclusion and the histories. All resources are removed before each plan.
pub fn run_agreement_campaign(
    loaded: &LoadedSuite,
    settings: &Settings,
    seed: u64,
    bound: CampaignBudget,
) -> (Conclusion, HistoryCollector) {
    let standing = |_| ClauseDecidability::Reachable;
    let order = CampaignInput {
        seed,
        selection: ClauseSelection::default(),
        standing: &standing,
        recorded_plans: &[],
        races: if bound.races { RaceShare::All } else { RaceShare::None },
        shrink: bound.shrink_requests > 0,
        is_known: &|_| false,
    };
    let mut histories = HistoryCollector::default();
    let led = use_environment(loaded, settings, seed, bound, |site| {
        run_on_paused_clock(run_campaign(site, &order, &mut histories))
    });
    (led.0, histories)
}

/// Runs a plan alone; returns its findings.
pub fn repeat_agreement_plan(loaded: &LoadedSuite, settings: &Settings, plan: &Plan) -> Vec<Finding> {
    let bound = CampaignBudget { requests: 10_000, ..CampaignBudget::default() };
    let ran = use_environment(loaded, settings, 0, bound, |site| {
        run_on_paused_clock(rerun_plan(site, plan, 0, &mut NullListener))
    });
    ran.findings
}

/// Calls a function with the environment of campaigns against a reference server.
fn use_environment<T>(
    loaded: &LoadedSuite,
    settings: &Settings,
    seed: u64,
    bound: CampaignBudget,
    run: impl FnOnce(&CampaignEnvironment<'_>) -> T,
) -> T {
    let suite = loaded.name.clone();
    let for_server = (suite.clone(), settings.clone());
    let server_endpoint =
        ServerEndpoint::start(settings.clone(), move |base| make_profile(&for_server.0, &for_server.1, base), &suite);
    let bounds = BeliefLimits { states_max: 4_096, settle_percent: 100, insight: false };
    let limits = Limits {
        requests: bound.requests,
        steps_per_plan: 150,
        live_resources: 3,
        first_only: bound.first_only,
        shrink_requests: bound.shrink_requests,
        ..Limits::NONE
    };
    let home = MockCampaignSettings { seed, tempo: mock::Tempo::CLOUD, fault: None, bounds, limits };
    let endpoint = |_| -> Rc<dyn Endpoint> {
        server_endpoint.wipe();
        if bound.races { Rc::new(LatentEndpoint::new(server_endpoint.clone())) } else { server_endpoint.clone() }
    };
    let identities = make_profile(&suite, settings, "http://127.0.0.1:1").identities;
    let mut site = make_mock_environment(&loaded.model, &loaded.schemas, &home, Cancellation::never(), &endpoint);
    let operations = loaded.schemas.catalog.operations.iter();
    let named: BTreeSet<&String> =
        operations.flat_map(|operation| &operation.path).map(|parameter| &parameter.name).collect();
    site.plan_limits.filled_parameters =
        named.into_iter().filter(|name| identities.find_parameter("owner", name).is_some()).cloned().collect();
    site.plan_limits.callers.retain(|caller| caller == "none" || identities.has_caller(caller));
    site.identities = identities;
    run(&site)
}

/// The requests of one plan, one line each.
pub fn trace_history(history: &History) -> String {
    let mut text = format!("plan {}", history.header.plan);
    for exchange in &history.exchanges {
        let sent = exchange.call.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let came = match &exchange.outcome {
            Outcome::Replied(reply) => match &reply.body {
                ReplyBody::Json(body) => format!("{} {body}", reply.status),
                _ => reply.status.to_string(),
            },
            other => format!("{other:?}"),
        };
        let path: Vec<String> = exchange.call.path.values().map(|value| format!("{value:.10}")).collect();
        let _ = write!(
            text,
            "\n  {:3} {:3} {:?} {} {} {} {:?} {sent:.200} -> {came:.160}",
            exchange.number,
            exchange.step,
            exchange.cause,
            exchange.call.operation,
            exchange.call.caller,
            path.join(" "),
            exchange.call.headers
        );
    }
    text
}

/// A finding with the calls before it on the same thing, for people who have to settle it.
pub fn describe_finding(loaded: &LoadedSuite, found: &RecordedFinding) -> String {
    let finding = &found.finding;
    let clauses: Vec<String> =
        finding.clauses.iter().map(|clause| loaded.model.clause_info(*clause).id.clone()).collect();
    let mut text = format!("{}: {}\n  seen {}", loaded.name, clauses.join(" or "), finding.seen);
    for line in &finding.expected {
        let _ = write!(text, "\n  expected {line}");
    }
    let history = found.history.load_history();
    let until = history.exchanges.iter().filter(|exchange| exchange.number <= finding.exchange);
    let last: Vec<_> = until.collect();
    for exchange in last.iter().skip(last.len().saturating_sub(8)) {
        let body = exchange.call.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = write!(
            text,
            "\n  {}. {} ({}) {:?} {:?} {:?} {body:.900} {:?}",
            exchange.number,
            exchange.call.operation,
            exchange.call.caller,
            exchange.call.path,
            exchange.call.query,
            exchange.call.headers,
            exchange.input
        );
        match &exchange.outcome {
            Outcome::Replied(reply) => {
                let body = if let ReplyBody::Json(body) = &reply.body { body.to_string() } else { String::new() };
                let most = if exchange.number == finding.exchange { 6_000 } else { 300 };
                let _ = write!(text, "\n     -> {} {body:.most$}", reply.status);
            }
            other => {
                let _ = write!(text, "\n     -> {other:?}");
            }
        }
    }
    text
}
