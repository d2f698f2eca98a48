//! Exchanges: calls with their outcomes.

use super::call::{Call, read_present_body};
use crate::schema::InputClass;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Version of the history format. A reader refuses newer versions. Version 2 knows shortened and unread
/// responses, and the start of a plan; version 3 the branches of calls that overlap.
pub const FORMAT: u32 = 3;

/// All exchanges of one plan.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The circumstances of the plan.
    pub header: HistoryHeader,
    /// In the order of sending.
    pub exchanges: Vec<Exchange>,
}

/// The first line of a history: the facts that judging the exchanges again requires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryHeader {
    /// Version of the format, see [`FORMAT`].
    pub format: u32,
    /// Name of the suite.
    pub suite: String,
    /// Digest of the suite file.
    pub suite_digest: String,
    /// `mock`, or the address of the endpoint without credentials.
    pub endpoint: String,
    /// The date against which lifecycles are judged, `YYYY-MM-DD`.
    pub today: String,
    /// Values of the suite's pools at this endpoint.
    pub pools: BTreeMap<String, Vec<Value>>,
    /// The factor on the bounds of the suite, in percent.
    pub settle_percent: u32,
    /// Number of the plan within the run.
    pub plan: u64,
    /// When the plan started, RFC 3339 with milliseconds, UTC; none for an endpoint without real time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// Whether calls may name resources that existed before the first exchange. A run names only what it creates.
    #[serde(default, skip_serializing_if = "is_false")]
    pub earlier_resources: bool,
    /// Whether responses are shortened, because the file reached its limit. Such a history cannot be judged again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shortened: bool,
    /// Number of exchanges that were left out, because the file reached its limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: u64,
}

impl HistoryHeader {
    /// Whether the history lacks content that judging needs.
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        self.shortened || self.omitted > 0
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// One call and its outcome. Times are milliseconds since the start of the plan on one monotonic clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "ExchangeFields")]
pub struct Exchange {
    /// Number within the plan, from 0; polls count.
    pub number: u64,
    /// Index of the step in the plan.
    pub step: usize,
    /// Why the call was made.
    pub cause: CallCause,
    /// The call as sent: ids in place of handles, the parameters of the identity in the path, and, once recorded,
    /// tokens in place of secrets.
    #[serde(flatten)]
    pub call: Call,
    /// The class of the inputs, recorded before tokens replaced secrets: a token can have another class
    /// than its secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<RecordedInputClass>,
    /// When the call was sent.
    pub sent_ms: u64,
    /// When the outcome was known.
    pub received_ms: u64,
    /// The outcome of the call.
    pub outcome: Outcome,
    /// Ids that the response gives to handles.
    #[serde(rename = "born", skip_serializing_if = "BTreeMap::is_empty")]
    pub created: BTreeMap<String, String>,
    /// The branch of a call that may overlap calls of other branches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap: Option<CallOverlap>,
}

impl Exchange {
    /// The body of the response; `None` without a response, or if the body is no JSON that was kept whole.
    #[must_use]
    pub fn find_json_body(&self) -> Option<&Value> {
        match &self.outcome {
            Outcome::Replied(Reply { body: ReplyBody::Json(body), .. }) => Some(body),
            _ => None,
        }
    }
}

/// The branch and the exact time of a call that may overlap others: a call over a local network takes less than a
/// millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallOverlap {
    /// From 1.
    pub branch: u32,
    /// When the call was sent, in microseconds since the start of the plan.
    pub sent_us: u64,
    /// When the outcome was known, in microseconds since the start of the plan.
    pub received_us: u64,
}

/// The fields of an exchange with the fields of its call, as read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "struct Exchange")]
struct ExchangeFields {
    number: u64,
    step: usize,
    cause: CallCause,
    operation: String,
    binding: String,
    caller: String,
    #[serde(default)]
    path: BTreeMap<String, Value>,
    #[serde(default)]
    query: BTreeMap<String, Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "read_present_body")]
    body: Option<Value>,
    #[serde(default)]
    input: Option<RecordedInputClass>,
    sent_ms: u64,
    received_ms: u64,
    outcome: Outcome,
    #[serde(default)]
    born: BTreeMap<String, String>,
    #[serde(default)]
    overlap: Option<CallOverlap>,
}

