//! Requests before the first create, to check address and credentials.

use super::client::HttpEndpoint;
use super::transport_error::TransportError;
use crate::endpoint::{Endpoint, Request, is_html};
use crate::history::{Outcome, Reply, ReplyBody};

/// Sends a read of the owner, and checks that an API answers and accepts the credentials. Returns the status.
///
/// # Errors
///
/// If no response arrives, or the response shows that the address or the credentials are wrong.
pub async fn probe_endpoint(http: &HttpEndpoint, request: &Request) -> Result<u16, ProbeError> {
    probe_reply(http, request).await.map(|reply| reply.status)
}

/// Sends a read as [`probe_endpoint`] does, and returns the response, with a JSON body or none.
pub(super) async fn probe_reply(http: &HttpEndpoint, request: &Request) -> Result<Reply, ProbeError> {
    let fail = |cause: String, remedy: &'static str| {
        Err(ProbeError { place: format!("{}{}", http.name(), request.path), cause, remedy })
    };
    if http.has_spent_checks() {
        let cause = "the limit of requests is reached by the checks before the first plan".to_string();
        return fail(cause, "raise `--requests` or `limits.requests`");
    }
    http.count_additional_request();
    let reply = match http.send_authenticated(request).await {
        Ok(reply) => {
            http.show_check(request, &Outcome::Replied(reply.clone()));
            reply
        }
        Err(TransportError::NoToken { place, cause, remedy }) => return Err(ProbeError { place, cause, remedy }),
        Err(trouble) => {
            http.show_check(request, &Outcome::Lost { cause: trouble.to_string() });
            return fail(trouble.to_string(), trouble.remedy());
        }
    };
    match &reply {
        Reply { status: 401, .. } => {
            fail("the endpoint refuses the owner's credentials with 401".to_string(), CHECK_CREDENTIALS)
        }
        Reply { status: 407, .. } => {
            fail("a proxy refuses the request with 407".to_string(), "check the proxy's settings")
        }
        Reply { status: status @ (0..=199 | 600..), .. } => {
            fail(format!("the endpoint answers with the status {status}, which HTTP does not define"), CHECK_ADDRESS)
        }
        Reply { status: status @ 300..=399, .. } => fail(
            format!("the endpoint answers with a redirect ({status})"),
            "give the address to which the redirect leads",
        ),
        Reply {
            status, body: ReplyBody::Text { begins, because } | ReplyBody::TooLarge { begins, because }, ..
        } => {
            let cause = if is_html(begins) {
                format!("the endpoint answers HTML (status {status})")
            } else {
                format!("the endpoint does not answer JSON (status {status}): {because}")
            };
            fail(cause, CHECK_ADDRESS)
        }
        Reply { status: status @ 502..=504, .. } => fail(
            format!("a gateway answers {status}: the service behind the gateway is unavailable"),
            "start the service, or try later",
        ),
        _ => Ok(reply),
    }
}

/// Sends the reads until the API knows one of them.
///
/// # Errors
///
/// As [`probe_endpoint`], and if all reads are answered 404 (wrong address) or 403 (wrong credentials).
pub async fn recognise_api(http: &HttpEndpoint, requests: &[Request]) -> Result<(), ProbeError> {
    let mut last = None;
    for request in requests {
        match probe_endpoint(http, request).await? {
            status @ (403 | 404) => last = Some((request, status)),
            _ => return Ok(()),
        }
    }
    let Some((request, status)) = last else { return Ok(()) };
    let place = format!("{}{}", http.name(), request.path);
    Err(if status == 403 {
        ProbeError {
            place,
            cause: "the endpoint forbids all reads of the owner (403)".to_string(),
            remedy: CHECK_CREDENTIALS,
        }
    } else {
        let cause = "the endpoint answers 404 to documented reads".to_string();
        ProbeError { place, cause, remedy: "check the base of the address, and the parameters of `identities.owner`" }
    })
}

/// An unusable endpoint, with place, cause and remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause}; {remedy}")]
pub struct ProbeError {
    /// The requested URL.
    pub place: String,
    /// What happened.
    pub cause: String,
    /// How to correct the problem.
    pub remedy: &'static str,
}

const CHECK_ADDRESS: &str = "check that the address is the address of the API, not of a console or a login page";
const CHECK_CREDENTIALS: &str =
    "check `identities.owner` in the profile: its credentials may be wrong, expired or of another project";
