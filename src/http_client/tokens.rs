//! Tokens of token services: fetched, kept, and renewed before their end or after a refusal.

use super::auth::{IssuedToken, TokenGrant, TokenRequest, TokenResponse};
use super::options::WallClock;
use super::transport_error::{TransportError, classify_error};
use crate::endpoint::{Credential, is_html, read_body};
use crate::history::{LearnedSecrets, ReplyBody};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::cell::Cell;
use std::collections::BTreeMap;
use tokio::sync::Mutex;

/// The current token of each caller.
#[derive(Default)]
pub(super) struct TokenCache {
    tokens: Mutex<BTreeMap<String, CachedToken>>,
}

struct CachedToken {
    value: Credential,
    ends: Option<Timestamp>,
    /// Time from which a new token is requested.
    renew: Option<Timestamp>,
    /// Whether the token replaced a refused token and no endpoint has accepted this token yet. A further token would
    /// be refused too.
    is_refused_replacement: bool,
}

/// Time between renewal and end, for requests under way.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// Longest answer in bytes. A token can come with a list of all services of a cloud.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Sends token requests.
pub(super) struct TokenClient<'a> {
    pub client: &'a reqwest::Client,
    pub wall: &'a WallClock,
    pub learned: &'a LearnedSecrets,
    pub proxy: Option<&'a str>,
    /// Number of requests besides calls.
    pub sent: &'a Cell<u64>,
}

impl TokenCache {
    /// Returns the caller's token. A missing or expiring token is requested first.
    ///
    /// # Errors
    ///
    /// If the token service issues no token, and the caller has no valid token.
    pub async fn get(
        &self,
        caller: &str,
        grant: &dyn TokenGrant,
        asking: &TokenClient<'_>,
    ) -> Result<Credential, TransportError> {
        // The lock lasts during the request, so that concurrent requests share one token.
        let mut held = self.tokens.lock().await;
        let now = (asking.wall)();
        if let Some(token) = held.get(caller).filter(|token| token.renew.is_none_or(|renew| now < renew)) {
            return Ok(token.value.clone());
        }
        match asking.request_token(grant).await {
            Ok(token) => Ok(cache_token(&mut held, caller, token, now, false)),
            // The old token is still valid for a short time.
            Err(trouble) => match held.get(caller).filter(|token| token.ends.is_some_and(|ends| now < ends)) {
                Some(token) => Ok(token.value.clone()),
                None => Err(trouble),
            },
        }
    }

    /// Replaces a refused token; none if the caller's token is already a replacement that no endpoint accepted.
    ///
    /// # Errors
    ///
    /// If the token service issues no token.
    pub async fn renew_token(
        &self,
        caller: &str,
        refused: &Credential,
        grant: &dyn TokenGrant,
        asking: &TokenClient<'_>,
    ) -> Result<Option<Credential>, TransportError> {
        let mut held = self.tokens.lock().await;
        match held.get(caller) {
            Some(token) if token.is_refused_replacement => return Ok(None),
            Some(token) if token.value != *refused => return Ok(Some(token.value.clone())),
            _ => {}
        }
        let token = asking.request_token(grant).await?;
        Ok(Some(cache_token(&mut held, caller, token, (asking.wall)(), true)))
    }

    /// Notes that the endpoint accepted the caller's token.
    pub async fn note_accepted(&self, caller: &str) {
        if let Some(token) = self.tokens.lock().await.get_mut(caller) {
            token.is_refused_replacement = false;
        }
    }
}

fn cache_token(
    held: &mut BTreeMap<String, CachedToken>,
    caller: &str,
    token: IssuedToken,
    now: Timestamp,
    hopeless: bool,
) -> Credential {
    let value = token.value.clone();
    // For a token with a short life, half of the life is the margin.
    let margin = |ends: Timestamp| MARGIN.min(ends.duration_since(now).max(SignedDuration::ZERO) / 2);
    let renew = token.ends.and_then(|ends| ends.checked_sub(margin(ends)).ok());
    held.insert(
        caller.to_string(),
        CachedToken { value: token.value, ends: token.ends, renew, is_refused_replacement: hopeless },
    );
    value
}

