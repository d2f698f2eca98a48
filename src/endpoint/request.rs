//! A request before credentials, and whom it is sent to.

use crate::history::Outcome;
use serde_json::Value;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

/// A request as the catalog gives it, before credentials and host.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Operation and binding are for endpoints in this process; the wire carries method and path.
    pub operation: String,
    /// Id among the operation's bindings.
    pub binding: String,
    /// `owner`, `other`, `expired`, `forged` or `none`: whose credentials to use.
    pub caller: String,
    /// Upper case.
    pub method: String,
    /// Filled in and percent-encoded, without query.
    pub path: String,
    /// Values of the path's parameters, decoded.
    pub parameters: BTreeMap<String, Value>,
    /// In the order of the catalog; not yet encoded.
    pub query: Vec<(String, String)>,
    /// Inputs of the call, never credentials.
    pub headers: Vec<(String, String)>,
    /// None: no body is sent.
    pub body: Option<Value>,
}

/// The outcome to come. Not `Send`: one plan lives on one thread.
pub type Pending<'a> = Pin<Box<dyn Future<Output = Outcome> + 'a>>;

/// Whom we ask.
pub trait Endpoint {
    /// `mock`, or the address without credentials, for people.
    fn name(&self) -> &str;
    /// Why no more is to be asked of it, because the infrastructure stood in the way too often; none if it did not.
    fn worn_out(&self) -> Option<String> {
        None
    }
    /// Sends once; retries are the runner's business.
    fn send<'a>(&'a self, request: &'a Request) -> Pending<'a>;
}
