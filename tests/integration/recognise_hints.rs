//! Refusals of a quota that the profile does not recognise: one finding with an entry for the profile, and
//! with the entry no finding.

use super::hostile_server::{Attack, HostileServer, Misbehavior, html_not_found, refused, run_probity};

/// Runs with the trouble at each third request of a method after the first 30 requests, adds the hint of the report to
/// the profile, and runs again.
fn check(name: &str, method: &'static str, trouble: fn() -> Misbehavior, expected: &str) {
    let start = || {
        HostileServer::before_lamps(move |request| match request.nth {
            nth if nth > 30 && nth % 3 == 0 && request.method == method => trouble().before_effect(),
            _ => Attack::PassThrough,
        })
    };
    let limits =
        "limits: { rate: 0, request_seconds: 1, poll_ms: 5, seconds: 40, reserve_seconds: 10 }\nsettle_percent: 5";
    let arguments = ["--requests", "300", "--seed", "1"];
    let run = run_probity(&format!("hint-{name}"), &start(), limits, &arguments);
    run.check_unharmed(&[1]);
    let report = run.report();
    let findings = report["findings"].as_array().expect("findings");
    let hints: Vec<&str> = findings.iter().filter_map(|finding| finding["recognise"].as_str()).collect();
    assert_eq!(hints, [expected], "{name}: {}", run.told);
    // A page in place of a 404 that comes while a lamp is being removed reads as the end of the removal, and the next response
    // contradicts that. It is a second deviation of such an endpoint, without a hint.
    if method != "GET" {
        assert_eq!(findings.len(), 1, "{name}: the same reason is one finding: {}", run.told);
    }
    assert!(run.told.contains(expected), "{name}: {}", run.told);

    let again = run_probity(&format!("hinted-{name}"), &start(), &format!("{limits}\n{expected}"), &arguments);
    again.check_unharmed(&[0, 3]);
    assert_eq!(again.failed_clauses(), Vec::<String>::new(), "{name}: {}", again.told);
}

#[test]
fn a_refusal_that_names_a_quota_is_one_finding_with_an_entry_for_the_profile() {
    check(
        "quota",
        "POST",
        || refused(403, "Quota exceeded for lamps: at most 10"),
        r#"recognise: { quota: { when: 'status == 403 && body.error.message.contains("Quota")' } }"#,
    );
    check(
        "limit",
        "POST",
        || refused(413, "The limit has been reached."),
        r#"recognise: { quota: { when: 'status == 413 && body.error.message.contains("limit has been reached")' } }"#,
    );
}

#[test]
fn a_page_in_place_of_a_404_is_one_finding_however_often_it_comes() {
    check("page", "GET", html_not_found, r#"recognise: { maintenance: { when: 'status == 404 && text != null' } }"#);
}