impl From<ExchangeFields> for Exchange {
    fn from(fields: ExchangeFields) -> Exchange {
        let ExchangeFields { operation, binding, caller, path, query, headers, body, .. } = fields;
        Exchange {
            number: fields.number,
            step: fields.step,
            cause: fields.cause,
            call: Call { operation, binding, caller, path, query, headers, body },
            input: fields.input,
            sent_ms: fields.sent_ms,
            received_ms: fields.received_ms,
            outcome: fields.outcome,
            created: fields.born,
            overlap: fields.overlap,
        }
    }
}

/// The class of the inputs of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedInputClass {
    /// The class of the inputs.
    pub class: InputClass,
    /// JSON pointers to the doubtful places of the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// The broken keywords of invalid inputs, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken_keywords: Vec<String>,
}

impl From<InputClass> for RecordedInputClass {
    fn from(class: InputClass) -> RecordedInputClass {
        RecordedInputClass { class, doubts: Vec::new(), broken_keywords: Vec::new() }
    }
}

/// Why a call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallCause {
    /// The step itself.
    Step,
    /// The step again, after a lost or throttled call.
    Retry,
    /// A poll for the settling of the resources of the step.
    Poll,
}

/// The outcome of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// A complete response arrived.
    Replied(Reply),
    /// The request did not reach the endpoint (no connection) and had no effect.
    Unsent {
        /// The error in words.
        cause: String,
    },
    /// A complete response arrived, and the response is an infrastructure failure, which proves nothing
    /// about the API.
    #[serde(rename = "hindered")]
    InfrastructureFailed {
        /// The kind of failure.
        by: InfrastructureFailure,
        /// The response.
        reply: Reply,
        /// Whether the endpoint may have carried out the request. If not, the request had no effect.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        may_have_acted: bool,
    },
    /// No complete response arrived, and the endpoint may have carried out the request.
    Lost {
        /// The error in words.
        cause: String,
    },
}

/// A kind of infrastructure failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum InfrastructureFailure {
    /// A quota is used up.
    Quota,
    /// The caller sent too many requests.
    Throttling,
    /// The service is under maintenance.
    Maintenance,
    /// The credentials of the caller are refused, although they were accepted before.
    Credentials,
}

impl InfrastructureFailure {
    /// The verb of a report about a response of this kind.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            InfrastructureFailure::Quota => "refused for a quota",
            InfrastructureFailure::Throttling => "throttled",
            InfrastructureFailure::Maintenance => "refused for maintenance",
            InfrastructureFailure::Credentials => "refused for the credentials",
        }
    }
}

/// A complete response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Headers with names in lower case; only `content-type`, `location`, `retry-after`, versions
    /// and ids of the request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: ReplyBody,
}

impl Reply {
    /// Whether the endpoint refuses the caller for the number of requests, before the request has an effect:
    /// 429, and 413 with `Retry-After` (RFC 9110, section 15.5.14).
    #[must_use]
    pub fn is_throttling(&self) -> bool {
        self.status == 429 || (self.status == 413 && self.headers.contains_key("retry-after"))
    }

    /// Whether a gateway answers in place of the service, which may have carried out the request: 502, 503 and
    /// 504, with and without `Retry-After`.
    #[must_use]
    pub fn is_from_gateway(&self) -> bool {
        matches!(self.status, 502..=504)
    }
}

/// The body of a response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ReplyBody {
    /// No body, or only white space.
    Empty,
    /// JSON with tokens in place of secrets.
    Json(Value),
    /// Any other text.
    Text {
        /// The beginning of the text.
        begins: String,
        /// Why the text is not JSON.
        because: String,
    },
    /// A body that is too large to read. Its content is unknown, and proves nothing for or against a clause.
    TooLarge {
        /// The beginning of the text.
        begins: String,
        /// The exceeded bound.
        because: String,
    },
    /// A JSON body that a history gives up for want of room.
    Shortened {
        /// Bytes of the body as JSON.
        bytes: u64,
        /// Digest of the body, without secrets, as JSON: `sha256:…`.
        digest: String,
    },
}

impl ReplyBody {
    /// Whether a content exists and is unknown.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        matches!(self, ReplyBody::TooLarge { .. } | ReplyBody::Shortened { .. })
    }
}
