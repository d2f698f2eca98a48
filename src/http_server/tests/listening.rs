use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Sends a call over a socket; returns the outcome and the requests at the endpoint.
fn sent(call: &Call) -> (Outcome, Vec<Request>) {
    let toy = ToyEndpoint::new(json!({"id": "7"}));
    let outcome = block_on(serve_during(&toy, &WireFaults::NONE, async |base: String| {
        build_http(&base).send(&request(call)).await
    }));
    (outcome, toy.asked.into_inner())
}

/// Writes text to the socket, and reads until the server closes the connection.
fn raw(text: &str) -> String {
    let toy = ToyEndpoint::new(json!({"id": "7"}));
    block_on(serve_during(&toy, &WireFaults::NONE, async |base: String| {
        let address = base.strip_prefix("http://").unwrap();
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        reply
    }))
}

fn post(path: &str, body: &str) -> String {
    raw(&format!(
        "POST {path} HTTP/1.1\r\nhost: h\r\nx-key: {CANARY}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

#[test]
fn a_request_arrives_as_it_was_composed() {
    let mut call = call("openBox");
    call.path.insert("box_id".into(), json!("a/b \u{e4}"));
    call.query = BTreeMap::from([("sort".into(), json!("x&y=z +")), ("limit".into(), json!(3))]);
    call.headers = BTreeMap::from([("X-Box-Version".into(), "1.2".into())]);
    call.body = Some(json!({"open": null}));
    let (outcome, asked) = sent(&call);
    assert_eq!(summarise_outcome(&outcome), r#"202 {"id":"7"}"#);
    assert_eq!(asked, [request(&call)]);
}

#[test]
fn only_known_response_headers_are_recorded() {
    let (Outcome::Replied(reply), _) = sent(&call("showBox")) else { panic!("the toy replies") };
    let names: Vec<&str> = reply.headers.keys().map(String::as_str).collect();
    assert_eq!(names, ["content-type", "location", "x-box-api-version"]);
}

#[test]
fn the_token_determines_the_caller_and_is_not_passed_on() {
    for caller in ["owner", "other", "none"] {
        let (_, asked) = sent(&Call { caller: caller.into(), ..call("showBox") });
        assert_eq!(asked[0].caller, caller);
        assert_eq!(asked[0].headers, []);
    }
}

#[test]
fn a_fixed_segment_goes_before_a_parameter() {
    let (_, asked) = sent(&call("listBoxes"));
    assert_eq!(asked[0].operation, "listBoxes");
}

#[test]
fn the_top_key_of_the_body_selects_the_action() {
    for (operation, body) in [("openBox", json!({"open": {}})), ("shutBox", json!({"shut": null, "note": 1}))] {
        let (_, asked) = sent(&Call { body: Some(body), ..call(operation) });
        assert_eq!(asked[0].operation, operation);
    }
}

#[test]
fn a_body_without_an_action_is_refused_for_authenticated_callers() {
    let open = Call { body: Some(json!({"ajar": 1})), ..call("openBox") };
    let (outcome, asked) = sent(&open);
    assert!(summarise_outcome(&outcome).starts_with("400 ") && asked.is_empty());
    let (_, asked) = sent(&Call { caller: "none".into(), ..open });
    assert_eq!(asked.len(), 1, "the endpoint answers 401");
}

#[test]
fn a_null_body_is_distinguished_from_no_body() {
    for body in [None, Some(Value::Null)] {
        let (_, asked) = sent(&Call { body: body.clone(), ..call("createBox") });
        assert_eq!(asked[0].body, body);
    }
}

#[test]
fn unknown_paths_other_methods_and_malformed_bodies_are_refused() {
    assert!(post("/v1/s/bags", "{}").starts_with("HTTP/1.1 404 "));
    let other = raw(&format!("DELETE /v1/s/boxes HTTP/1.1\r\nhost: h\r\nx-key: {CANARY}\r\nconnection: close\r\n\r\n"));
    assert!(other.starts_with("HTTP/1.1 405 ") && other.contains("allow: POST"), "{other}");
    assert!(post("/v1/s/boxes", "{\"a\":").starts_with("HTTP/1.1 400 "));
    assert!(post("/v1/s/boxes/", "{}").starts_with("HTTP/1.1 202 "));
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    assert!(
        raw("POST /v1/s/boxes HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: 99999999\r\n\r\n")
            .starts_with("HTTP/1.1 413 ")
    );
}

#[test]
fn an_endpoint_that_loses_a_request_resets_the_connection() {
    let toy = ToyEndpoint { reply: Outcome::Lost { cause: "gone".into() }, asked: RefCell::default() };
    let outcome = block_on(serve_during(&toy, &WireFaults::NONE, async |base: String| {
        build_http(&base).send(&request(&call("showBox"))).await
    }));
    assert!(matches!(outcome, Outcome::Lost { .. }), "{outcome:?}");
}

#[test]
fn addresses_of_other_machines_need_permission() {
    let error = block_on(bind_listener("0.0.0.0:0".parse().unwrap(), false)).unwrap_err();
    assert!(matches!(error, ListenError::Exposed { .. }));
    let taken = block_on(async {
        let first = bind_listener("127.0.0.1:0".parse().unwrap(), false).await.unwrap();
        bind_listener(first.local_addr().unwrap(), false).await.unwrap_err()
    });
    assert!(matches!(taken, ListenError::Taken { .. }));
}
