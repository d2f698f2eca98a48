//! A `tower` service as an endpoint, without a socket.

use super::auth::Authenticator;
use super::options::{HttpLimits, WallClock};
use super::request_headers::{compose_headers, encode_body};
use super::request_url::compose_url;
use super::response_headers::record_headers;
use crate::endpoint::{Endpoint, Identities, PendingOutcome, Request, read_body, read_oversized_body};
use crate::history::{Outcome, Reply};
use bytes::{Buf, Bytes};
use http_body::Body;
use http_body_util::BodyExt;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::pin;
use std::task::Poll;
use tower_service::Service;

/// The address of every service. Requests have the host of the address, as HTTP requires.
const BASE: &str = "http://localhost";

/// An endpoint that passes requests to a service. Requests are composed as by the HTTP client;
/// `B` is the type of request bodies.
pub struct ServiceEndpoint<S, B> {
    name: String,
    service: RefCell<S>,
    authenticators: BTreeMap<String, Authenticator>,
    limits: HttpLimits,
    wall: WallClock,
    body: PhantomData<fn() -> B>,
}

impl<S, B> ServiceEndpoint<S, B> {
    /// `name` is the name in reports; `wall` is the clock of proofs with a time.
    pub fn new(name: &str, service: S, identities: &Identities, limits: HttpLimits, wall: WallClock) -> Self {
        let authenticators =
            identities.iter().map(|(caller, identity)| (caller.to_string(), Authenticator::new(identity))).collect();
        let (name, service) = (name.to_string(), RefCell::new(service));
        ServiceEndpoint { name, service, authenticators, limits, wall, body: PhantomData }
    }

    fn compose(&self, request: &Request) -> Result<http::Request<B>, String>
    where
        B: From<Bytes>,
    {
        let invalid = |what: &str| format!("{what} is not valid in a request");
        let caller = self.authenticators.get(&request.caller);
        if caller.is_some_and(|caller| caller.token_grant().is_some()) {
            return Err(format!(
                "the caller `{}` needs a token service, which a target in this process cannot use",
                request.caller
            ));
        }
        let url = url::Url::parse(&compose_url(BASE, request)).map_err(|_| invalid("the address"))?;
        let body = encode_body(request);
        let proof = ((self.wall)(), None);
        // The history removes the credentials of identities. A computed proof is no credential of its own.
        let headers =
            compose_headers(request, (url.as_str(), body.as_deref()), caller, proof, |_| ()).map_err(invalid)?;
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut composed = http::Request::builder()
            .method(request.method.as_str())
            .uri(format!("{}{query}", url.path()))
            .body(B::from(Bytes::from(body.unwrap_or_default())))
            .map_err(|_| invalid("the method or the address"))?;
        *composed.headers_mut() = headers;
        composed.headers_mut().insert("host", http::header::HeaderValue::from_static("localhost"));
        Ok(composed)
    }

    async fn exchange<R>(&self, request: http::Request<B>) -> Outcome
    where
        S: Service<http::Request<B>, Response = http::Response<R>>,
        S::Error: Display,
        R: Body,
        R::Error: Display,
    {
        let lost = |cause: String| Outcome::Lost { cause };
        let mut request = Some(request);
        // `call` follows `poll_ready` at once, so that no other request takes the place in between.
        let called = poll_fn(|context| {
            let mut service = self.service.borrow_mut();
            match service.poll_ready(context) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) => {
                    let request = request.take().expect("`call` happens once");
                    Poll::Ready(Ok(service.call(request)))
                }
            }
        });
        let future = match called.await {
            Ok(future) => future,
            Err(error) => return Outcome::Unsent { cause: format!("the service is not ready: {error}") },
        };
        let response = match future.await {
            Ok(response) => response,
            Err(error) => return lost(format!("the service failed: {error}")),
        };
        let (parts, body) = response.into_parts();
        let headers = record_headers(&parts.headers, &[]);
        let body = match read_bounded(body, self.limits.reply_bytes_max).await {
            Ok(bytes) => read_body(headers.get("content-type").map(String::as_str), &bytes),
            Err(Unread::TooLong(bytes)) => {
                let content_type = headers.get("content-type").map(String::as_str);
                read_oversized_body(content_type, &bytes, self.limits.reply_bytes_max)
            }
            Err(Unread::Failed(error)) => return lost(format!("the response is incomplete: {error}")),
        };
        Outcome::Replied(Reply { status: parts.status.as_u16(), headers, body })
    }
}

/// Why a body was not read to its end.
enum Unread<E> {
    /// The beginning of a body above the limit.
    TooLong(Vec<u8>),
    Failed(E),
}

/// Reads a body of at most `bytes_max` bytes.
async fn read_bounded<R: Body>(body: R, bytes_max: usize) -> Result<Vec<u8>, Unread<R::Error>> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame.map_err(Unread::Failed)?.into_data() else { continue };
        while data.has_remaining() {
            let chunk = data.chunk();
            let taken = chunk.len().min(bytes_max + 1 - bytes.len());
            bytes.extend_from_slice(&chunk[..taken]);
            data.advance(taken);
            if bytes.len() > bytes_max {
                return Err(Unread::TooLong(bytes));
            }
        }
    }
    Ok(bytes)
}

impl<S, B, R> Endpoint for ServiceEndpoint<S, B>
where
    S: Service<http::Request<B>, Response = http::Response<R>>,
    S::Error: Display,
    B: From<Bytes>,
    R: Body,
    R::Error: Display,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(&'a self, request: &'a Request) -> PendingOutcome<'a> {
        Box::pin(async move {
            match self.compose(request) {
                Ok(composed) => tokio::time::timeout(self.limits.request_timeout, self.exchange(composed))
                    .await
                    .unwrap_or_else(|_| Outcome::Lost { cause: "no complete response in time".to_string() }),
                Err(cause) => Outcome::Unsent { cause },
            }
        })
    }
}
