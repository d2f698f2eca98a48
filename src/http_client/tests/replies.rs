use super::*;

const JSON: &str = "content-type: application/json\r\n";

/// Checks the outcome of a response with a content type and a body.
fn check(headers: &str, body: &[u8], expected: &str) {
    assert_eq!(summarise_outcome(&send_to_server_with(&reply_bytes("200 OK", headers, body))), expected);
}

#[test]
fn json_is_read_for_all_names_of_charsets() {
    check(JSON, b"{\"a\":1}", r#"200 {"a":1}"#);
    check("content-type: Application/JSON; Charset=\"UTF8\"\r\n", b"[1]", "200 [1]");
    check("content-type: application/problem+json\r\n", b"{}", "200 {}");
    check("content-type: application/json;charset=ISO-8859-1\r\n", b"\"\xe4\"", "200 \"\u{e4}\"");
    check(JSON, b"\xef\xbb\xbf{}", "200 {}");
    check("", b"{}", "200 {}");
}

#[test]
fn a_body_that_is_not_json_is_kept_as_text_with_the_reason() {
    check("content-type: text/html\r\n", b"<html>", "200 text: the content type is `text/html`");
    check(JSON, b"\"\xe4\"", "200 text: the body is not UTF-8 at byte 1");
    check(JSON, b"{", "200 text: the body is not JSON: EOF while parsing an object at line 1 column 1");
    check("", b"hello", "200 text: the body is not JSON: expected value at line 1 column 1");
}

#[test]
fn an_empty_body_is_empty_for_all_content_types() {
    check(JSON, b"", "200 empty");
    check("content-type: text/html\r\n", b"\r\n", "200 empty");
    assert_eq!(summarise_outcome(&send_to_server_with(b"HTTP/1.1 204 No Content\r\n\r\n")), "204 empty");
}

#[test]
fn bodies_are_limited_in_length_and_depth_and_values() {
    let many = format!("[{}0]", "0,".repeat(200_000));
    check(JSON, many.as_bytes(), "200 too large: the body has more than 100000 values");
    let long = format!("\"{}\"", "x".repeat(2 << 20));
    check(JSON, long.as_bytes(), "200 too large: the body is longer than 1048576 bytes");
    let deep = format!("{}{}", "[".repeat(101), "]".repeat(101));
    check(JSON, deep.as_bytes(), "200 too large: the body is nested deeper than 100 levels");
    let endless = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    check(JSON, endless.as_bytes(), "200 too large: the body is nested deeper than 100 levels");
}

#[test]
fn the_deepest_accepted_body_can_be_read_from_a_history() {
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let outcome = send_to_server_with(&reply_bytes("200 OK", JSON, deep.as_bytes()));
    assert!(summarise_outcome(&outcome).starts_with("200 [["));
    let line = serde_json::to_string(&json!({ "outcome": outcome })).unwrap();
    serde_json::from_str::<Value>(&line).unwrap();
}

#[test]
fn a_response_with_an_invalid_encoding_is_a_response() {
    let outcome = send_to_server_with(&reply_bytes(
        "200 OK",
        "content-type: application/json\r\ncontent-encoding: gzip\r\n",
        b"not packed",
    ));
    assert!(summarise_outcome(&outcome).starts_with("200 text: the content encoding is invalid"), "{outcome:?}");
}

#[test]
fn causes_of_lost_responses_are_distinguished() {
    assert_eq!(
        summarise_outcome(&send_to_server_with(b"")),
        "lost: the connection ended before the response was complete"
    );
    assert_eq!(
        summarise_outcome(&send_to_server_with(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}")),
        "lost: the connection ended before the response was complete"
    );
    assert_eq!(
        summarise_outcome(&send_to_server_with(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab")),
        "lost: the connection ended before the response was complete"
    );
    assert_eq!(
        summarise_outcome(&send_to_server_with(b"\x15\x03\x01\x00\x02\x02\x16 not HTTP\r\n\r\n")),
        "lost: the answer is not HTTP"
    );
}

#[test]
fn a_response_that_never_arrives_is_lost() {
    let outcome = block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let limits = HttpLimits { request_timeout: Duration::from_millis(100), ..HttpLimits::USUAL };
        // The system accepts the connection for the listener, and nobody reads.
        HttpEndpoint::new(&base, identities(), limits, &ConnectionSettings::default(), fixed_clock())
            .unwrap()
            .send(&request(&call("showBox")))
            .await
    });
    assert_eq!(summarise_outcome(&outcome), "lost: no complete response in time");
}

/// An address without a server.
fn address_without_server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn without_a_server_the_request_is_unsent() {
    let outcome = block_on(async { build_http(&address_without_server()).send(&request(&call("showBox"))).await });
    assert_eq!(summarise_outcome(&outcome), "unsent: no server listens at this address: the connection was refused");
}

#[test]
fn a_redirect_is_a_response_and_is_not_followed() {
    let outcome = send_to_server_with(&reply_bytes("302 Found", "location: http://127.0.0.1:1/\r\n", b""));
    let Outcome::Replied(reply) = outcome else { panic!("{outcome:?}") };
    assert_eq!((reply.status, reply.headers["location"].as_str()), (302, "http://127.0.0.1:1/"));
}

/// The message of a probe, without the place.
fn probe_server_with(bytes: &[u8]) -> Result<u16, String> {
    serve_bytes(bytes, async |base: String| probe_endpoint(&build_http(&base), &request(&call("listBoxes"))).await)
        .map_err(|error| {
            assert!(error.place.ends_with("/v1/left%20top/boxes/detail"));
            format!("{}; {}", error.cause, error.remedy)
        })
}

#[test]
fn a_probe_names_cause_and_remedy() {
    let cases: &[(Vec<u8>, &str, &str)] = &[
        (
            reply_bytes("200 OK", "content-type: text/html\r\n", b"<!DOCTYPE html><p>"),
            "answers HTML",
            "not of a console",
        ),
        (reply_bytes("200 OK", "content-type: text/plain\r\n", b"hello"), "does not answer JSON", "not of a console"),
        (reply_bytes("401 Unauthorized", JSON, b"{}"), "refuses the owner's credentials", "identities.owner"),
        (reply_bytes("301 Moved", "location: /x\r\n", b""), "redirect (301)", "to which the redirect leads"),
        (reply_bytes("503 Busy", JSON, b"{}"), "answers 503", "try later"),
        (b"\x15\x03\x01\x00\x02\x02\x16 not HTTP\r\n\r\n".to_vec(), "not HTTP", "begins with https://"),
        (Vec::new(), "ended before", "check the log"),
    ];
    for (bytes, cause, remedy) in cases {
        let message = probe_server_with(bytes).unwrap_err();
        assert!(message.contains(cause) && message.contains(remedy), "{message}");
        assert!(!message.contains("canary"));
    }
    for (line, status) in [("200 OK", 200), ("404 Not Found", 404), ("403 Forbidden", 403), ("500 Oops", 500)] {
        assert_eq!(probe_server_with(&reply_bytes(line, JSON, b"{}")), Ok(status));
    }
}

#[test]
fn an_api_is_recognised_by_one_known_read() {
    let recognised = |bytes: &[u8], reads: usize| {
        serve_bytes(bytes, async |base: String| {
            recognise_api(&build_http(&base), &vec![request(&call("listBoxes")); reads])
                .await
                .map_err(|error| error.to_string())
        })
    };
    for (line, cause, remedy) in [
        ("404 Not Found", "answers 404 to documented reads", "base of the address"),
        ("403 Forbidden", "forbids", "its credentials"),
    ] {
        let message = recognised(&reply_bytes(line, JSON, b"{}"), 2).unwrap_err();
        assert!(message.contains(cause) && message.contains(remedy), "{message}");
    }
    assert_eq!(recognised(&reply_bytes("500 Oops", JSON, b"{}"), 2), Ok(()));
    // A suite without such a read cannot be recognised.
    assert_eq!(recognised(&reply_bytes("404 Not Found", JSON, b"{}"), 0), Ok(()));
}

#[test]
fn offered_values_and_quotas_are_read_by_the_pointers_of_the_profile() {
    let body = br#"{"sizes": [{"id": "s"}, {"id": "m"}], "most": 5, "any": -1, "used": 7}"#;
    let offer = |each: &str, value: &str| {
        let offer = PoolOffer { get: "/v1/{shelf}/sizes?all=1".into(), each: each.into(), value: value.into() };
        serve_bytes(&reply_bytes("200 OK", JSON, body), async |base: String| {
            read_offered_values(&build_http(&base), &offer).await.map_err(|error| error.to_string())
        })
    };
    assert_eq!(offer("/sizes", "/id"), Ok(vec![json!("s"), json!("m")]));
    for (each, value, told) in [("/size", "/id", "a list at `/size`"), ("/sizes", "/ID", "a value at `/sizes/*/ID`")] {
        let message = offer(each, value).unwrap_err();
        assert!(message.contains("/v1/left%20top/sizes?all=1") && message.contains(told), "{message}");
    }
    let left = |status: &str, get: &str, most: &str, used: Option<&str>| {
        let quota = ResourceQuota { get: get.into(), most: most.into(), used: used.map(str::to_string) };
        serve_bytes(&reply_bytes(status, JSON, body), async |base: String| {
            read_free_quota(&build_http(&base), &quota).await.map_err(|error| error.to_string())
        })
    };
    assert_eq!(left("200 OK", "/q", "/most", None), Ok(Some(5)));
    assert_eq!(left("200 OK", "/q", "/most", Some("/used")), Ok(Some(0)), "more resources than the quota leave none");
    assert_eq!(left("200 OK", "/q", "/any", Some("/used")), Ok(None));
    assert!(left("200 OK", "/q", "/sizes", None).unwrap_err().contains("a number at `/sizes`"));
    assert!(left("404 Not Found", "/q", "/most", None).unwrap_err().contains("answers 404 to a read of the profile"));
    assert!(left("200 OK", "/{town}/q", "/most", None).unwrap_err().contains("`town` has no value"));
}

#[test]
fn a_probe_reports_a_missing_server() {
    let probed = |base: String| {
        block_on(async { probe_endpoint(&build_http(&base), &request(&call("listBoxes"))).await }).unwrap_err()
    };
    assert!(probed(address_without_server()).to_string().contains("start the server"));
}

#[test]
fn an_invalid_address_is_refused_without_its_secrets() {
    let refused = |base: &str| {
        HttpEndpoint::new(base, identities(), HttpLimits::USUAL, &ConnectionSettings::default(), fixed_clock())
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    for base in ["ftp://h", "localhost:80", "", "http://", "http://h/?a=b"] {
        refused(base);
    }
    for base in ["http://canary:canary@h/", "http://canary@h:x/", "http://h/?token=canary"] {
        let message = refused(base);
        assert!(!message.contains("canary"), "{message}");
    }
    assert_eq!(
        HttpEndpoint::new(
            "http://h/base/",
            identities(),
            HttpLimits::USUAL,
            &ConnectionSettings::default(),
            fixed_clock()
        )
        .unwrap()
        .name(),
        "http://h/base"
    );
}
