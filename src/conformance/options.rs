//! The options of conformance tests.

use crate::endpoint::{Endpoint, Identities};
use crate::http_client::{HttpLimits, ServiceEndpoint};
use crate::profile::PROFILE_BYTES_MAX;
use crate::session::{EmbeddedSource, EndpointFactory, RunStart};
use bytes::Bytes;
use http_body::Body;
use http_body_util::Full;
use probity_input::read_input_text;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use tower_service::Service;

/// The suites to test, the target, and the folder of the reports.
#[derive(Clone)]
pub struct Conformance {
    /// Names of the suites; empty for all suites.
    pub suites: Vec<String>,
    /// The folder with the folders `suites` and `schemas`.
    pub base: PathBuf,
    /// The suites to use if `base` has no folder `suites`.
    pub embedded: Option<&'static dyn EmbeddedSource>,
    /// What the suites are tested against.
    pub target: Target,
    /// Random seed.
    pub seed: u64,
    /// Most requests, with everything that is sent: of a run at an endpoint, else of each campaign; none for the default.
    pub requests: Option<u64>,
    /// Whether a campaign ends before its requests are spent, once each clause that can be decided is, and each kind of call
    /// was sent three times.
    pub until_covered: bool,
    /// Patterns of clauses that may stay undecided, such as `resize.*`: their tests are ignored with the reason instead of
    /// failed, and `<suite>::complete` does not count them.
    pub allow_undecided: Vec<String>,
    /// Date against which API lifecycles are judged, `YYYY-MM-DD`; none for today.
    pub today: Option<String>,
    /// The folder of the reports.
    pub reports: PathBuf,
}

/// The target of the tests. Closures are called when a campaign starts, and never to list the tests.
#[derive(Clone)]
pub enum Target {
    /// The mock in the process of the tests, to check the suites against themselves.
    Mock,
    /// The path of a profile with addresses, credentials and limits.
    Profile(PathBuf),
    /// An address and a profile in YAML, known once the service is up. The address replaces the
    /// addresses of the profile.
    Service {
        /// Returns the address, such as `http://127.0.0.1:8080`; may start the service first.
        address: Arc<dyn Fn() -> String + Send + Sync>,
        /// Returns the text of the profile; `{}` for a profile with defaults, which forbids changes.
        profile: Arc<dyn Fn() -> String + Send + Sync>,
    },
    /// A service in the process of the tests.
    InProcess {
        /// The name in reports.
        name: String,
        /// Makes the endpoint of each plan, so that no plan sees the resources of another.
        make: EndpointFactory,
        /// The callers, with path parameters and credentials.
        identities: Identities,
        /// Whether to pause tokio's clock, so that waiting takes no real time.
        paused_clock: bool,
    },
}

impl Conformance {
    /// Every suite of the package under test, against the mock.
    #[must_use]
    pub fn new() -> Conformance {
        let base = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from);
        let built = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| base.join("target"), PathBuf::from);
        Conformance {
            suites: Vec::new(),
            reports: built.join("probity"),
            base,
            embedded: None,
            target: Target::Mock,
            seed: 1,
            requests: None,
            until_covered: true,
            allow_undecided: Vec::new(),
            today: None,
        }
    }

    /// As [`Conformance::new`], with the endpoint of `PROBITY_ENDPOINT` and the profile of `PROBITY_PROFILE`
    /// if these environment variables are set.
    #[must_use]
    pub fn from_environment() -> Conformance {
        let profile = std::env::var_os("PROBITY_PROFILE").map(PathBuf::from);
        let target = match (std::env::var("PROBITY_ENDPOINT"), profile) {
            (Ok(address), profile) if address != "mock" => Target::Service {
                address: Arc::new(move || address.clone()),
                profile: Arc::new(move || profile.as_deref().map_or_else(|| "{}".into(), read_profile)),
            },
            (Err(_), Some(profile)) => Target::Profile(profile),
            _ => Target::Mock,
        };
        Conformance { target, ..Conformance::new() }
    }
}

/// The body of the requests to a service in the process of the tests.
pub type RequestBody = Full<Bytes>;

impl Target {
    /// A `tower` service in the process of the tests, for example an axum `Router`. Requests have the method, path, query,
    /// headers and JSON body of requests over HTTP; the service distinguishes callers by the headers of
    /// the identities. `make_service` is called once for each plan. The clock is real; see
    /// [`Target::with_paused_clock`].
    ///
    /// For a service with a different type of request bodies, see [`Target::in_process_with_body`].
    #[must_use]
    pub fn in_process<S, R>(
        name: &str,
        identities: Identities,
        make_service: impl Fn() -> S + Send + Sync + 'static,
    ) -> Target
    where
        S: Service<http::Request<RequestBody>, Response = http::Response<R>> + 'static,
        S::Error: Display,
        R: Body + 'static,
        R::Error: Display,
    {
        Target::in_process_with_body::<RequestBody, S, R>(name, identities, make_service)
    }

    /// Pauses the clock of a service in the process of the tests, so that waiting takes no real time. The
    /// service must wait on tokio's time only. Has no effect on further kinds of targets.
    #[must_use]
    pub fn with_paused_clock(self) -> Target {
        match self {
            Target::InProcess { name, make, identities, .. } => {
                Target::InProcess { name, make, identities, paused_clock: true }
            }
            other => other,
        }
    }

    /// As [`Target::in_process`], for a service with request bodies of type `B`.
    #[must_use]
    pub fn in_process_with_body<B, S, R>(
        name: &str,
        identities: Identities,
        make_service: impl Fn() -> S + Send + Sync + 'static,
    ) -> Target
    where
        B: From<Bytes> + 'static,
        S: Service<http::Request<B>, Response = http::Response<R>> + 'static,
        S::Error: Display,
        R: Body + 'static,
        R::Error: Display,
    {
        let (service_name, callers) = (name.to_string(), identities.clone());
        let wall = RunStart::now().wall_clock();
        let make = move |_plan: u64| -> Rc<dyn Endpoint> {
            let service = make_service();
            Rc::new(ServiceEndpoint::<S, B>::new(&service_name, service, &callers, HttpLimits::USUAL, wall.clone()))
        };
        Target::InProcess { name: name.to_string(), make: Arc::new(make), identities, paused_clock: false }
    }
}

impl Default for Conformance {
    fn default() -> Conformance {
        Conformance::new()
    }
}

fn read_profile(path: &Path) -> String {
    read_input_text(path, PROFILE_BYTES_MAX).unwrap_or_else(|error| panic!("PROBITY_PROFILE names {error}"))
}
