//! What other crates use: suites as tests, the mock as a fake, and recorded histories judged again.
//!
//! # A service held to its suites in `cargo test`
//!
//! A test target with `harness = false` needs a single line:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     probity::conformance(probity::Conformance::from_environment()).exit_code()
//! }
//! ```
//!
//! Each clause is a test `<suite>::<clause>`, and `<suite>::complete` tests whether every clause was decided.
//! The first test of a suite starts the campaign, and the remaining tests wait for the verdicts. Under nextest,
//! where each test is a process, the first process runs the campaign under a file lock, and the remaining
//! processes read the report. Campaigns at an endpoint run in sequence and share the totals of the profile.
//!
//! [`Target`] says what is tested. A `tower` service such as an axum `Router` needs no socket:
//!
//! ```no_run
//! use probity::conformance::{Conformance, Credential, Identities, Identity, RequestBody, Target, conformance};
//! use std::collections::BTreeMap;
//!
//! # type Fails = std::convert::Infallible;
//! # #[derive(Clone)]
//! # struct Router;
//! # impl tower_service::Service<hyper::Request<RequestBody>> for Router {
//! #     type Response = hyper::Response<RequestBody>;
//! #     type Error = Fails;
//! #     type Future = std::future::Ready<Result<Self::Response, Fails>>;
//! #     fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Fails>> {
//! #         std::task::Poll::Ready(Ok(()))
//! #     }
//! #     fn call(&mut self, _: hyper::Request<RequestBody>) -> Self::Future { unimplemented!() }
//! # }
//! # fn make_router() -> Router { Router }
//! fn main() -> std::process::ExitCode {
//!     let identity = |caller: &str| {
//!         let headers = BTreeMap::from([("X-Auth-Token".to_string(), Credential::from_literal(caller))]);
//!         (caller.to_string(), Identity { headers, ..Identity::default() })
//!     };
//!     let identities = Identities::new(BTreeMap::from([identity("owner"), identity("other")]));
//!     let target = Target::in_process("the router", identities, make_router).with_paused_clock();
//!     conformance(Conformance { target, ..Conformance::new() }).exit_code()
//! }
//! ```
//!
//! # The mock as a fake
//!
//! [`Mock`] behaves as a suite says, with resources that change over time. It is an [`Endpoint`] in this process,
//! and [`serve_endpoint`] offers it over HTTP. A [`Mutant`] breaks one promise, to test how a client takes that.
//!
//! ```
//! use probity::conformance::{
//!     Call, Endpoint, Mock, Outcome, SuiteStore, Tempo, compose_request, make_mock_identities, run_on_paused_clock,
//! };
//! use serde_json::json;
//! use std::path::Path;
//!
//! let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside");
//! let loaded = SuiteStore::find(&base, None)?.load("lamps", "2026-01-01")?;
//! let mock = Mock::new(loaded.model.clone(), loaded.schemas.clone(), 1, Tempo::FAST, None);
//! let call = Call {
//!     operation: "lightLamp".to_string(),
//!     binding: "v1".to_string(),
//!     caller: "owner".to_string(),
//!     body: Some(json!({"color": "red"})),
//!     ..Call::default()
//! };
//! let request = compose_request(&loaded.schemas.catalog, &call, &make_mock_identities(&loaded.schemas))?;
//! let Outcome::Replied(reply) = run_on_paused_clock(mock.send(&request)) else { panic!("the mock always responds") };
//! assert_eq!(reply.status, 201);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Over HTTP, tokens tell the callers apart. The server runs on the thread that polls it, and on the real clock:
//!
//! ```no_run
//! use probity::conformance::{LoadedSuite, Mock, OfferedEndpoint, Tempo, WireFaults, bind_listener, serve_endpoint};
//! use std::collections::BTreeMap;
//!
//! async fn serve_fake(loaded: &LoadedSuite, until: impl Future<Output = ()>) -> Result<(), Box<dyn std::error::Error>> {
//!     let mock = Mock::new(loaded.model.clone(), loaded.schemas.clone(), 1, Tempo::FAST, None);
//!     let listener = bind_listener("127.0.0.1:0".parse()?, false).await?;
//!     println!("listening on {}", listener.local_addr()?);
//!     let tokens = ["owner", "other"].map(|caller| (format!("{caller}-token"), caller.to_string()));
//!     let offered = OfferedEndpoint {
//!         endpoint: &mock,
//!         catalog: &loaded.schemas.catalog,
//!         tokens: &BTreeMap::from(tokens),
//!         wire: &WireFaults::NONE,
//!     };
//!     serve_endpoint(listener, offered, until).await;
//!     Ok(())
//! }
//! ```
//!
//! # A recorded history
//!
//! A campaign writes `history.jsonl.gz` beside its report, and another program can write the same form, compressed or
//! not. Judging needs the suite with the pools and the date of the recording, and no endpoint. The file is read as a
//! stream, however long it is:
//!
//! ```no_run
//! use probity::conformance::{HistoryReader, STATES_MAX, SuiteStore, decide_recorded_verdicts, judge_records};
//! use std::fs::File;
//! use std::path::Path;
//!
//! let mut reader = HistoryReader::new(File::open("history.jsonl.gz")?, "history.jsonl.gz")?;
//! let header = reader.read_first_header()?;
//! let store = SuiteStore::find(Path::new("."), None)?;
//! let loaded = store.load(&header.suite, &header.today)?.with_pools(&header.pools, &header.today)?;
//!
//! let judged = judge_records(&mut reader, &loaded.model, &loaded.schemas, STATES_MAX)?;
//! let (results, _cells) = decide_recorded_verdicts(&loaded.model, &loaded.schemas, &judged);
//! for result in results {
//!     println!("{} {}", result.verdict.word(), loaded.model.clause_info(result.clause).id);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod campaign;
pub mod inner;
mod lock;
mod options;
mod trials;

