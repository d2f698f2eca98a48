//! The end of a step, and the end of a plan.

use crate::endpoint::ComposeError;

/// The end of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepEnd {
    /// Sent, without polls.
    Done,
    /// Not sent.
    Skipped(SkipReason),
    /// Sent, and the resources of the step are settled.
    Settled,
    /// Sent, and polling ended before the resources were settled.
    NotSettled(UnsettledReason),
}

/// Why a step was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// The handle with this name has no id, because the create did not succeed.
    Unbound(String),
    /// HTTP cannot carry the request.
    Unsendable(ComposeError),
}

/// Why polling ended before the resources were settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsettledReason {
    /// The bound or [`super::Pace::settle_most`] has passed.
    Bound,
    /// The responses did not change for [`super::Pace::quiet`].
    Quiet,
    /// The resources may be settled, and only the passing of the bound tells more.
    OnlyTimeTells,
}

/// Why a plan stops before its last step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StopReason {
    /// The requests are spent.
    #[error("the budget of requests is spent")]
    Requests,
    /// The time is spent.
    #[error("the budget of time is spent")]
    Time,
    /// Several consecutive requests did not reach the endpoint.
    #[error("the endpoint cannot be reached: {cause}")]
    Unreachable {
        /// The error of the last request.
        cause: String,
    },
    /// Too many requests got no answer.
    #[error(
        "too many failures: {} of {requests} requests got no answer ({} throttled, {} lost, {} not sent)",
        troubles.total(), troubles.throttled, troubles.lost, troubles.unsent
    )]
    Failures {
        /// Failures so far.
        troubles: FailureCounts,
        /// Requests so far.
        requests: u64,
    },
    /// A step would exceed the limit of live resources.
    #[error("the plan needs more than the {most} live resources that the limits allow")]
    Live {
        /// The limit over all plans.
        most: usize,
    },
    /// The ids of the last created resources are unknown, so nobody could delete further ones.
    #[error("no response told the id of the last {count} created resources; no more resources are created")]
    Unnamed {
        /// Number of creates in a row.
        count: u32,
    },
    /// A finding of another plan ended the campaign.
    #[error("another plan has found enough")]
    Enough,
    /// Too many infrastructure failures.
    #[error("{cause}")]
    InfrastructureFailures {
        /// Number and kind of the failures.
        cause: String,
    },
    /// A stop was requested from outside.
    #[error("stopped on request")]
    Cancelled,
    /// The endpoint refuses credentials that it accepted before.
    #[error(
        "the endpoint refuses the credentials of {caller}, which it accepted before: 401 to {operation}, and to a read \
         that was accepted before"
    )]
    CredentialsRefused {
        /// The caller.
        caller: String,
        /// The operation of the first refused call.
        operation: String,
    },
    /// The journal cannot be written.
    #[error("the journal cannot be written: {cause}; without a journal no resource is created")]
    Journal {
        /// The error of the operating system.
        cause: String,
    },
    /// A command of the profile that provokes a failure did not succeed.
    #[error("a command under `provoke` failed: {cause}")]
    Provocation {
        /// The command and the error.
        cause: String,
    },
    /// The recorded plans of an earlier part of the run cannot be read.
    #[error("the earlier part of the run cannot be read: {cause}")]
    EarlierPart {
        /// The file and the error.
        cause: String,
    },
    /// The plan does not fit the catalog or the profile.
    #[error(transparent)]
    Unfit(#[from] ComposeError),
}

impl StopReason {
    /// Whether the plan stopped because something besides the API has to be mended: the address, the credentials, the
    /// profile, a command of the profile, the journal, or the record of an earlier part. No plan can go on then.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(
            self,
            StopReason::Unreachable { .. }
                | StopReason::CredentialsRefused { .. }
                | StopReason::Journal { .. }
                | StopReason::Provocation { .. }
                | StopReason::EarlierPart { .. }
                | StopReason::Unfit(_)
        )
    }
}

/// Numbers of requests without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FailureCounts {
    /// Refused because of the rate: 429, or 413, 502, 503 or 504 with a time for a retry.
    pub throttled: u64,
    /// No complete response, or 502, 503, 504.
    pub lost: u64,
    /// Did not reach the endpoint.
    pub unsent: u64,
}

impl FailureCounts {
    /// The sum.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.throttled + self.lost + self.unsent
    }
}
