//! Files as recorders write them, secrets, and bodies that a file lacks.

use super::{har_text, judge_text, list_told, write_har};
use crate::http_end_to_end::{lamps_folder, make_folder, probity_command, to_text};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Checks a file of a recorder in `tests/data/har`: the counts, and the deviation of each file.
fn check_recorder(file: &str, entries: &str) {
    let path = lamps_folder().join("../har").join(file);
    let output =
        probity_command(&lamps_folder(), &["judge", path.to_str().unwrap(), "--suite", "lamps"]).output().unwrap();
    let text = to_text(&output.stdout);
    assert!(text.contains(entries), "{text}{}", to_text(&output.stderr));
    assert!(text.contains("FAIL lamp.frame.color") && text.contains("lamp-1: color is \"blue\""), "{text}");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(!text.contains("gAAAAABhidden"), "{text}");
}

#[test]
fn files_of_a_browser_and_of_a_proxy_are_read() {
    check_recorder("chromium.har", "entries: 5 read, 2 judged, 2 not covered by the suite, 1 not judged");
    check_recorder("mitmproxy.har", "entries: 3 read, 3 judged, 0 not covered by the suite, 0 not judged");
}

#[test]
fn a_compressed_file_and_a_file_with_another_name_are_read() {
    let har = har_text::make_har(&["0+5 GET /v1/lamps/a -> 404"]);
    let folder = make_folder("traffic-packed");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(har.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let mark = [b"\xef\xbb\xbf\n ".as_slice(), har.as_bytes()].concat();
    for (file, content) in [("a.har.gz", packed.clone()), ("traffic.json", har.into_bytes()), ("recording", mark)] {
        let path = folder.join(file);
        std::fs::write(&path, content).unwrap();
        let arguments = ["judge", path.to_str().unwrap(), "--suite", "lamps"];
        let output = probity_command(&lamps_folder(), &arguments).output().unwrap();
        assert!(to_text(&output.stdout).contains("entries: 1 read, 1 judged"), "{file}: {}", to_text(&output.stderr));
    }
    let (code, output) = judge_text("torn-compressed", &packed[..packed.len() / 2], &["--suite", "lamps"]);
    assert_eq!(code, Some(4), "{output}");
}

/// Traffic in which the response to a read is changed.
fn judge_changed(name: &str, change: impl Fn(&mut Value)) -> String {
    let light = r#"0+5 POST /v1/lamps {"color":"red"} -> 201 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#;
    let show = r#"1+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"blue"}"#;
    let mut har: Value = serde_json::from_str(&har_text::make_har(&[light, show])).unwrap();
    change(&mut har["log"]["entries"][1]);
    judge_text(name, har.to_string().as_bytes(), &["--suite", "lamps"]).1
}

#[test]
fn a_body_that_the_file_lacks_decides_nothing() {
    let cut = |text: &'static str| move |entry: &mut Value| entry["response"]["content"]["text"] = json!(text);
    let without = |entry: &mut Value| drop(entry["response"]["content"].as_object_mut().unwrap().remove("text"));
    let encoded = |text: &'static str| {
        move |entry: &mut Value| {
            entry["response"]["content"]["text"] = json!(text);
            entry["response"]["content"]["encoding"] = json!("base64");
        }
    };
    for (name, told) in [
        ("absent-text", judge_changed("absent-text", without)),
        ("cut-text", judge_changed("cut-text", cut(r#"{"id":"lamp-1","state":"BRI"#))),
        ("page", judge_changed("page", cut("<html>Gateway</html>"))),
        ("no-content", judge_changed("no-content", |entry| entry["response"]["content"] = Value::Null)),
        (
            "compressed",
            judge_changed(
                "compressed",
                encoded("H4sIAAAAAAAA/6tWykxRslLKScwt0DVU0lEqLkksSQXynIL8PYM9QCLFOfmlKUpWShmpJanFSrUAAAAA//8="),
            ),
        ),
        ("no-base64", judge_changed("no-base64", encoded("%%%"))),
    ] {
        assert!(
            list_told(&told).contains("undetermined bodies, which the file lacks as JSON; the status is judged: 1"),
            "{name}: {told}"
        );
        assert!(!told.contains("FAIL"), "{name}: {told}");
    }
    // The status is judged all the same.
    let wrong = judge_changed("wrong-status", |entry| {
        entry["response"]["status"] = json!(404);
        entry["response"]["content"] = Value::Null;
    });
    assert!(wrong.contains("FAIL show.there"), "{wrong}");
    let whole = "eyJpZCI6ImxhbXAtMSIsInN0YXRlIjoiQlJJR0hUIiwiY29sb3IiOiJibHVlIn0=";
    let whole = judge_changed("base64", encoded(whole));
    assert!(whole.contains("FAIL lamp.frame.color"), "{whole}");
}

#[test]
fn answers_of_caches_and_redirections_and_lost_responses_are_not_blamed() {
    for (name, told) in [
        ("cache", judge_changed("cache", |entry| entry["_fromCache"] = json!("disk"))),
        ("unchanged", judge_changed("unchanged", |entry| entry["response"]["status"] = json!(304))),
        ("login", judge_changed("login", |entry| entry["response"]["status"] = json!(302))),
        ("lost", judge_changed("lost", |entry| entry["response"]["status"] = json!(0))),
        ("endless", judge_changed("endless", |entry| entry["time"] = json!(-1))),
    ] {
        assert!(!told.contains("FAIL") && told.contains("entries: 2 read"), "{name}: {told}");
    }
}

#[test]
fn the_body_of_a_request_that_the_file_lacks_leaves_the_lamps_undetermined() {
    let light = r#"0+5 POST /v1/lamps {"color":"red"} -> 201 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#;
    let show = r#"1+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"blue"}"#;
    let mut har: Value = serde_json::from_str(&har_text::make_har(&[light, show])).unwrap();
    har["log"]["entries"][0]["request"].as_object_mut().unwrap().remove("postData");
    let (_, told) = judge_text("no-request-body", har.to_string().as_bytes(), &["--suite", "lamps"]);
    assert!(list_told(&told).contains("not judged: 1: the file lacks the body of the request as JSON"), "{told}");
    assert!(!told.contains("FAIL"), "{told}");
}

#[test]
fn no_secret_of_the_traffic_is_printed() {
    let secret = "s3cr3t-t0k3n-0f-ada";
    let show = r#"1+5 GET /v1/lamps/lamp-1 -> 200 {"id":"lamp-1","state":"BRIGHT","color":"COLOR"}"#;
    let light = r#"0+5 POST /v1/lamps {"color":"red"} -> 201 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#;
    let other = format!("2+5 GET https://other.example.org/reset/{secret} -> 200");
    let header = |name: &str, value: String| json!([{ "name": name, "value": value }]);
    for (name, headers) in [
        ("token", header("X-Auth-Token", secret.to_string())),
        ("bearer", header("Authorization", format!("Bearer {secret}"))),
        ("cookie", header("Cookie", format!("theme=dark; session={secret}"))),
        ("set-cookie", header("Set-Cookie", format!("session={secret}; Path=/"))),
    ] {
        let lines = [light, &show.replace("COLOR", secret), &other];
        let mut har: Value = serde_json::from_str(&har_text::make_har(&lines)).unwrap();
        let side = if name == "set-cookie" { "response" } else { "request" };
        har["log"]["entries"][0][side]["headers"] = headers;
        let (_, told) = judge_text(&format!("secret-{name}"), har.to_string().as_bytes(), &["--suite", "lamps"]);
        assert!(told.contains("FAIL lamp.frame.color") && told.contains("not covered: GET other"), "{name}: {told}");
        assert!(!told.contains(secret), "{name}: {told}");
    }
}

#[test]
fn a_profile_tells_the_callers_apart() {
    let light = r#"0+5 POST /v1/lamps {"color":"red"} -> 201 {"id":"lamp-1","state":"BRIGHT","color":"red"}"#;
    let lines = [light, "1+5 GET /v1/lamps/lamp-1 -> 403", "2+5 POST /v1/lamps/lamp-1/dim -> 404"];
    let mut har: Value = serde_json::from_str(&har_text::make_har(&lines)).unwrap();
    for entry in har["log"]["entries"].as_array_mut().unwrap().iter_mut().take(2) {
        entry["request"]["headers"] = json!([{ "name": "x-auth-token", "value": "token-of-ada" }]);
    }
    let file = write_har("profile", har.to_string().as_bytes());
    let profile = file.with_file_name("profile.yaml");
    let text =
        "endpoint: https://lamps.example.org/api\nidentities: { owner: { headers: { X-Auth-Token: env:ADA } } }\n";
    std::fs::write(&profile, text).unwrap();
    let arguments = ["judge", file.to_str().unwrap(), "--suite", "lamps", "--profile", profile.to_str().unwrap()];
    let output = probity_command(&lamps_folder(), &arguments).env("ADA", "token-of-ada").output().unwrap();
    let told = to_text(&output.stdout);
    // The owner is refused a lamp of the owner, and a caller without the credential may be anybody.
    assert!(told.contains("FAIL show.there") && told.contains("(the profile)"), "{told}{}", to_text(&output.stderr));
    assert!(!told.contains("FAIL dim.bright") && told.contains("undetermined callers: refusals"), "{told}");
    let unknown = probity_command(&lamps_folder(), &arguments).env("ADA", "another").output().unwrap();
    assert!(!to_text(&unknown.stdout).contains("FAIL show.there"), "{}", to_text(&unknown.stdout));
}

#[test]
fn a_value_that_the_recorder_replaced_is_not_judged_as_input() {
    let server =
        r#"{"server":{"name":"a","flavorRef":"s","imageRef":"i","networks":[{"uuid":"n"}],"user_data":"DATA"}}"#;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (data, finds) in [("%%%", true), ("[Redacted]", false), ("*****", false), ("secret:string:0123456789ab", false)]
    {
        let create = format!("0+5 POST /v2/0a1b/servers {} -> 202", server.replace("DATA", data));
        let file = write_har("replaced", har_text::make_har(&[&create]).as_bytes());
        let arguments = ["judge", file.to_str().unwrap(), "--suite", "ecs-native"];
        let told = to_text(&probity_command(folder, &arguments).output().unwrap().stdout);
        assert_eq!(told.contains("FAIL input.invalid"), finds, "{data}: {told}");
        assert!(told.contains("entries: 1 read, 1 judged"), "{told}");
    }
}