pub use libtest_mimic::Conclusion as TestConclusion;
pub use options::{Conformance, RequestBody, Target};
pub use trials::conformance;

// Suites: where they are, and what a suite is once it is read.
pub use crate::model::{ClauseId, ClauseInfo, ClauseOrigin, GeneratedClause, Model};
pub use crate::schema;
pub use crate::schema::catalog::{Catalog, SourceLines};
pub use crate::schema::{CatalogError, CatalogFiles, CatalogFolder, CompiledCatalog, InputClass};
pub use crate::session::{EmbeddedSource, ExitKind, LoadedSuite, SuiteStore, UserError};
pub use crate::suite::{ClauseBasis, Suite};

// Endpoints: requests, outcomes, callers and their credentials.
pub use crate::endpoint::{
    AuthSettings, BasicSettings, CALLERS, ClientCredentialsSettings, ComposeError, Credential, CredentialError,
    DisturbedEndpoint, Endpoint, Identities, Identity, KeystoneDomain, KeystoneMethod, KeystoneReference,
    KeystoneScope, KeystoneSettings, PendingOutcome, Request, ScpHmacSettings, SdkHmacSettings, WireDisturbance,
    WireFaults, compose_request,
};
pub use crate::http_client::{HttpLimits, ServiceEndpoint, WallClock};
pub use crate::session::EndpointFactory;

// The profile of an endpoint, and the limits of a run.
pub use crate::endpoint::{FailureProvocation, InfrastructureRecogniser};
pub use crate::limits::{FailureLimit, Limits, RequestedLimits};
pub use crate::profile::{
    BoundWaitPolicy, ChangePolicy, CompletenessPolicy, ConnectionSettings, HttpVersion, PoolOffer, Profile,
    ProfileError, ProfileLimits, ProxySettings, ResourceQuota,
};

// The mock, in this process and over HTTP.
pub use crate::campaign::{make_mock_identities, run_on_paused_clock};
#[cfg(feature = "http")]
pub use crate::http_server::{ListenError, OfferedEndpoint, bind_listener, serve_endpoint};
pub use crate::mock::{FaultKind, Mock, Mutant, Tempo, list_mutants};
pub use crate::model::PossibleState;

// Histories, and judging them.
pub use crate::campaign::{CellResult, decide_recorded_verdicts};
pub use crate::history::{
    Call, CallCause, Exchange, History, HistoryHeader, HistoryReadError, HistoryReader, HistoryRecord,
    InfrastructureFailure, Outcome, RecordedHistory, RecordedInputClass, Reply, ReplyBody, TornLine, read_histories,
    write_history,
};
pub use crate::model::{
    Belief, BeliefChange, BeliefLimits, CallCell, CellCount, CellKind, ClauseCount, ClauseTally, EvaluationTally,
    ExceededLimit, FailedExpression, ObservedSilentCell, SuiteEvaluationError,
};
pub use crate::oracle::{
    ClauseDecidability, ClauseResult, ClauseSelection, ExchangeFindings, Finding, Judge, JudgedRecords, Verdict,
    VerdictSettings, decide_verdicts, judge_history, judge_records,
};
pub use crate::session::STATES_MAX;

// Reports, as a campaign writes them.
pub use crate::plan::{Plan, Step, StepWait};
pub use crate::report::{
    ClauseCountsRow, ClauseReference, ClauseRow, CounterexampleRow, FailedExpressionRow, FindingRow, NamedDigest,
    NarrowingExchange, PurposeRequestsRow, Report, ReportTarget, SilentCellRow, SpentRequestsRow, VerdictTotals,
};
