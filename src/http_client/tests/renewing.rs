//! Tokens over sockets: renewal, and errors of token services.

use super::servers::*;
use super::*;
use std::cell::Cell;

const CLIENT: &str = SCHEMES[2];

/// The number of granted tokens, and the outcome of each request in order.
fn run_requests(
    scheme: &str,
    lifetime_s: i64,
    refused: &dyn Fn(&str) -> bool,
    requests: &[(&str, i64)],
) -> (u32, Vec<String>) {
    let number = Cell::new(0);
    let passed = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let clock = passed.clone();
    let start = fixed_clock()();
    let later: WallClock =
        Arc::new(move || start + jiff::SignedDuration::from_secs(clock.load(std::sync::atomic::Ordering::SeqCst)));
    let answer = |asked: &ReceivedRequest| {
        if asked.is_for("/token") || asked.is_for("/v3/auth/tokens") {
            return build_token_answer_at(&number, later(), lifetime_s);
        }
        let token = asked.header("authorization").or(asked.header("x-auth-token")).unwrap_or_default();
        let status = if refused(token) { "401 Unauthorized" } else { "200 OK" };
        json_reply(status, "", &json!({ "number": number.get() }))
    };
    let statuses = block_on(answering(&answer, async |base: String| {
        let http = client_at(&base, &profile(scheme, &base), later.clone());
        let mut statuses = Vec::new();
        for (caller, at_s) in requests {
            passed.store(*at_s, std::sync::atomic::Ordering::SeqCst);
            statuses.push(summarise_outcome(&http.send(&request_of(caller)).await));
        }
        statuses
    }));
    (number.get(), statuses)
}

#[test]
fn a_token_is_kept_until_shortly_before_its_end() {
    for scheme in &SCHEMES[2..6] {
        let times = [("owner", 0), ("owner", 3000), ("owner", 3539), ("owner", 3545), ("owner", 3700)];
        let (granted, statuses) = run_requests(scheme, 3600, &|_| false, &times);
        assert_eq!(granted, 2, "{scheme}");
        let numbers = [1, 1, 1, 2, 2].map(|number| format!("200 {{\"number\":{number}}}"));
        assert_eq!(statuses, numbers, "{scheme}");
    }
}

#[test]
fn a_refused_token_is_replaced_once() {
    let first = |token: &str| token.contains("granted-1");
    assert_eq!(run_requests(CLIENT, 3600, &first, &[("owner", 0)]).1, [r#"200 {"number":2}"#]);
    let (granted, statuses) = run_requests(CLIENT, 3600, &|_| true, &[("owner", 0), ("owner", 1), ("owner", 2)]);
    assert_eq!(granted, 2, "a refused replacement is not replaced");
    assert_eq!(statuses, [r#"401 {"number":2}"#; 3]);
}

#[test]
fn expired_and_forged_callers_get_no_new_token() {
    let (granted, statuses) = run_requests(CLIENT, 3600, &|_| true, &[("forged", 0), ("none", 0), ("other", 0)]);
    assert_eq!(granted, 0);
    assert_eq!(statuses, [r#"401 {"number":0}"#; 3]);
}

/// The error of a probe, if the token service gives the answer.
fn error_of_token_service(answer: &dyn Fn(&ReceivedRequest) -> Vec<u8>) -> String {
    block_on(answering(answer, async |base: String| {
        let profile = profile(CLIENT, &base);
        let http = client(&base, &profile);
        let error = probe_endpoint(&http, &request_of("owner")).await.unwrap_err().to_string();
        let outcome = http.send(&request_of("owner")).await;
        assert!(matches!(outcome, Outcome::Unsent { .. }), "{outcome:?}");
        let all = format!("{error} {outcome:?}");
        assert!(!all.contains("canary"), "{all}");
        error.replace(&base, "BASE")
    }))
}

#[test]
fn an_error_of_a_token_service_names_cause_and_remedy() {
    let html = |asked: &ReceivedRequest| {
        let page = format!("<html><body>Sign in, {}</body></html>", asked.body);
        reply_bytes("200 OK", "content-type: text/html\r\nconnection: close\r\n", page.as_bytes())
    };
    type Answer = Box<dyn Fn(&ReceivedRequest) -> Vec<u8>>;
    let cases: Vec<(&str, Answer)> = vec![
        ("the token service answers HTML (status 200)", Box::new(html)),
        (
            "the token service refuses the credentials with 401 (invalid_client)",
            Box::new(|asked| {
                let body = json!({ "error": "invalid_client", "error_description": asked.header("authorization") });
                json_reply("401 Unauthorized", "", &body)
            }),
        ),
        (
            "the token service answers with a redirect (302)",
            Box::new(|_| json_reply("302 Found", "location: http://127.0.0.1:9/\r\n", &json!({}))),
        ),
        ("there is no token service at this address (status 404)", Box::new(|_| json_reply("404 No", "", &json!({})))),
        ("the token service answers 503", Box::new(|_| json_reply("503 Later", "", &json!({})))),
        (
            "the token service issues no token: the answer has no `token_type`",
            Box::new(|asked| json_reply("200 OK", "", &json!({ "echo": asked.head }))),
        ),
    ];
    for (cause, answer) in cases {
        let error = error_of_token_service(&*answer);
        assert!(error.starts_with(&format!("BASE/token: {cause}; ")), "{error}");
    }
}

#[test]
fn a_missing_token_service_is_distinguished_from_a_missing_endpoint() {
    let error = block_on(async {
        let profile = profile(CLIENT, "http://127.0.0.1:9");
        let http = client("http://127.0.0.1:10", &profile);
        probe_endpoint(&http, &request_of("owner")).await.unwrap_err().to_string()
    });
    let begins = "http://127.0.0.1:9/token: no answer from the token service: no server listens at this address";
    assert!(error.starts_with(begins), "{error}");
}
