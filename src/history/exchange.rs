//! One call as it was made and what became of it.

use crate::schema::Class;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Version of the history format. A reader refuses a newer one.
pub const FORMAT: u32 = 1;

/// All that was seen in one plan.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// With what it was made.
    pub header: Header,
    /// In the order of sending.
    pub exchanges: Vec<Exchange>,
}

/// The first line of a history file: what is needed to judge the rest again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of the format, see [`FORMAT`].
    pub format: u32,
    /// Name of the suite.
    pub suite: String,
    /// Digest of the suite file it was made with.
    pub suite_digest: String,
    /// `mock`, or the endpoint's address without credentials.
    pub endpoint: String,
    /// The day against which lifecycles are judged, `YYYY-MM-DD`.
    pub today: String,
    /// Values of the suite's pools at this endpoint.
    pub pools: BTreeMap<String, Vec<Value>>,
    /// What the bounds of the suite were multiplied by, in percent.
    pub settle_percent: u32,
    /// Number of the plan within its run.
    pub plan: u64,
}

/// One call and its outcome. Times are milliseconds since the plan began, on one monotonic clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Counts from 0 within the plan, polls included.
    pub number: u64,
    /// Index of the step in its plan.
    pub step: usize,
    /// Why it was made.
    pub cause: Cause,
    /// Id in the catalog.
    pub operation: String,
    /// Id among the operation's bindings.
    pub binding: String,
    /// `owner`, `other`, `expired` or `none`.
    pub caller: String,
    /// Handles replaced by ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub path: BTreeMap<String, Value>,
    /// A list stands for a parameter that is repeated.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, Value>,
    /// Inputs of the call, never credentials.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// None: no body was sent. Secrets replaced by tokens.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The class of the inputs, put down before secrets were replaced: a token has not the shape
    /// of what it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Input>,
    /// When it was sent.
    pub sent_ms: u64,
    /// When the outcome was known.
    pub received_ms: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// Handles that got their id from this reply.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub born: BTreeMap<String, String>,
}

/// What class the inputs of a call belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub class: Class,
    /// JSON pointers into the body of what keeps a doubtful input from being valid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
}

impl From<Class> for Input {
    fn from(class: Class) -> Input {
        Input { class, doubts: Vec::new() }
    }
}

/// Why a call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It is the step itself.
    Step,
    /// The step again, after a lost or throttled one.
    Retry,
    /// To see whether what the step touched has come to rest.
    Poll,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// A whole reply came back.
    Replied(Reply),
    /// It never reached the endpoint (no connection): nothing happened there.
    Unsent {
        /// What went wrong, for people.
        cause: String,
    },
    /// A whole reply came back, and the profile recognises it as trouble of the infrastructure: nothing
    /// was done, and nothing is said of the API.
    Hindered {
        /// What stood in the way.
        by: Hindrance,
        /// What came back.
        reply: Reply,
    },
    /// It may have reached the endpoint; no whole reply came back.
    Lost {
        /// What went wrong, for people.
        cause: String,
    },
}

/// Trouble of the infrastructure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Hindrance {
    /// A quota is used up.
    Quota,
    /// Too many requests.
    Throttling,
    /// The service is being worked on.
    Maintenance,
}

impl Hindrance {
    /// What such replies were, in a sentence.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Hindrance::Quota => "refused for a quota",
            Hindrance::Throttling => "throttled",
            Hindrance::Maintenance => "refused for maintenance",
        }
    }
}

/// A whole reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Names in lower case; only those that carry meaning (`content-type`, `location`, `retry-after`, versions).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// What came with it.
    pub body: ReplyBody,
}

/// The body of a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ReplyBody {
    /// No body, or only white space.
    Empty,
    /// Secrets replaced by tokens.
    Json(Value),
    /// Not JSON: its beginning, and why it is not.
    Text {
        /// Its beginning.
        begins: String,
        /// Why it was not read as JSON.
        because: String,
    },
}

/// A body that is there may be `null`; serde alone would read it as no body.
fn present<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(input).map(Some)
}
