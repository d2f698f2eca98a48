//! What a resumed run took over from its earlier parts.

use super::phrases::format_count;
use serde::{Deserialize, Serialize};

/// What a resumed run took over from its earlier parts. The counts and verdicts of the report include all parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResumedRow {
    /// The folder of the earlier parts, as named by `--resume`.
    pub from: String,
    /// Number of earlier parts.
    pub parts: u64,
    /// Number of plans that the earlier parts recorded, and that were judged again without a request.
    pub plans: u64,
    /// Requests of these plans.
    pub requests: u64,
    /// Exchanges after the last whole plan, which are left out.
    pub left_out: u64,
    /// Requests of the earlier parts that no recorded plan tells; the limit of requests counts them.
    pub unrecorded: u64,
}

impl ResumedRow {
    /// The row in a sentence, without a full stop.
    #[must_use]
    pub fn describe(&self) -> String {
        let ResumedRow { from, plans, requests, left_out, unrecorded, .. } = self;
        let count = |number: &u64, one: &str, many: &str| {
            format_count(usize::try_from(*number).unwrap_or(usize::MAX), one, many)
        };
        let (plans, requests) = (count(plans, "plan", "plans"), count(requests, "request", "requests"));
        let mut text = format!("resumed from {from}: recorded before: {plans} with {requests}");
        if *left_out > 0 {
            text += &format!("; left out: {} of a plan that was not whole", count(left_out, "exchange", "exchanges"));
        }
        if *unrecorded > 0 {
            text += &format!(
                "; sent before without a recorded plan: {}",
                count(unrecorded, "more request", "more requests")
            );
        }
        text
    }
}
