//! An endpoint over HTTP.

use super::auth::Authenticator;
use super::connect::build_client;
use super::error::HttpClientError;
use super::options::{HttpLimits, WallClock};
use super::request_headers::{compose_headers, encode_body};
use super::request_url::compose_url;
use super::response_headers::record_headers;
use super::tokens::{TokenCache, TokenClient};
use super::transport_error::{TransportError, classify_error};
use crate::endpoint::{
    CALLERS, Credential, Endpoint, Identities, OutsideRequest, PendingOutcome, Request, RequestWatch, read_body,
    read_oversized_body,
};
use crate::history::{LearnedSecrets, Outcome, Reply, ReplyBody, SecretFilter, remember_secrets};
use crate::profile::ConnectionSettings;
use reqwest::header::HeaderName;
use std::cell::Cell;
use std::collections::BTreeMap;
use tokio::sync::Semaphore;

/// An endpoint at an address, with the identities of the callers.
pub struct HttpEndpoint {
    base: String,
    client: reqwest::Client,
    identities: Identities,
    authenticators: BTreeMap<String, Authenticator>,
    limits: HttpLimits,
    wall: WallClock,
    learned: LearnedSecrets,
    /// Headers with ids of requests, in lower case.
    request_ids: Vec<String>,
    tokens: TokenCache,
    /// Address of the proxy, for messages.
    proxy: Option<String>,
    /// Turns for reading large bodies.
    large_bodies: Semaphore,
    /// Number of requests besides the calls of `Endpoint::send`.
    additional: Cell<u64>,
    /// Shows the checks, without secrets.
    watch: Option<(RequestWatch, SecretFilter)>,
}

/// Most large bodies in memory at the same time, however many plans run.
const LARGE_BODIES_MAX: usize = 4;

/// Bytes from which on a body is large.
const LARGE_BYTES_MIN: usize = 256 << 10;

