use super::*;

fn always(fault: WireDisturbance) -> WireFaults {
    WireFaults { per_mille: BTreeMap::from([(fault, 1000)]), ..WireFaults::NONE }
}

/// Checks the outcome and the number of requests at the endpoint, over a socket and in process.
fn check(fault: WireDisturbance, over_a_socket: &str, in_process: &str, asked: usize) {
    let wire = always(fault);
    let toy = ToyEndpoint::new(json!({"id": [{"n": 7}]}));
    let outcome = block_on(serve_during(&toy, &wire, async |base: String| {
        build_http(&base).send(&request(&call("showBox"))).await
    }));
    assert_eq!(summarise_outcome(&outcome), over_a_socket);
    assert_eq!(toy.asked.borrow().len(), asked);

    let faulty = DisturbedEndpoint::new(ToyEndpoint::new(json!({"id": [{"n": 7}]})), wire);
    let outcome = block_on(async { faulty.send(&request(&call("showBox"))).await });
    assert_eq!(summarise_outcome(&outcome), in_process);
    assert_eq!(faulty.endpoint.asked.borrow().len(), asked);
}

#[test]
fn the_client_observes_each_fault() {
    let busy = r#"429 {"error":{"code":429,"message":"too many requests"}}"#;
    let away = r#"503 {"error":{"code":503,"message":"not available"}}"#;
    let more = r#"202 {"id":[{"n":7,"x-undocumented":"surplus"}],"x-undocumented":"surplus"}"#;
    let (reset, cut) =
        ("lost: the connection was reset", "lost: the connection ended before the response was complete");
    let html = "202 text: the content type is `text/html`";
    check(WireDisturbance::Throttle, busy, busy, 0);
    check(WireDisturbance::Unavailable, away, away, 0);
    check(WireDisturbance::ResetBefore, reset, reset, 0);
    check(WireDisturbance::ResetAfter, reset, reset, 1);
    check(WireDisturbance::Truncate, cut, cut, 1);
    check(WireDisturbance::WrongType, html, html, 1);
    check(WireDisturbance::ExtraFields, more, more, 1);
}

#[test]
fn a_throttled_response_has_retry_after() {
    let wire = WireFaults { retry_after_s: 9, ..always(WireDisturbance::Throttle) };
    let outcome = block_on(serve_during(&ToyEndpoint::new(json!({})), &wire, async |base: String| {
        build_http(&base).send(&request(&call("showBox"))).await
    }));
    let Outcome::Replied(reply) = outcome else { panic!("{outcome:?}") };
    assert_eq!(reply.headers["retry-after"], "9");
}

#[test]
fn a_response_after_the_timeout_is_lost() {
    let wire = WireFaults { delay: Duration::from_secs(3600), ..always(WireDisturbance::Delay) };
    let outcome = block_on(serve_during(&ToyEndpoint::new(json!({})), &wire, async |base: String| {
        let limits = HttpLimits { request_timeout: Duration::from_millis(100), ..HttpLimits::USUAL };
        HttpEndpoint::new(&base, identities(), limits, &ConnectionSettings::default(), fixed_clock())
            .unwrap()
            .send(&request(&call("showBox")))
            .await
    }));
    assert_eq!(summarise_outcome(&outcome), "lost: no complete response in time");
}

#[test]
fn encodings_do_not_change_responses() {
    // A body of several compressed blocks, and an empty text.
    for body in [json!({"text": "x\u{e4}".repeat(50_000)}), json!("")] {
        for bits in 0..8 {
            let wire =
                WireFaults { gzip: bits & 1 != 0, chunked: bits & 2 != 0, close: bits & 4 != 0, ..WireFaults::NONE };
            let toy = ToyEndpoint::new(body.clone());
            block_on(serve_during(&toy, &wire, async |base: String| {
                let client = build_http(&base);
                for _ in 0..2 {
                    let outcome = client.send(&request(&call("showBox"))).await;
                    assert_eq!(summarise_outcome(&outcome), format!("202 {body}"));
                }
            }));
        }
    }
}

#[test]
fn a_compressed_response_that_is_cut_off_is_lost() {
    let wire = WireFaults { gzip: true, ..always(WireDisturbance::Truncate) };
    let outcome = block_on(serve_during(&ToyEndpoint::new(json!({"a": "b"})), &wire, async |base: String| {
        build_http(&base).send(&request(&call("showBox"))).await
    }));
    assert_eq!(summarise_outcome(&outcome), "lost: the connection ended before the response was complete");
}

#[test]
fn an_empty_response_can_be_cut_off() {
    let toy = ToyEndpoint {
        reply: Outcome::Replied(Reply { status: 202, headers: BTreeMap::new(), body: ReplyBody::Empty }),
        asked: RefCell::default(),
    };
    let outcome = block_on(serve_during(&toy, &always(WireDisturbance::Truncate), async |base: String| {
        build_http(&base).send(&request(&call("showBox"))).await
    }));
    assert!(matches!(outcome, Outcome::Lost { .. }), "{outcome:?}");
}

#[test]
fn faults_are_decided_for_each_request_of_a_connection() {
    let wire: WireFaults =
        "seed=5,reset-after=200,truncate=100,throttle=100,unavailable=50,wrong-type=50,extra-fields=50,reset-before=50"
            .parse()
            .unwrap();
    let number_of = 300;
    let toy = ToyEndpoint::new(json!({"id": 1}));
    let over_a_socket: Vec<String> = block_on(serve_during(&toy, &wire, async |base: String| {
        let client = build_http(&base);
        let mut all = Vec::new();
        for _ in 0..number_of {
            all.push(summarise_outcome(&client.send(&request(&call("showBox"))).await));
        }
        all
    }));
    let faulty = DisturbedEndpoint::new(ToyEndpoint::new(json!({"id": 1})), wire.clone());
    let in_process: Vec<String> = block_on(async {
        let mut all = Vec::new();
        for _ in 0..number_of {
            all.push(summarise_outcome(&faulty.send(&request(&call("showBox"))).await));
        }
        all
    });
    assert_eq!(over_a_socket, in_process);
    assert_eq!(toy.asked.borrow().len(), faulty.endpoint.asked.borrow().len());
}
