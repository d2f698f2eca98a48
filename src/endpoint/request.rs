//! The request, and the trait of all endpoints.

use crate::history::Outcome;
use serde_json::Value;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

/// A request before authentication, without host.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Id of the operation, for endpoints in this process; HTTP sends method and path.
    pub operation: String,
    /// Id of the binding within the operation.
    pub binding: String,
    /// The caller: `owner`, `other`, `expired`, `forged` or `none`.
    pub caller: String,
    /// Method in upper case.
    pub method: String,
    /// Percent-encoded path with all parameters, without query.
    pub path: String,
    /// Decoded values of the path parameters.
    pub parameters: BTreeMap<String, Value>,
    /// Query parameters in the order of the catalog, not yet encoded.
    pub query: Vec<(String, String)>,
    /// Header inputs of the call, without credentials.
    pub headers: Vec<(String, String)>,
    /// Body; none for a request without a body.
    pub body: Option<Value>,
}

/// The future outcome of a request. Not `Send`, because one plan runs in one thread.
pub type PendingOutcome<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// A server over HTTP, or the mock.
pub trait Endpoint {
    /// The name for users: `mock`, or the address without credentials.
    fn name(&self) -> &str;
    /// Why the run has to end because of too many infrastructure failures; none while the run may continue.
    fn exceeded_failures(&self) -> Option<String> {
        None
    }
    /// Number of requests so far that were sent besides the calls of [`Endpoint::send`]: checks before the first call,
    /// requests for tokens, and repetitions with a renewed token.
    fn count_additional_requests(&self) -> u64 {
        0
    }
    /// Most additional requests of one call of [`Endpoint::send`].
    fn additional_requests_max(&self) -> u64 {
        0
    }
    /// Sends a request once. The caller decides on repetitions.
    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a>;
}
