//! The file as it is written.

use super::auth::Written;
use super::connection::Version;
use super::error::ProfileError;
use super::settings::{Changes, Complete, Limits, Offer, Quota};
use crate::endpoint::{MOST, Provocation};
use crate::history::Hindrance;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// The file. What a value may refer to is resolved afterwards.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Profile", title = "A profile of probity: what one endpoint offers and allows")]
pub(super) struct File {
    /// Address of the endpoint, for all suites that `endpoints` does not name, or `env:NAME`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub endpoint: Option<Spanned<String>>,
    /// Address by suite, or `env:NAME`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub endpoints: BTreeMap<String, Spanned<String>>,
    /// Who asks, by caller: `owner`, `other`, `expired`, `forged`, `none`. Without `forged`, its proof is
    /// made from the owner's: a token that never was, a signature made with another secret.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Person>")]
    pub identities: BTreeMap<String, Spanned<Person>>,
    /// Values that this endpoint offers (flavors, images), in place of those of the suite.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<serde_json::Value>>")]
    pub pools: BTreeMap<String, Spanned<Vec<serde_json::Value>>>,
    /// By operation, a body that is merged into the one that brings the first thing to life, where this
    /// endpoint needs more than the pages say; `null` takes a field away. As input it decides nothing.
    #[serde(default)]
    pub setup: BTreeMap<String, serde_json::Value>,
    /// By operation, how to let it fail here as its pages say that it may, so that what they say of a thing in
    /// error is seen too.
    #[serde(default)]
    pub provoke: BTreeMap<String, Provocation>,
    /// Replies that are trouble of the infrastructure, by kind: they are no deviation and change nothing.
    #[serde(default)]
    pub recognise: BTreeMap<Hindrance, RecogniserFile>,
    /// Ceilings. What is absent is not limited by the profile.
    #[serde(default)]
    pub limits: Limits,
    /// What the bounds of the suite are multiplied by, in percent.
    #[serde(default = "hundred")]
    #[schemars(with = "u32", range(min = 1, max = 100_000))]
    pub settle_percent: Spanned<u32>,
    /// Without `allowed` only operations that read are sent to a real endpoint.
    #[serde(default)]
    pub changes: Changes,
    /// Further names of fields whose values must not be recorded.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// How connections are made.
    #[serde(default)]
    pub connection: Connection,
    /// By pool: how to see what the endpoint offers. What the pool names must be there before
    /// anything is created.
    #[serde(default)]
    pub offers: BTreeMap<String, Offer>,
    /// By resource of a suite: how to see how many more may be created.
    #[serde(default)]
    pub quotas: BTreeMap<String, Quota>,
    /// Whether a suite that was not decided in full fails its tests, each suite with one test.
    #[serde(default)]
    pub complete: Complete,
}

/// How trouble of one kind is recognised, and how much of it is borne.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecogniserFile {
    /// Over `status`, `body`, `header` and `text` (of a body that is not JSON). Without it only what HTTP
    /// itself says counts: 429, and 503 with Retry-After.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub when: Option<Spanned<String>>,
    /// Beyond so many such replies the run ends, inconclusive.
    #[serde(default = "most")]
    pub at_most: u64,
}

fn most() -> u64 {
    MOST
}

/// How connections are made. No proxy is taken from the environment, and no redirect is followed: only
/// hosts that the profile names are contacted.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Connection {
    /// Files of authorities that are trusted besides the system's, in PEM.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub ca: Vec<Spanned<String>>,
    /// File of the client's certificate, in PEM.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub certificate: Option<Spanned<String>>,
    /// File of the key of the client's certificate, in PEM.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub key: Option<Spanned<String>>,
    /// Address of a proxy, such as http://proxy.example:3128.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub proxy: Option<Spanned<String>>,
    /// Name for the proxy.
    #[serde(default)]
    pub proxy_username: Option<String>,
    /// Password for the proxy: `env:NAME`, `file:PATH`, `command:LINE`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub proxy_password: Option<Spanned<String>>,
    /// Which versions of HTTP are offered.
    #[serde(default)]
    pub http: Version,
}

/// One caller.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    /// Credential headers: `env:NAME`, `file:PATH`, `command:LINE`, or the value itself.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub headers: BTreeMap<String, Spanned<String>>,
    /// Proof that depends on the request, or that has to be fetched.
    #[serde(default)]
    pub auth: Option<Written>,
    /// Values of path parameters that belong to the caller, such as a project id, or `env:NAME`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub parameters: BTreeMap<String, Spanned<String>>,
}

fn hundred() -> Spanned<u32> {
    Spanned::new(100, serde_saphyr::Location::UNKNOWN, serde_saphyr::Location::UNKNOWN)
}

pub(super) fn read(text: &str, file: &str) -> Result<File, ProfileError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 32, max_documents: 1 },
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location();
        let message = error.to_string();
        ProfileError {
            file: file.to_string(),
            line: place.map_or(0, |place| place.line()),
            column: place.map_or(0, |place| place.column()),
            // The place stands in front already.
            cause: unshown(message.split(" at line ").next().unwrap_or(&message)),
            remedy: "see docs/profile.schema.json for what a profile may hold".to_string(),
        }
    })
}

/// Where the name of a scheme is expected a credential may stand by mistake.
fn unshown(cause: &str) -> String {
    match cause.split_once(", expected") {
        Some((wrong, expected)) if wrong.contains("unknown variant") && expected.contains("bearer, basic") => {
            format!("there is no such scheme, expected{expected}")
        }
        _ => cause.to_string(),
    }
}
