//! `probity` checks whether a cloud API does what its documentation says. A *suite* states what the documentation
//! promises, as resource kinds, their states, and *clauses* that each cite a page and its lines. From a suite,
//! `probity` makes random sequences of calls, sends them to an endpoint, and compares each response with the states
//! that the promises leave possible. Each clause ends as pass, fail, inconclusive or untested; a failure comes with
//! its citation and the smallest sequence of calls that shows the deviation.
//!
//! ```text
//!            suites/x.yaml   schemas/x/            promises; operations and JSON Schemas
//!                   \         /
//!                    \       /   compiled for a date
//!                   LoadedSuite
//!                        |
//!        +---------------+----------------+
//!        |               |                |
//!   conformance()      Mock          judge_history()
//!        |               |                |
//!   a test for each   a stateful       a recorded history,
//!   clause, against   fake, in this    judged without
//!   a `Target`        process or       the endpoint
//!        |            over HTTP           |
//!        +---> Report, Verdict, Finding <-+
//! ```
//!
//! Everything that another crate needs is in [`conformance`](mod@conformance). The command `probity` does the same
//! from the command line, and derives schemas from documentation pages besides.
//!
//! # Example
//!
//! A service in this process, held to the suite in `tests/outside/suites/lamps.yaml`. As the file of a test target
//! with `harness = false`, this is a test for each clause, under `cargo test` and under nextest.
//!
//! ```rust,standalone_crate
//! use probity::conformance::{
//!     Conformance, Endpoint, Identities, Identity, Outcome, PendingOutcome, Reply, ReplyBody, Request, Target,
//!     conformance,
//! };
//! use serde_json::{Value, json};
//! use std::cell::RefCell;
//! use std::collections::BTreeMap;
//! use std::process::ExitCode;
//! use std::rc::Rc;
//! use std::sync::Arc;
//!
//! /// Owner and color of each lamp; none for a lamp that was removed. The id of a lamp is its index.
//! #[derive(Default)]
//! struct Lamps(RefCell<Vec<Option<(String, Value)>>>);
//!
//! impl Lamps {
//!     fn answer(&self, request: &Request) -> (u16, ReplyBody) {
//!         let mut lamps = self.0.borrow_mut();
//!         let show = |index: usize, color: &Value| {
//!             ReplyBody::Json(json!({"id": format!("lamp-{index}"), "state": "BRIGHT", "color": color}))
//!         };
//!         // The suite makes no promise about credentials, so every caller except `other` is the owner.
//!         let caller = if request.caller == "other" { "other" } else { "owner" };
//!         if request.operation == "lightLamp" {
//!             let color = request.body.as_ref().map_or(Value::Null, |body| body["color"].clone());
//!             if color != "red" && color != "blue" {
//!                 return (400, ReplyBody::Empty);
//!             }
//!             lamps.push(Some((caller.to_string(), color.clone())));
//!             return (201, show(lamps.len() - 1, &color));
//!         }
//!         let id = request.parameters["lamp_id"].as_str().unwrap_or_default();
//!         let index = id.strip_prefix("lamp-").and_then(|index| index.parse::<usize>().ok());
//!         let is_callers = |lamp: &Option<(String, Value)>| lamp.as_ref().is_some_and(|(owner, _)| owner == caller);
//!         let found = index.filter(|index| lamps.get(*index).is_some_and(is_callers));
//!         match (request.operation.as_str(), found) {
//!             ("showLamp", Some(index)) => {
//!                 let (_, color) = lamps[index].as_ref().expect("the lamp was found");
//!                 (200, show(index, color))
//!             }
//!             ("removeLamp", Some(index)) => {
//!                 lamps[index] = None;
//!                 (204, ReplyBody::Empty)
//!             }
//!             _ => (404, ReplyBody::Empty),
//!         }
//!     }
//! }
//!
//! impl Endpoint for Lamps {
//!     fn name(&self) -> &str {
//!         "lamps"
//!     }
//!
//!     fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
//!         let (status, body) = self.answer(request);
//!         Box::pin(async move { Outcome::Replied(Reply { status, headers: BTreeMap::new(), body }) })
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     let callers = ["owner", "other"].map(|caller| (caller.to_string(), Identity::default()));
//!     conformance(Conformance {
//!         // The folder with `suites/` and `schemas/`; by default the root of the package under test.
//!         base: concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outside").into(),
//!         target: Target::InProcess {
//!             name: "lamps".to_string(),
//!             make: Arc::new(|_plan| Rc::new(Lamps::default())),
//!             identities: Identities::new(BTreeMap::from(callers)),
//!             paused_clock: true,
//!         },
//!         requests: Some(400),
//!         reports: std::env::temp_dir().join("probity-example"),
//!         ..Conformance::new()
//!     })
//!     .exit_code()
//! }
//! ```
//!
//! # What to read next
//!
//! - [`conformance`](mod@conformance): a `tower` service or an address as the target, the mock as a fake, and judging a
//!   recorded history, each with an example;
//! - [`Conformance`] and [`Target`](conformance::Target): all options;
//! - `docs/SUITES.md` in the repository: how to write a suite; `docs/SCHEMAS.md`: what a catalog contains;
//! - `docs/profile.yaml`: the file that describes one endpoint, with addresses, credentials, pools and limits;
//! - `docs/GLOSSARY.md`: the words that code, reports and documents use;
//! - `docs/DESIGN.md`: how `probity` works inside, and why.
//!
//! # Known limitations
//!
//! - A clause is checked as far as the suite states it. A combination of operation and state without a clause is
//!   reported as silent, never guessed.
//! - Bodies are JSON. A response with another body is compared by its status only, and by the clause that requires a
//!   JSON body, if there is one.
//! - The belief has a limit of possible states for each factor. Beyond it, the resources of a call become
//!   undetermined, and clauses about them may end inconclusive; the report counts such calls.
//! - A deviation proves that an endpoint breaks a promise. A pass proves nothing beyond the calls of the campaign.
//! - An [`Endpoint`](conformance::Endpoint) is used by one thread and need not be `Send`. Calls that overlap in one plan
//!   are interleaved in that thread.
//! - At an endpoint over HTTP, transitions take the time that they take. Only the mock and services in this process can
//!   run on a paused clock.
//! - A recorded history has no plan. Findings from judging a history have no counterexample that could be replayed.
//! - Before version 1.0 the interface may change with each minor version. Modules that this documentation does not show
//!   may change at any time.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod conformance;