impl HttpEndpoint {
    /// `base` is the address in front of the catalog's paths, without credentials.
    ///
    /// # Errors
    ///
    /// If the address, the name of a credential header, or a setting of the connection is invalid.
    pub fn new(
        base: &str,
        identities: Identities,
        limits: HttpLimits,
        connecting: &ConnectionSettings,
        wall: WallClock,
    ) -> Result<HttpEndpoint, HttpClientError> {
        let base = check_base(base)?;
        let fixed = CALLERS.iter().filter_map(|caller| identities.get(caller)).flat_map(|identity| &identity.headers);
        for (name, _) in fixed {
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| HttpClientError::Header { name: name.clone() })?;
        }
        let authenticators: BTreeMap<String, Authenticator> =
            identities.iter().map(|(caller, identity)| (caller.to_string(), Authenticator::new(identity))).collect();
        let services = authenticators.values().filter_map(Authenticator::token_grant);
        let mut addresses = services.map(|grant| grant.build_request().url).chain([base.clone()]);
        let secure = addresses.any(|address| address.starts_with("https://"));
        let request_ids = connecting.request_ids.iter().map(|name| name.to_ascii_lowercase()).collect();
        let client = build_client(connecting, &limits, secure)?;
        let proxy = connecting.proxy.as_ref().map(|proxy| proxy.address.clone());
        let (learned, tokens) = (LearnedSecrets::default(), TokenCache::default());
        // The identities know their own credentials, but not the values that a scheme derives from them.
        let derived = authenticators.values().flat_map(Authenticator::list_secrets);
        for secret in derived.filter(|secret| !identities.list_credentials().any(|known| known == *secret)) {
            learned.keep_value(secret.expose());
        }
        let proxy_password = connecting.proxy.iter().filter_map(|proxy| proxy.credentials.as_ref());
        proxy_password.for_each(|(_, password)| learned.keep_value(password.expose()));
        let literals = identities.list_credentials().map(Credential::expose);
        remember_secrets(&format!("{}-{}", wall(), std::process::id()), literals, learned.clone());
        let (large_bodies, additional) = (Semaphore::new(LARGE_BODIES_MAX), Cell::new(0));
        Ok(HttpEndpoint {
            base,
            client,
            identities,
            authenticators,
            limits,
            wall,
            learned,
            request_ids,
            tokens,
            proxy,
            large_bodies,
            additional,
            watch: None,
        })
    }

    /// Credentials that this client computed or fetched, for their removal from records.
    pub fn learned(&self) -> LearnedSecrets {
        self.learned.clone()
    }

    /// Shows the checks from now on, without the secrets of the filter.
    pub fn watch_checks(&mut self, watch: RequestWatch, secrets: SecretFilter) {
        self.watch = Some((watch, secrets));
    }

    /// Shows a check with its outcome.
    pub(super) fn show_check(&self, request: &Request, outcome: &Outcome) {
        if let Some((watch, secrets)) = &self.watch {
            watch.show_request(OutsideRequest::Check, request, outcome, |exchange| secrets.strip_secrets(exchange));
        }
    }

    /// Counts a request that is no call of [`Endpoint::send`].
    pub(super) fn count_additional_request(&self) {
        self.additional.set(self.additional.get() + 1);
    }

    /// Whether the requests before the first call reached the limit.
    pub(super) fn has_spent_checks(&self) -> bool {
        self.additional.get() >= self.limits.checks_max
    }

    pub(super) fn identities(&self) -> &Identities {
        &self.identities
    }

    /// All headers of a request with this body, with a token where the caller needs one. The request is not sent.
    ///
    /// # Errors
    ///
    /// Cause and remedy, if the address or a header is not valid, or no token was issued.
    pub async fn sign_request(
        &self,
        request: &Request,
        body: Option<&[u8]>,
    ) -> Result<Vec<(String, String)>, (String, String)> {
        let caller = self.authenticators.get(&request.caller);
        let token = match caller.and_then(Authenticator::token_grant) {
            None => None,
            Some(grant) => {
                let issued = self.tokens.get(&request.caller, grant, &self.make_token_client()).await;
                Some(issued.map_err(|error| (error.to_string(), error.remedy().to_string()))?)
            }
        };
        let unfit = |what: &str| (format!("{what} is not valid in a request"), "correct the request".to_string());
        let url = reqwest::Url::parse(&compose_url(&self.base, request)).map_err(|_| unfit("the address"))?;
        let proof = ((self.wall)(), token.as_ref());
        let learn = |secret: &str| self.learned.add_passing_value(secret);
        let headers = compose_headers(request, (url.as_str(), body), caller, proof, learn).map_err(unfit)?;
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect())
    }

    fn make_token_client(&self) -> TokenClient<'_> {
        TokenClient {
            client: &self.client,
            wall: &self.wall,
            learned: &self.learned,
            proxy: self.proxy.as_deref(),
            sent: &self.additional,
        }
    }

    /// Sends a request once, and a second time with a new token if the endpoint refuses the first token.
    pub(super) async fn send_authenticated(&self, request: &Request) -> Result<Reply, TransportError> {
        let caller = self.authenticators.get(&request.caller);
        let Some(grant) = caller.and_then(Authenticator::token_grant) else {
            return self.send_once(request, caller, None).await;
        };
        let asking = self.make_token_client();
        let token = self.tokens.get(&request.caller, grant, &asking).await?;
        let mut reply = self.send_once(request, caller, Some(&token)).await?;
        if reply.status == 401 {
            // A call refused with 401 has no effect, so the repetition is the only call.
            if let Some(fresh) = self.tokens.renew_token(&request.caller, &token, grant, &asking).await? {
                self.count_additional_request();
                reply = self.send_once(request, caller, Some(&fresh)).await?;
            }
        }
        if reply.status != 401 {
            self.tokens.note_accepted(&request.caller).await;
        }
        Ok(reply)
    }

    async fn send_once(
        &self,
        request: &Request,
        caller: Option<&Authenticator>,
        token: Option<&Credential>,
    ) -> Result<Reply, TransportError> {
        let sent = self.build_request(request, caller, token)?.send().await;
        let mut response = sent.map_err(|error| classify_error(&error).attribute_to_proxy(self.proxy.as_deref()))?;
        let status = response.status().as_u16();
        let headers = record_headers(response.headers(), &self.request_ids);
        let mut bytes = Vec::new();
        let mut turn = None;
        loop {
            if bytes.len() > LARGE_BYTES_MIN && turn.is_none() {
                // Until it is parsed. The wait counts for the time of the request: a body that drips delays few others.
                turn = self.large_bodies.acquire().await.ok();
            }
            match response.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => match classify_error(&error) {
                    // The response is complete, but cannot be decompressed.
                    TransportError::Encoding(because) => {
                        let body = ReplyBody::Text { begins: String::new(), because };
                        return Ok(Reply { status, headers, body });
                    }
                    other => return Err(other),
                },
            }
            if bytes.len() > self.limits.reply_bytes_max {
                let content_type = headers.get("content-type").map(String::as_str);
                let body = read_oversized_body(content_type, &bytes, self.limits.reply_bytes_max);
                return Ok(Reply { status, headers, body });
            }
        }
        let body = read_body(headers.get("content-type").map(String::as_str), &bytes);
        Ok(Reply { status, headers, body })
    }

    fn build_request(
        &self,
        request: &Request,
        caller: Option<&Authenticator>,
        token: Option<&Credential>,
    ) -> Result<reqwest::RequestBuilder, TransportError> {
        let unfit = |what: &str| TransportError::Unsendable(format!("{what} is not valid in a request"));
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|_| unfit("the method"))?;
        // The signed address must equal the address that the client sends.
        let url = reqwest::Url::parse(&compose_url(&self.base, request)).map_err(|_| unfit("the address"))?;
        let body = encode_body(request);
        let proof = ((self.wall)(), token);
        let learn = |secret: &str| self.learned.add_passing_value(secret);
        let headers = compose_headers(request, (url.as_str(), body.as_deref()), caller, proof, learn).map_err(unfit)?;
        let builder = self.client.request(method, url).headers(headers);
        Ok(match body {
            Some(body) => builder.body(body),
            None => builder,
        })
    }
}

impl Endpoint for HttpEndpoint {
    fn name(&self) -> &str {
        &self.base
    }

    fn count_additional_requests(&self) -> u64 {
        self.additional.get()
    }

    fn additional_requests_max(&self) -> u64 {
        let tokens = self.authenticators.values().any(|caller| caller.token_grant().is_some());
        // A first token, a renewed token, and the repetition of the call.
        if tokens { 3 } else { 0 }
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        Box::pin(async move {
            self.send_authenticated(request).await.map_or_else(TransportError::into_outcome, Outcome::Replied)
        })
    }
}

/// Checks the address and removes a slash at the end.
fn check_base(base: &str) -> Result<String, HttpClientError> {
    let fail =
        |place: &str, cause: &str| Err(HttpClientError::Address { place: place.to_string(), cause: cause.to_string() });
    let url = match reqwest::Url::parse(base) {
        Ok(url) => url,
        // The address may contain a password.
        Err(error) => {
            return fail(if base.contains('@') { "the address" } else { base }, &error.to_string());
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        return fail(
            url.host_str().unwrap_or("the address"),
            "the address contains credentials, which belong under `identities`",
        );
    }
    if !matches!(url.scheme(), "http" | "https") {
        return fail(base, "the address begins with neither http:// nor https://");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return fail(&base[..base.find(['?', '#']).unwrap_or(base.len())], "the address has a query or a fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_string())
}
