use super::*;
use crate::history::InfrastructureFailure;
use crate::profile::Profile;

fn reply(status: u16, body: ReplyBody) -> Outcome {
    Outcome::Replied(Reply { status, headers: BTreeMap::new(), body })
}

fn toy(outcome: Outcome) -> ToyEndpoint {
    ToyEndpoint { reply: outcome, asked: RefCell::default() }
}

/// The recognisers of a profile.
fn recognisers(text: &str) -> Vec<InfrastructureRecogniser> {
    Profile::parse(&format!("recognise:\n{text}"), "p.yaml", &|_| None).unwrap().recognise
}

const ALL: &str = r#"
  quota: { when: 'status == 403 && body.error.message.contains("uota")', at_most: 2 }
  throttling: { when: 'body.error.code == "Common.1503"' }
  maintenance: { when: 'status in [200, 503] && text.contains("maintenance")' }
"#;

/// Checks the outcome of one response.
fn check(outcome: Outcome, expected: Option<InfrastructureFailure>) {
    let endpoint = RecognisingEndpoint::new(toy(outcome.clone()), recognisers(ALL));
    let seen = block_on(async { endpoint.send(&request(&call("showBox"))).await });
    match (expected, outcome) {
        (Some(kind), Outcome::Replied(reply)) => {
            assert_eq!(seen, Outcome::InfrastructureFailed { by: kind, reply, may_have_acted: false })
        }
        (_, outcome) => assert_eq!(seen, outcome),
    }
}

#[test]
fn responses_are_recognised_by_status_body_or_text() {
    let json = |value: Value| ReplyBody::Json(value);
    check(reply(403, json(json!({ "error": { "message": "Quota exceeded" } }))), Some(InfrastructureFailure::Quota));
    check(reply(403, json(json!({ "error": { "message": "forbidden" } }))), None);
    check(reply(403, json(json!({ "message": "Quota" }))), None);
    check(reply(202, json(json!({ "error": { "code": "Common.1503" } }))), Some(InfrastructureFailure::Throttling));
    let page = ReplyBody::Text { begins: "<html>under maintenance".into(), because: "its content type".into() };
    check(reply(200, page), Some(InfrastructureFailure::Maintenance));
    check(reply(404, ReplyBody::Empty), None);
    check(Outcome::Lost { cause: "gone".into() }, None);
}

#[test]
fn too_many_infrastructure_failures_end_the_run() {
    let quota = reply(403, ReplyBody::Json(json!({ "error": { "message": "Quota exceeded" } })));
    let endpoint = RecognisingEndpoint::new(toy(quota), recognisers(ALL));
    for _ in 0..2 {
        block_on(async { endpoint.send(&request(&call("showBox"))).await });
        assert_eq!(endpoint.exceeded_failures(), None);
    }
    block_on(async { endpoint.send(&request(&call("showBox"))).await });
    let cause = "3 responses were refused for a quota, more than the limit of 2 for a run";
    assert_eq!(endpoint.exceeded_failures().as_deref(), Some(cause));
}

#[test]
fn a_throttled_response_is_counted_and_stays_a_response() {
    let endpoint =
        RecognisingEndpoint::new(toy(reply(429, ReplyBody::Empty)), recognisers("  throttling: { at_most: 1 }"));
    for _ in 0..2 {
        let seen = block_on(async { endpoint.send(&request(&call("showBox"))).await });
        assert_eq!(seen, reply(429, ReplyBody::Empty));
    }
    assert!(endpoint.exceeded_failures().is_some_and(|cause| cause.starts_with("2 responses were throttled")));
}

#[test]
fn a_condition_with_an_unknown_name_is_refused() {
    for (text, words) in [
        ("  quota: { when: 'stauts == 403' }", "the unknown name `stauts`"),
        ("  quota: { when: 'status ==' }", "write a condition over status, body, header, text"),
        ("  lunch: { when: 'true' }", "lunch"),
    ] {
        let error = Profile::parse(&format!("recognise:\n{text}"), "p.yaml", &|_| None).unwrap_err().to_string();
        assert!(error.starts_with("p.yaml:2:") && error.contains(words), "{error}");
    }
}

/// Whether the endpoint may have carried out a call with this status, as the recognisers of a profile say; none for a
/// response that stays a response.
fn check_effect(text: &str, status: u16, expected: Option<bool>) {
    let headers = BTreeMap::from([("retry-after".to_string(), "1".to_string())]);
    let answer = Outcome::Replied(Reply { status, headers, body: ReplyBody::Empty });
    let endpoint = RecognisingEndpoint::new(toy(answer), recognisers(text));
    let seen = match block_on(async { endpoint.send(&request(&call("showBox"))).await }) {
        Outcome::InfrastructureFailed { may_have_acted, .. } => Some(may_have_acted),
        _ => None,
    };
    assert_eq!(seen, expected, "{text} with {status}");
}

#[test]
fn the_profile_says_whether_a_throttled_call_may_have_been_carried_out() {
    for status in [413, 429, 502, 503, 504] {
        check_effect("  throttling: { at_most: 5 }", status, None);
        check_effect("  throttling: { effect: possible }", status, Some(true));
        check_effect("  throttling: { effect: none }", status, Some(false));
    }
    let maintenance = "  maintenance: { when: 'status in [409, 503]' }";
    check_effect(maintenance, 503, Some(true));
    check_effect(maintenance, 409, Some(false));
    check_effect("  maintenance: { when: 'status == 503', effect: none }", 503, Some(false));
}
