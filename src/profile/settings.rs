//! Settings without references.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A read that lists the values of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Offer"))]
pub struct PoolOffer {
    /// Path; names in braces are replaced by `parameters` of the owner.
    pub get: String,
    /// JSON Pointer to the list; empty for the whole response.
    #[serde(default)]
    pub each: String,
    /// JSON Pointer to the value within an entry of the list; empty for the entry itself.
    #[serde(default)]
    pub value: String,
}

/// A read that shows a quota.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Quota"))]
pub struct ResourceQuota {
    /// Path; names in braces are replaced by `parameters` of the owner.
    pub get: String,
    /// JSON Pointer to the largest number of resources or, without `used`, to the number of resources that may still
    /// be created. A negative number means no limit.
    pub most: String,
    /// JSON Pointer to the current number of resources.
    #[serde(default)]
    pub used: Option<String>,
}

/// Consequence of undecided clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, schemars(rename = "Complete"))]
pub enum CompletenessPolicy {
    /// The test `<suite>::complete` fails.
    #[default]
    Required,
    /// The test `<suite>::complete` is ignored.
    Waived,
}

/// The effect of a call whose response is an infrastructure failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, schemars(rename = "Effect"))]
pub enum RecognisedEffect {
    /// The call had no effect.
    None,
    /// The endpoint may have carried out the call.
    Possible,
}

/// Limits of a run. The profile sets no limit for absent entries.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Limits"))]
pub struct ProfileLimits {
    /// Requests of a run.
    #[serde(default)]
    pub requests: Option<u64>,
    /// Duration of a run in seconds.
    #[serde(default)]
    pub seconds: Option<u64>,
    /// Live resources at any time.
    #[serde(default)]
    pub live: Option<u32>,
    /// Requests per second; 0 for no limit.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Plans that run at the same time. Without a value one for each two live resources and each 300 requests, up to three.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub plans: Option<u32>,
    /// Unanswered requests (429, 503, lost) that end the run, in percent of all requests. The first twenty requests
    /// are exempt.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 1, max = 100)))]
    pub trouble_percent: Option<u32>,
    /// Milliseconds between the first polls of a resource in transition; later polls have longer intervals.
    #[serde(default)]
    pub poll_ms: Option<u64>,
    /// Seconds of the run that are reserved for cleaning up.
    #[serde(default)]
    pub reserve_seconds: Option<u64>,
    /// Megabytes of the history of each suite. Content that no verdict rests on is left out above.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub disk: Option<u64>,
    /// Seconds for one request.
    #[serde(default)]
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub request_seconds: Option<u64>,
    /// How often a run waits for the bound of a transition because no response could tell whether the transition has
    /// ended.
    #[serde(default)]
    pub bound_waits: BoundWaitPolicy,
}

/// How often a run waits for the bound of a transition because no response could tell whether the transition has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, schemars(rename = "BoundWaits"))]
pub enum BoundWaitPolicy {
    /// Each time.
    Always,
    /// Once for each clause that starts a transition and has not passed, late in the run.
    #[default]
    Once,
    /// Not at all. Clauses that only such a wait decides remain inconclusive.
    Never,
}

impl BoundWaitPolicy {
    /// The number of waits for each clause; `None` for no limit.
    #[must_use]
    pub fn count_max(self) -> Option<u64> {
        match self {
            BoundWaitPolicy::Always => None,
            BoundWaitPolicy::Once => Some(1),
            BoundWaitPolicy::Never => Some(0),
        }
    }
}

/// Whether calls of a run may overlap on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, schemars(rename = "Concurrent"))]
pub enum ConcurrencyPolicy {
    /// No plan has calls that overlap.
    #[default]
    Forbidden,
    /// A tenth of the requests is for plans with two calls at once on one resource.
    Allowed,
}

/// Whether a run may change resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, schemars(rename = "Changes"))]
pub enum ChangePolicy {
    /// A run sends only operations that read.
    #[default]
    Forbidden,
    /// A run may create, change and delete resources.
    Allowed,
}

impl ChangePolicy {
    /// Whether a run may send requests of this method.
    pub fn permits_method(self, method: &str) -> bool {
        self == ChangePolicy::Allowed || matches!(method, "GET" | "HEAD")
    }
}
