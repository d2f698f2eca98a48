//! The headers that authenticate one request of a profile's caller.

use super::environment_setup::block_on;
use super::user_error::UserError;
use crate::endpoint::Request;
use crate::http_client::{HttpEndpoint, HttpLimits, WallClock};
use crate::profile::Profile;
use std::collections::BTreeMap;

/// A request to sign.
#[derive(Debug, Clone)]
pub struct UnsignedRequest {
    /// The address in front of the catalog's paths.
    pub address: String,
    /// The method in upper case.
    pub method: String,
    /// Path and query, as they will be sent.
    pub target: String,
    /// The name of the caller.
    pub caller: String,
    /// Headers of the call, without credentials.
    pub headers: Vec<(String, String)>,
    /// The bytes of the body, as they will be sent.
    pub body: Option<Vec<u8>>,
}

/// All headers of a request by name: inputs of the call and the proof of the caller. A token is fetched where the profile
/// says so; the request itself is not sent.
///
/// # Errors
/// If the profile lacks the caller, the address or a header is wrong, or the token service issues no token.
pub fn sign_request(
    profile: &Profile,
    unsigned: &UnsignedRequest,
    wall: &WallClock,
) -> Result<Vec<(String, String)>, UserError> {
    let UnsignedRequest { address, method, target, caller, headers, body } = unsigned;
    if profile.identities.get(caller).is_none() {
        let known: Vec<&str> = profile.identities.iter().map(|(name, _)| name).collect();
        return Err(UserError::usage(
            format!("--caller {caller}"),
            "the profile has no such caller",
            format!("name one of {}, or add the caller under `identities`", known.join(", ")),
        ));
    }
    let mut limits = HttpLimits::USUAL;
    limits.request_timeout =
        profile.limits.request_seconds.map_or(limits.request_timeout, std::time::Duration::from_secs);
    let http = HttpEndpoint::new(address, profile.identities.clone(), limits, &profile.connection, wall.clone());
    let http =
        http.map_err(|error| UserError::input(address.as_str(), error.to_string(), "check address and profile"))?;
    let request = Request {
        operation: String::new(),
        binding: String::new(),
        caller: caller.clone(),
        method: method.clone(),
        path: target.clone(),
        parameters: BTreeMap::new(),
        query: Vec::new(),
        headers: headers.clone(),
        body: None,
    };
    let signed = block_on(http.sign_request(&request, body.as_deref()))?;
    signed.map_err(|(cause, remedy)| UserError::endpoint(format!("{address}{target}"), cause, remedy))
}
