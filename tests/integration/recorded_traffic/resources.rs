//! Which resources and calls are judged, and which are undetermined.

use super::{check, har_text, judge_text, list_told};

const RED: &str = r#"{"id":"lamp-1","state":"BRIGHT","color":"red"}"#;

fn light(start: &str) -> String {
    format!(r#"{start}+5 POST /v1/lamps {{"color":"red"}} -> 201 {RED}"#)
}

#[test]
fn a_promise_that_a_recorded_response_breaks_is_a_deviation() {
    check(
        "broken",
        &[&light("0"), r#"1+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"blue"}"#],
        r#"
entries: 2 read, 2 judged, 0 not covered by the suite, 0 not judged
FAIL lamp.frame.color
  expected   lamp lamp-1: color is "red"
  got        lamp lamp-1: color is "blue"
"#,
    );
}

#[test]
fn traffic_that_keeps_the_promises_has_no_deviation() {
    check(
        "kept",
        &[
            &light("0"),
            "1+5 POST /v1/lamps/lamp-1/dim -> 204",
            r#"2+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"DIMMING","color":"red"}"#,
            "150+5 GET /v1/lamps/lamp-1 -> 200 {\"id\":\"lamp-1\",\"state\":\"DIM\",\"color\":\"red\"}",
            "151+5 POST /v1/lamps/lamp-1/dim -> 409",
            "152+5 DELETE /v1/lamps/lamp-1 -> 204",
            "300+5 GET /v1/lamps/lamp-1 -> 404",
        ],
        "entries: 7 read, 7 judged, 0 not covered by the suite, 0 not judged\n",
    );
}

#[test]
fn a_lamp_that_existed_before_is_undetermined_until_a_response_shows_it() {
    // Nothing is known of the lamp: any response is possible, and no promise has been made.
    check(
        "before",
        &[
            "0+5 POST /v1/lamps/old/dim -> 409",
            "1+5 POST /v1/lamps/old/dim -> 204",
            r#"2+5 GET /v1/lamps/old -> 200 {"id":"old","state":"BRIGHT","color":"red"}"#,
            "3+5 GET /v1/lamps/none -> 404",
            r#"4+5 GET /v1/lamps/none -> 200 {"id":"none","state":"DIM","color":"red"}"#,
            "5+5 DELETE /v1/lamps/old -> 404",
        ],
        "entries: 6 read, 6 judged, 0 not covered by the suite, 0 not judged\n",
    );
    // After the longest time of a transition, a response shows the lamp.
    check(
        "shown",
        &[
            r#"0+5 GET /v1/lamps/old -> 200 {"id":"old","state":"DIM","color":"red"}"#,
            r#"200+5 GET /v1/lamps/old -> 200 {"id":"old","state":"DIM","color":"red"}"#,
            r#"201+5 GET /v1/lamps/old -> 200 {"id":"old","state":"DIM","color":"blue"}"#,
        ],
        r#"
entries: 3 read, 3 judged, 0 not covered by the suite, 0 not judged
FAIL lamp.frame.color
  expected   lamp old: color is "red"
  got        lamp old: color is "blue"
"#,
    );
}

#[test]
fn a_new_lamp_with_the_id_of_a_removed_one_is_another_lamp() {
    check(
        "again",
        &[
            &light("0"),
            "1+5 DELETE /v1/lamps/lamp-1 -> 204",
            "300+5 GET /v1/lamps/lamp-1 -> 404",
            r#"301+5 POST /v1/lamps {"color":"blue"} -> 201 {"id":"lamp-1","state":"BRIGHT","color":"blue"}"#,
            r#"302+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"blue"}"#,
            r#"303+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#,
        ],
        r#"
entries: 6 read, 6 judged, 0 not covered by the suite, 0 not judged
FAIL lamp.frame.color
  expected   lamp lamp-1: color is "blue"
  got        lamp lamp-1: color is "red"
"#,
    );
}

#[test]
fn calls_that_the_suite_does_not_cover_are_named_and_not_judged() {
    check(
        "silent",
        &[
            &light("0"),
            "1+5 GET /v1/candles?secret=1 -> 500",
            "2+5 GET https://user:pass@other.example.org/x -> 200",
            "3+5 PUT https://other.example.org/tags/lamp-2 -> 200",
        ],
        r#"
entries: 4 read, 1 judged, 3 not covered by the suite, 0 not judged
  not covered: GET lamps.example.org/api/v1/candles, GET other.example.org/x, PUT other.example.org/tags/lamp-2
"#,
    );
}

#[test]
fn a_call_of_another_api_that_names_a_lamp_may_have_changed_the_lamp() {
    let changed = r#"2+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"blue"}"#;
    for (name, call) in [
        ("path", "1+5 PUT https://paint.example.org/paint/lamp-1/blue -> 200"),
        ("body", r#"1+5 POST https://paint.example.org/paint {"lamps":["lamp-1"]} -> 500"#),
        ("same-api", "1+5 POST /v1/paint-all-lamps -> 202"),
    ] {
        let (_, output) =
            judge_text(name, har_text::make_har(&[&light("0"), call, changed]).as_bytes(), &["--suite", "lamps"]);
        let told = list_told(&output);
        assert!(told.contains("every resource is undetermined until a response shows it: 1"), "{output}");
        assert!(!told.contains("FAIL"), "{output}");
    }
    // A refused call, and a read, change nothing.
    for (name, call) in [
        ("refused", "1+5 PUT https://paint.example.org/paint/lamp-1/blue -> 403"),
        ("read", "1+5 GET https://paint.example.org/paint/lamp-1 -> 200"),
    ] {
        let lines = [&light("0"), call, changed];
        let (_, output) = judge_text(name, har_text::make_har(&lines).as_bytes(), &["--suite", "lamps"]);
        assert!(output.contains("FAIL lamp.frame.color"), "{output}");
    }
}

#[test]
fn a_refusal_of_an_unknown_caller_is_undetermined() {
    check(
        "caller",
        &[&light("0"), "1+5 GET /v1/lamps/lamp-1 -> 403", "2+5 GET /v1/lamps/lamp-1 -> 401"],
        r#"
entries: 3 read, 3 judged, 0 not covered by the suite, 0 not judged
  undetermined callers: refusals of calls without a credential of the profile: 2
"#,
    );
}

#[test]
fn the_address_of_the_api_is_given_or_inferred() {
    let lines = [&light("0"), "1+5 GET https://lamps.example.org/v1/lamps/a -> 404", "2+5 GET /v1/lamps/a -> 404"];
    let har = har_text::make_har(&lines);
    let judge = |name: &str, arguments: &[&str]| judge_text(name, har.as_bytes(), arguments).1;
    let inferred = judge("inferred", &["--suite", "lamps"]);
    assert!(inferred.contains("recorded at https://lamps.example.org/api (the address with most calls"), "{inferred}");
    assert!(inferred.contains("entries: 3 read, 2 judged, 1 not covered"), "{inferred}");
    let given = judge("given", &["--suite", "lamps", "--base-url", "https://lamps.example.org/"]);
    assert!(given.contains("recorded at https://lamps.example.org (--base-url)"), "{given}");
    assert!(
        given.contains("not covered: GET lamps.example.org/api/v1/lamps/a, POST lamps.example.org/api/v1/lamps\n"),
        "{given}"
    );
}

/// Checks exit code and error of judging this content.
fn check_refused(name: &str, content: &str, arguments: &[&str], code: i32, words: &str) {
    let (ended, output) = judge_text(name, content.as_bytes(), arguments);
    assert!(list_told(&output).contains(words), "{output}");
    assert_eq!(ended, Some(code), "{output}");
    assert!(output.contains("remedy"), "{output}");
}

#[test]
fn a_file_that_cannot_be_used_is_an_error_with_its_place() {
    let lamps = ["--suite", "lamps"];
    let entry = |pointer: &str, value: serde_json::Value| {
        let mut har: serde_json::Value =
            serde_json::from_str(&har_text::make_har(&[&light("0"), "1+5 GET /v1/lamps/a -> 404"])).unwrap();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = har.pointer_mut(&format!("/log/entries/1{parent}")).unwrap().as_object_mut().unwrap();
        match value.is_null() {
            true => drop(parent.remove(name)),
            false => drop(parent.insert(name.to_string(), value)),
        }
        har.to_string()
    };
    let absent = serde_json::Value::Null;
    check_refused("no-suite", &entry("/x", absent.clone()), &[], 2, "give --suite; known names: lamps");
    check_refused("no-call", &har_text::make_har(&["1+5 GET /x -> 200"]), &lamps, 4, "no entry is a call of the suite");
    check_refused("empty", r#"{"log":{"entries":[]}}"#, &lamps, 4, "the file has no entries");
    check_refused("no-log", "[1]", &lamps, 4, "the file is not HAR");
    check_refused("torn", r#"{"log":{"entries":[{"request":{"#, &lamps, 4, "EOF while parsing");
    for (name, pointer, value, words) in [
        ("url", "/request/url", absent.clone(), "at      traffic.har: log.entries[1].request.url"),
        ("address", "/request/url", "no address".into(), "log.entries[1].request.url"),
        ("method", "/request/method", 5.into(), "log.entries[1].request.method"),
        ("response", "/response", absent.clone(), "log.entries[1].response"),
        ("status", "/response/status", 1000.into(), "1000 is not a status"),
        ("start", "/startedDateTime", "yesterday".into(), "log.entries[1].startedDateTime"),
        ("year", "/startedDateTime", "-009998-01-01T00:00:00Z".into(), "log.entries[1].startedDateTime"),
        ("time", "/time", 1e300.into(), "is longer than a day"),
    ] {
        check_refused(name, &entry(pointer, value), &lamps, 4, words);
    }
    let (code, output) = judge_text("flags", b"{\"format\":3}", &["--suite", "lamps"]);
    assert_eq!(code, Some(4), "the name says HAR, and the content does not: {output}");
}