impl TokenClient<'_> {
    async fn request_token(&self, grant: &dyn TokenGrant) -> Result<IssuedToken, TransportError> {
        let request = grant.build_request();
        let place = strip_query(&request.url);
        let fail =
            |cause: String, remedy: &'static str| TransportError::NoToken { place: place.clone(), cause, remedy };
        let (status, header, body) = self.send_token_request(&request, &fail).await?;
        let header = |name: &str| header.get(name)?.to_str().ok().map(str::to_string);
        let none = Value::Null;
        let parsed = match &body {
            ReplyBody::Json(value) => value,
            _ => &none,
        };
        let answer = TokenResponse { header: &header, body: parsed };
        match (status, &body) {
            (_, ReplyBody::Text { begins, .. }) if is_html(begins) => {
                Err(fail(format!("the token service answers HTML (status {status})"), CHECK_ADDRESS))
            }
            (300..=399, _) => Err(fail(
                format!("the token service answers with a redirect ({status})"),
                "give the address to which the redirect leads",
            )),
            (400 | 401 | 403, _) => {
                let code = grant.read_refusal(&answer).map_or_else(String::new, |code| format!(" ({code})"));
                Err(fail(format!("the token service refuses the credentials with {status}{code}"), CHECK_CREDENTIALS))
            }
            (404 | 405 | 410, _) => {
                Err(fail(format!("there is no token service at this address (status {status})"), CHECK_ADDRESS))
            }
            (200..=299, ReplyBody::Json(_)) => {
                let token = grant
                    .read_token(&answer, (self.wall)())
                    .map_err(|cause| fail(format!("the token service issues no token: {cause}"), CHECK_ADDRESS))?;
                if !token.value.fits_header() {
                    return Err(fail(
                        "the token has characters that HTTP headers do not allow".to_string(),
                        CHECK_ADDRESS,
                    ));
                }
                self.learned.keep_value(token.value.expose());
                Ok(token)
            }
            (200..=299, ReplyBody::Empty) => {
                Err(fail("the token service answers with an empty body".to_string(), CHECK_ADDRESS))
            }
            (200..=299, ReplyBody::Text { because, .. } | ReplyBody::TooLarge { because, .. }) => {
                Err(fail(format!("the token service does not answer JSON: {because}"), CHECK_ADDRESS))
            }
            _ => Err(fail(
                format!("the token service answers {status}"),
                "try later, or ask the operator of the token service",
            )),
        }
    }

    async fn send_token_request(
        &self,
        request: &TokenRequest,
        fail: &dyn Fn(String, &'static str) -> TransportError,
    ) -> Result<(u16, reqwest::header::HeaderMap, ReplyBody), TransportError> {
        let failed = |error: reqwest::Error| {
            let trouble = classify_error(&error).attribute_to_proxy(self.proxy);
            fail(format!("no answer from the token service: {trouble}"), trouble.remedy())
        };
        let mut builder = self.client.post(&request.url).header("accept", "application/json");
        builder = builder.header("content-type", request.content_type);
        for (name, value) in &request.headers {
            let mut value = reqwest::header::HeaderValue::from_str(value.expose()).map_err(|_| {
                fail("a credential has characters that HTTP headers do not allow".to_string(), CHECK_CREDENTIALS)
            })?;
            value.set_sensitive(true);
            builder = builder.header(name, value);
        }
        self.sent.set(self.sent.get() + 1);
        let mut response = builder.body(request.body.expose().to_string()).send().await.map_err(failed)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > ANSWER_BYTES_MAX {
                return Err(fail(
                    format!("the answer of the token service is longer than {ANSWER_BYTES_MAX} bytes"),
                    CHECK_ADDRESS,
                ));
            }
        }
        let kind = headers.get("content-type").and_then(|value| value.to_str().ok());
        let body = read_body(kind, &bytes);
        Ok((status, headers, body))
    }
}

/// The address without secret parts.
fn strip_query(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_string()
}

const CHECK_ADDRESS: &str = "check the address of the token service in the profile";
const CHECK_CREDENTIALS: &str = "check the credentials under `identities` in the profile, and their scope";