pub use conformance::{Conformance, conformance};

// What follows is for the command and the tests of this package. The modules are hidden in the documentation only,
// because the lint `missing_docs` skips hidden modules.
#[cfg_attr(doc, doc(hidden))]
pub mod campaign;
#[cfg(feature = "cli")]
#[cfg_attr(doc, doc(hidden))]
pub mod certificate;
#[cfg_attr(doc, doc(hidden))]
pub mod cleanup;
#[cfg(feature = "cli")]
#[cfg_attr(doc, doc(hidden))]
pub mod cli;
#[cfg(feature = "cli")]
#[cfg_attr(doc, doc(hidden))]
pub mod diagram;
#[cfg_attr(doc, doc(hidden))]
pub mod endpoint;
#[cfg_attr(doc, doc(hidden))]
pub mod expr;
#[cfg_attr(doc, doc(hidden))]
pub mod history;
#[cfg_attr(doc, doc(hidden))]
pub mod http_client;
#[cfg(feature = "http")]
#[cfg_attr(doc, doc(hidden))]
pub mod http_server;
#[cfg_attr(doc, doc(hidden))]
pub mod known_deviations;
#[cfg_attr(doc, doc(hidden))]
pub mod limits;
#[cfg_attr(doc, doc(hidden))]
pub mod mock;
#[cfg_attr(doc, doc(hidden))]
pub mod model;
#[cfg(feature = "cli")]
#[cfg_attr(doc, doc(hidden))]
pub mod openapi_export;
#[cfg_attr(doc, doc(hidden))]
pub mod oracle;
#[cfg_attr(doc, doc(hidden))]
pub mod plan;
#[cfg_attr(doc, doc(hidden))]
pub mod profile;
#[cfg_attr(doc, doc(hidden))]
pub mod report;
#[cfg_attr(doc, doc(hidden))]
pub mod plan_execution;
#[cfg_attr(doc, doc(hidden))]
pub mod session;
mod shrink;
#[cfg_attr(doc, doc(hidden))]
pub mod suite;
#[cfg(feature = "cli")]
#[cfg_attr(doc, doc(hidden))]
pub mod suite_draft;
#[cfg_attr(doc, doc(hidden))]
pub mod terminal;
#[cfg(feature = "http")]
#[cfg_attr(doc, doc(hidden))]
pub mod traffic;

#[doc(hidden)]
#[cfg(feature = "cli")]
pub use probity_pages as pages;
#[doc(hidden)]
pub use probity_schema as schema;
