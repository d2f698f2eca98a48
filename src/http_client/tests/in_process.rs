//! A service in this process: composition of requests, and reading of responses.

use super::*;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};
use tower_service::Service;

type RequestBody = Full<Bytes>;
type Response = hyper::Response<Full<Bytes>>;

/// Answers with the text of the request: method, address, headers, body.
struct EchoService;

impl Service<hyper::Request<RequestBody>> for EchoService {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: hyper::Request<RequestBody>) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_string());
            let bytes = body.collect().await?.to_bytes();
            let shown = json!({
                "method": parts.method.as_str(),
                "uri": parts.uri.to_string(),
                "host": header("host"),
                "type": header("content-type"),
                "key": header("x-key"),
                "body": String::from_utf8(bytes.to_vec()).unwrap(),
            });
            let response = hyper::Response::builder().status(201).header("content-type", "application/json");
            Ok(response.body(Full::from(shown.to_string())).unwrap())
        })
    }
}

/// Returns always the same response or error.
struct FixedService(Result<&'static str, &'static str>);

impl Service<hyper::Request<RequestBody>> for FixedService {
    type Response = Response;
    type Error = &'static str;
    type Future = Ready<Result<Response, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: hyper::Request<RequestBody>) -> Self::Future {
        ready(self.0.map(|text| hyper::Response::new(Full::from(text))))
    }
}

fn send<S>(service: S, request: &Request, identities: &crate::endpoint::Identities) -> Outcome
where
    S: Service<hyper::Request<RequestBody>, Response = Response>,
    S::Error: std::fmt::Display,
{
    let limits = HttpLimits { reply_bytes_max: 400, ..HttpLimits::USUAL };
    let endpoint = ServiceEndpoint::<S, RequestBody>::new("service", service, identities, limits, fixed_clock());
    block_on(endpoint.send(request))
}

#[test]
fn a_service_receives_the_request_that_the_http_client_would_send() {
    let headers = BTreeMap::from([("X-Key".to_string(), Credential::from_public_text("owner-key"))]);
    let identity = crate::endpoint::Identity { headers, ..Default::default() };
    let identities = crate::endpoint::Identities::new(BTreeMap::from([("owner".to_string(), identity)]));
    let request = Request {
        operation: "makeBox".into(),
        binding: "v1".into(),
        caller: "owner".into(),
        method: "POST".into(),
        path: "/v1/left%20top/boxes".into(),
        parameters: BTreeMap::new(),
        query: vec![("since".into(), "08:00 x".into()), ("since".into(), "b".into())],
        headers: Vec::new(),
        body: Some(json!({"name": "a"})),
    };
    let Outcome::Replied(reply) = send(EchoService, &request, &identities) else { panic!("a response arrives") };
    assert_eq!(reply.status, 201);
    let expected = json!({
        "method": "POST",
        "uri": "/v1/left%20top/boxes?since=08:00%20x&since=b",
        "host": "localhost",
        "type": "application/json",
        "key": "owner-key",
        "body": "{\"name\":\"a\"}",
    });
    assert_eq!(reply.body, crate::history::ReplyBody::Json(expected));
    let stranger = Request { caller: "none".into(), body: None, ..request };
    let Outcome::Replied(reply) = send(EchoService, &stranger, &identities) else { panic!("a response arrives") };
    let crate::history::ReplyBody::Json(shown) = reply.body else { panic!("the response is JSON") };
    assert_eq!((&shown["key"], &shown["type"], &shown["body"]), (&Value::Null, &Value::Null, &json!("")));
}

#[test]
fn a_response_is_read_up_to_a_bound_and_an_error_is_a_lost_response() {
    let request = request(&call("showBox"));
    let long: &'static str = Box::leak("x".repeat(401).into_boxed_str());
    let Outcome::Replied(reply) = send(FixedService(Ok(long)), &request, &identities()) else {
        panic!("a response arrives")
    };
    let crate::history::ReplyBody::TooLarge { because, .. } = reply.body else { panic!("the body is too long") };
    assert_eq!(because, "the body is longer than 400 bytes");
    let Outcome::Replied(reply) = send(FixedService(Ok("{}")), &request, &identities()) else {
        panic!("a response arrives")
    };
    assert_eq!(reply.body, crate::history::ReplyBody::Json(json!({})));
    let outcome = send(FixedService(Err("broken")), &request, &identities());
    assert_eq!(outcome, Outcome::Lost { cause: "the service failed: broken".to_string() });
}
