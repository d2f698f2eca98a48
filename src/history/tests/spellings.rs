//! A credential that an endpoint repeats in another spelling.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::fmt::Write;

/// A token with the characters of base64, of escapes and of both cases.
const TOKEN: &str = "gAAAAABcanary-Zx/9+Q=\"<&%41ä";

fn percent(text: &str, upper: bool) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        let _ = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => write!(all, "{}", char::from(byte)),
            _ if upper => write!(all, "%{byte:02X}"),
            _ => write!(all, "%{byte:02x}"),
        };
        all
    })
}

fn escape_each(text: &str, escape: impl Fn(u32) -> String) -> String {
    text.chars().map(|c| escape(u32::from(c))).collect()
}

/// All spellings in which servers and gateways repeat a text.
fn list_spellings(secret: &str) -> Vec<(&'static str, String)> {
    let json = Value::from(secret).to_string();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    vec![
        ("plain", secret.to_string()),
        ("lower case", secret.to_lowercase()),
        ("upper case", secret.to_uppercase()),
        ("base64", STANDARD.encode(secret)),
        ("base64 after another byte", STANDARD.encode(format!("u{secret}"))),
        ("base64 of name and password", STANDARD.encode(format!("us:{secret}"))),
        ("base64 for addresses", URL_SAFE_NO_PAD.encode(secret)),
        ("base64 of lower case", STANDARD.encode(secret.to_lowercase())),
        ("base64 in lower case", STANDARD.encode(secret).to_lowercase()),
        ("base64, percent-encoded", percent(&STANDARD.encode(secret), true)),
        ("base64 of base64", STANDARD.encode(STANDARD.encode(secret))),
        ("base64 of a log with base64", STANDARD.encode(format!("token={}", STANDARD.encode(format!("x{secret}"))))),
        ("hexadecimal of base64", STANDARD.encode(secret).bytes().map(|byte| format!("{byte:02x}")).collect()),
        ("hexadecimal", secret.bytes().map(|byte| format!("{byte:02X}")).collect()),
        ("percent, upper", percent(secret, true)),
        ("percent, lower", percent(secret, false)),
        ("percent, twice", percent(&percent(secret, true), false)),
        ("percent, thrice", percent(&percent(&percent(secret, false), true), true)),
        ("every byte percent-encoded", secret.bytes().map(|byte| format!("%{byte:02x}")).collect()),
        ("JSON", json[1..json.len() - 1].to_string()),
        ("JSON, each character", escape_each(secret, |c| format!("\\u{c:04x}"))),
        ("JSON, upper digits", escape_each(secret, |c| format!("\\u{c:04X}"))),
        ("JSON in JSON", Value::from(json.clone()).to_string()),
        ("HTML", html.clone()),
        ("HTML, decimal", escape_each(secret, |c| format!("&#{c};"))),
        ("HTML, hexadecimal", escape_each(secret, |c| format!("&#x{c:X};"))),
        ("HTML in an address", percent(&html, true)),
        ("an address in JSON", escape_each(&percent(secret, true), |c| format!("\\u00{c:02x}"))),
        ("Rust", escape_each(secret, |c| format!("\\u{{{c:x}}}"))),
    ]
}

/// Whether a record still has the word, in any of the spellings that a reader could undo.
fn reveals(record: &str, spelling: &str) -> bool {
    let record = record.to_lowercase();
    record.contains("canary") || record.contains(&spelling.to_lowercase()[4..])
}

