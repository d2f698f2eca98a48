//! Settings of a profile that are used as they are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A read that lists values of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The path, with what stands in braces filled in by the owner's `parameters`.
    pub get: String,
    /// JSON Pointer to the list; empty for the whole reply.
    #[serde(default)]
    pub each: String,
    /// JSON Pointer to the value in an item of the list; empty for the item itself.
    #[serde(default)]
    pub value: String,
}

/// A read that shows a quota.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// The path, with what stands in braces filled in by the owner's `parameters`.
    pub get: String,
    /// JSON Pointer to how many there may be, or, without `used`, how many more; negative: any number.
    pub most: String,
    /// JSON Pointer to how many there are.
    #[serde(default)]
    pub used: Option<String>,
}

/// What becomes of a suite of which something was not decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Complete {
    /// Its test `<suite>::complete` fails.
    #[default]
    Required,
    /// That test is ignored.
    Waived,
}

/// Ceilings of a run at this endpoint; none means that the profile sets no ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests in all.
    #[serde(default)]
    pub requests: Option<u64>,
    /// Seconds in all.
    #[serde(default)]
    pub seconds: Option<u64>,
    /// Things of this run that exist at the same time.
    #[serde(default)]
    pub live: Option<u32>,
    /// Requests a second; 0: as many as there are.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Plans side by side.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub plans: Option<u32>,
    /// Requests without an answer (429, 503, lost) that end the run, in percent of all; the first
    /// twenty do not.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    pub trouble_percent: Option<u32>,
    /// Milliseconds between the first looks at a thing in motion; later ones are further apart.
    #[serde(default)]
    pub poll_ms: Option<u64>,
    /// Of the seconds in all, those kept back for cleaning up.
    #[serde(default)]
    pub reserve_seconds: Option<u64>,
    /// Seconds for one request.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub request_seconds: Option<u64>,
}

/// What may be done to the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Changes {
    /// Only operations that read may be sent.
    #[default]
    Forbidden,
    /// Things may be created, changed and deleted.
    Allowed,
}

impl Changes {
    /// Whether a request of this method may be sent to a real endpoint.
    pub fn permit(self, method: &str) -> bool {
        self == Changes::Allowed || matches!(method, "GET" | "HEAD")
    }
}
