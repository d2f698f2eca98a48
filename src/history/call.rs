//! The call: what a step of a plan and a recorded exchange share.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One use of an operation by a caller, without credentials. The call of a plan's step has handles in place of
/// resource ids.
///
/// Plans and histories write the fields of a call among the fields of their own. Serde cannot refuse unknown fields
/// in such a form, so each of the two reads a private struct with all the fields.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Call {
    /// Id of the operation in the catalog.
    pub operation: String,
    /// Id of the binding within the operation, such as `v2.1`.
    pub binding: String,
    /// `owner`, `other`, `expired`, `forged` or `none`.
    pub caller: String,
    /// Values of path parameters. The parameters that the identity provides, such as a project id, may be absent
    /// before the call is sent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub path: BTreeMap<String, Value>,
    /// Values of query parameters. A list stands for a repeated parameter.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, Value>,
    /// Headers with inputs of the call, such as a microversion. Never credentials.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body; none for a call without a body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// Reads a body `null` as a body; serde alone would read no body.
pub(crate) fn read_present_body<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(input).map(Some)
}