#[test]
fn no_spelling_of_a_credential_survives_anywhere_in_an_exchange() {
    let secrets = SecretFilter::new("salt").with_literals([TOKEN]);
    for (name, told) in list_spellings(TOKEN) {
        let text = format!("error near '{told}' at 5");
        let mut json = test_exchange(
            0,
            Some(json!({ "name": told.clone(), told.clone(): [text.clone()] })),
            Outcome::Replied(Reply {
                status: 400,
                headers: BTreeMap::from([
                    ("location".into(), format!("http://h/boxes/{told}")),
                    (format!("x-{}-api-version", told.to_lowercase()), told.clone()),
                ]),
                body: ReplyBody::Json(json!({ "id": told.clone(), "error": { "message": text.clone() } })),
            }),
        );
        json.created.insert("box-1".into(), told.clone());
        json.call.path.insert("id".into(), json!(told));
        json.call.query.insert("marker".into(), json!([told]));
        let mut html = test_exchange(
            1,
            None,
            Outcome::Replied(Reply {
                status: 500,
                headers: BTreeMap::new(),
                body: ReplyBody::Text { begins: format!("<p>{text}</p>"), because: text.clone() },
            }),
        );
        let mut lost = test_exchange(2, None, Outcome::Lost { cause: text.clone() });
        for exchange in [&mut json, &mut html, &mut lost] {
            secrets.strip_secrets(exchange);
            let record = format!("{exchange:?}\n{}", serde_json::to_string(exchange).unwrap());
            assert!(!reveals(&record, &told), "{name}: {told} in {record}");
        }
        let mut line = text.clone();
        secrets.strip_text(&mut line);
        assert!(line.starts_with("error near '") && line.ends_with("' at 5"), "{name}: {line}");
        assert!(secrets.has_secret(&text) && !secrets.has_secret(&line), "{name}");
    }
}

#[test]
fn a_learned_credential_is_found_in_every_spelling_too() {
    let learned = LearnedSecrets::default();
    let secrets = SecretFilter::new("salt").with_learned(learned.clone());
    learned.keep_value("Canary-token-kept/1");
    learned.add_passing_value("Canary-signature/2");
    for secret in ["Canary-token-kept/1", "Canary-signature/2"] {
        for (name, told) in list_spellings(secret) {
            let mut body = json!({ "id": told.clone(), "message": format!("got {told}") });
            secrets.strip_value(&mut body);
            assert!(!reveals(&body.to_string(), &told), "{name}: {body}");
        }
    }
}

#[test]
fn a_text_cut_off_within_a_credential_loses_the_beginning_of_the_credential() {
    let secrets = SecretFilter::new("salt").with_literals([TOKEN]);
    for (name, told) in list_spellings(TOKEN) {
        for length in (1..told.len()).filter(|&length| told.is_char_boundary(length)) {
            let begins = format!("error: {}", &told[..length]);
            let body = ReplyBody::Text { begins, because: String::new() };
            let reply = Reply { status: 500, headers: BTreeMap::new(), body };
            let mut exchange = test_exchange(0, None, Outcome::Replied(reply));
            secrets.strip_secrets(&mut exchange);
            let record = format!("{exchange:?}").to_lowercase();
            assert!(!record.contains("canar"), "{name}, {length} bytes: {record}");
        }
    }
}

#[test]
fn what_is_no_spelling_of_a_credential_stays() {
    let secrets = SecretFilter::new("salt").with_literals(["abc", "0123456789abcdef"]);
    for text in ["abcd", "0123456789", "100 %", "a%20b", "\\u0061bcd", "YWJjZA", "616263", "YWJj", "&amp;"] {
        let mut stripped = text.to_string();
        secrets.strip_text(&mut stripped);
        assert_eq!(stripped, text);
    }
    let mut number = json!({ "n": 10_123_456_789_i64 });
    SecretFilter::new("salt").with_literals(["123456789"]).strip_value(&mut number);
    assert_eq!(number, json!({ "n": 10_123_456_789_i64 }));
}

#[test]
fn overlapping_credentials_leave_nothing_of_either() {
    let secrets = SecretFilter::new("salt").with_literals(["canary-a", "ary-abc", "canary"]);
    let mut text = "x canary-abc y CANARY".to_string();
    secrets.strip_text(&mut text);
    let kept: Vec<&str> = text.split(' ').collect();
    assert!(kept[0] == "x" && is_secret_placeholder(kept[1]) && kept[2] == "y", "{text}");
    assert!(is_secret_placeholder(kept[3]), "{text}");
}
