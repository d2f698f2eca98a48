//! The options of conformance tests.

use crate::endpoint::Identities;
use crate::session::{EmbeddedSource, EndpointFactory};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which suites are tested against which target, and where the reports are written.
#[derive(Clone)]
pub struct Conformance {
    /// Names of the suites; empty for all suites.
    pub suites: Vec<String>,
    /// The folder with the folders `suites` and `schemas`.
    pub base: PathBuf,
    /// The suites to use if `base` has no folder `suites`.
    pub embedded: Option<&'static dyn EmbeddedSource>,
    pub target: Target,
    /// Random seed.
    pub seed: u64,
    /// Most requests of each campaign; none for the default.
    pub requests: Option<u64>,
    /// Date against which API lifecycles are judged, `YYYY-MM-DD`; none for today.
    pub today: Option<String>,
    /// The folder of the reports.
    pub reports: PathBuf,
}

/// The target of the tests. Closures are called when a campaign starts, and never to list the tests.
#[derive(Clone)]
pub enum Target {
    /// The mock in this process, which checks the suites against themselves.
    Mock,
    /// The path of a profile with addresses, credentials and limits.
    Profile(PathBuf),
    /// An address and a profile in YAML, which are known once the service is up. The address replaces the
    /// addresses of the profile.
    Service { address: Arc<dyn Fn() -> String + Send + Sync>, profile: Arc<dyn Fn() -> String + Send + Sync> },
    /// A service in this process.
    InProcess {
        /// The name in reports.
        name: String,
        make: EndpointFactory,
        /// The callers, with their path parameters and credentials.
        identities: Identities,
        /// The service uses tokio's time, which may be paused: waiting takes no real time.
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

impl Default for Conformance {
    fn default() -> Conformance {
        Conformance::new()
    }
}

fn read_profile(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("PROBITY_PROFILE names {}: {error}", path.display()))
}
