use super::*;
use crate::endpoint::tests::CANARY;
use serde_json::{Value, json};

const WHOLE: &str = r#"
endpoint: http://127.0.0.1:9/base
endpoints:
  crates: https://crates.example.org
identities:
  owner:
    headers: { X-Key: "env:KEY" }
    parameters: { shelf: "0123" }
  other:
    headers: { X-Key: canary-of-the-other }
  none:
    parameters: { shelf: "0123" }
pools:
  sizes: [s, 2]
limits: { requests: 500, seconds: 60, live: 3, rate: 5, trouble_percent: 10, poll_ms: 50 }
offers:
  sizes: { get: "/v1/{shelf}/sizes", each: /sizes, value: /id }
quotas:
  box: { get: /v1/limits, most: /boxes, used: /used }
complete: waived
settle_percent: 250
changes: allowed
secrets: [seedPhrase]
"#;

fn parse(text: &str) -> Result<Profile, ProfileError> {
    Profile::parse(text, "p.yaml", &|name| (name == "KEY").then(|| CANARY.to_string()))
}

/// Checks that the error starts with the place, contains the words, and contains no canary.
fn check(text: &str, place: &str, words: &[&str]) {
    let error = parse(text).unwrap_err().to_string();
    assert!(error.starts_with(&format!("p.yaml:{place}: ")), "{error}");
    for word in words {
        assert!(error.contains(word), "`{word}` is not in: {error}");
    }
    assert!(!error.contains("canary"), "{error}");
}

#[test]
fn a_waiver_covers_clauses_or_a_fingerprint_with_a_reason_until_a_date() {
    let of = |waiver: &str| format!("endpoint: http://127.0.0.1:9\nwaivers:\n  - {waiver}\n");
    let waivers = parse(&of("{ clause: 'a.*', reason: agreed, until: 2030-01-31 }")).expect("it is right").waivers;
    assert_eq!((waivers.len(), waivers[0].place.as_str()), (1, "p.yaml:3:5"));
    let wrong = [
        ("{ clause: a, fingerprint: b, reason: r }", "either `clause` or `fingerprint`"),
        ("{ reason: r }", "either `clause` or `fingerprint`"),
        ("{ clause: a, reason: ' ' }", "the reason of a waiver is empty"),
        ("{ clause: a, reason: r, until: 2030-02-31 }", "is not a date"),
        ("{ clause: a, reason: r, until: '20300101' }", "is not a date"),
        ("{ fingerprint: a b, reason: r }", "needs its suite"),
    ];
    for (waiver, cause) in wrong {
        check(&of(waiver), "3:5", &[cause]);
    }
}

#[test]
fn a_whole_profile_is_read() {
    let profile = parse(WHOLE).unwrap();
    assert_eq!(profile.find_endpoint("crates"), Some("https://crates.example.org"));
    assert_eq!(profile.find_endpoint("boxes"), Some("http://127.0.0.1:9/base"));
    assert_eq!(profile.identities.find_parameter("expired", "shelf"), Some("0123"));
    assert_eq!(profile.identities.get("owner").unwrap().headers["X-Key"].expose(), CANARY);
    assert_eq!(profile.identities.list_credentials().count(), 3, "one each of owner, other and forged");
    assert_eq!(profile.pools["sizes"], [json!("s"), json!(2)]);
    assert_eq!((profile.limits.requests, profile.limits.live, profile.limits.plans), (Some(500), Some(3), None));
    assert_eq!((profile.settle_percent, profile.changes), (250, ChangePolicy::Allowed));
    assert_eq!((profile.offers["sizes"].each.as_str(), profile.quotas["box"].most.as_str()), ("/sizes", "/boxes"));
    assert_eq!(profile.complete, CompletenessPolicy::Waived);
    assert!(!format!("{profile:?}").contains("canary"));
}

#[test]
fn an_empty_profile_allows_reading_only() {
    let profile = parse("{}").unwrap();
    assert_eq!(
        (profile.changes, profile.settle_percent, profile.find_endpoint("boxes")),
        (ChangePolicy::Forbidden, 100, None)
    );
    assert!(profile.changes.permits_method("GET") && !profile.changes.permits_method("POST"));
    assert!(ChangePolicy::Allowed.permits_method("DELETE"));
}

#[test]
fn errors_name_the_place_the_cause_and_the_remedy() {
    check("endpoint: http://h\nendpiont: http://h\n", "2:1", &["endpiont", "profile.schema.json"]);
    check("endpoint: h:80\n", "1:11", &["http://", "write the whole address"]);
    check("limits:\n  requests: many\n", "2:13", &[]);
    check("identities:\n  boss:\n    parameters: {}\n", "3:5", &["`boss`", "owner, other, expired, forged, none"]);
    check(
        "identities:\n  owner:\n    headers:\n      X-Key: env:NONE\n",
        "4:14",
        &["`NONE` is not set", "set the variable"],
    );
    check("identities:\n  none:\n    headers: {X-Key: canary}\n", "3:5", &["without credentials"]);
    check("settle_percent: 0\n", "1:17", &["from 1 to"]);
    check("pools: { sizes: [s], colors: [] }\n", "1:30", &["`colors` is empty", "remove the pool"]);
    check("changes: perhaps\n", "1:10", &["perhaps"]);
    check("endpoint: http://h\nendpoint: http://i\n", "2:1", &["endpoint"]);
}

#[test]
fn a_credential_in_the_wrong_place_is_not_shown() {
    check("identities:\n  owner: canary-1\n", "2:10", &["expected mapping"]);
    check("identities:\n  owner:\n    headers: \"canary \\\" canary\"\n", "3:14", &["expected mapping"]);
    check("identities: [canary]\n", "1:13", &["expected mapping"]);
    check("limits: {requests: canary}\n", "1:20", &[]);
    check("settle_percent: canary\n", "1:17", &[]);
    check("secrets: canary\n", "1:10", &[]);
    check("identities: {owner: {headers: {X-Key: [canary]}}}\n", "1:39", &[]);
    check("canary\n", "1:1", &[]);
    check("endpoint: http://h\ncanary\n", "2:1", &[]);
    check("endpoint: canary\n", "1:11", &["begins with http://"]);
    check("identities: {owner: {auth: canary}}\n", "1:28", &["unknown authentication scheme, expected one of bearer"]);
    check("identities: {owner: {auth: {bearer: canary}}}\n", "1:37", &["expected mapping"]);
    check(
        "identities: {owner: {auth: {basic: {username: a:b, password: canary}}}}\n",
        "1:47",
        &["the name has a colon"],
    );
}

#[test]
fn a_value_in_a_misspelt_field_is_not_shown() {
    let auth = |text: &str| format!("identities: {{owner: {{auth: {{basic: {{username: a, {text}}}}}}}}}\n");
    check(&auth("pasword: canary"), "1:50", &["unknown field `pasword`"]);
    check(&auth("'password:canary': x"), "1:50", &["unknown field `password…`"]);
    check(&auth("'password canary'"), "1:50", &["unknown field `password…`"]);
    check("identities: {owner: {'password=canary'}}\n", "1:22", &["unknown field `password…`"]);
    check("limits: {'requests:canary': 5}\n", "1:10", &["`requests…`"]);
}

#[test]
fn an_address_with_a_credential_is_refused_and_not_shown() {
    for address in ["http://ada:canary@h/v1", "https://canary@h", "http://h/?token=canary"] {
        check(
            &format!("endpoint: '{address}'\n"),
            "1:11",
            &["contains a credential: http", "[hidden]", "`identities`"],
        );
        check(&format!("endpoints: {{a: '{address}'}}\n"), "1:16", &["contains a credential"]);
    }
    check("connection: {proxy: 'http://canary@h:3128'}\n", "1:21", &["contains no credentials"]);
    let auth = "auth: { client-credentials: { token_url: 'http://h/?token=canary', client_id: a, client_secret: b } }";
    check(&format!("identities: {{owner: {{{auth}}}}}\n"), "1:63", &["contains no credentials"]);
}

#[test]
fn all_keys_about_the_endpoint_are_read() {
    let text = "\
endpoint: env:PLACE
identities: { owner: { parameters: { shelf: env:SHELF } } }
pools:
  sizes: [s, m]
setup: { createBox: { box: { lid: null } } }
provoke: { createBox: { begin: jam it, end: free it }, openBox: { begin: a, end: b, each: 9 } }
recognise: { quota: { when: 'status == 413', at_most: 3 }, throttling: {} }
";
    let environment = |name: &str| match name {
        "PLACE" => Some("http://h".to_string()),
        "SHELF" => Some("7".to_string()),
        _ => None,
    };
    let profile = Profile::parse(text, "p.yaml", &environment).unwrap();
    assert_eq!(profile.find_endpoint("boxes"), Some("http://h"));
    assert_eq!(profile.identities.find_parameter("owner", "shelf"), Some("7"));
    assert_eq!(profile.pools["sizes"], [json!("s"), json!("m")]);
    assert_eq!(profile.setup["createBox"], json!({ "box": { "lid": null } }));
    assert_eq!(profile.provoke.values().map(|it| it.each.get()).collect::<Vec<_>>(), [5, 9]);
    assert_eq!(profile.provoke["createBox"].end, "free it");
    assert_eq!(profile.recognise.iter().map(|recogniser| recogniser.failures_max).collect::<Vec<_>>(), [3, 200]);
    check("provoke: { createBox: { begin: a, end: b, each: 0 } }\n", "1:43", &[]);
    check("endpoint: env:NONE\n", "1:11", &["`NONE` is not set"]);
}

#[test]
fn expired_and_forged_callers_cannot_have_a_token_service() {
    let auth = "auth: { client-credentials: { token_url: 'http://h/t', client_id: a, client_secret: canary } }";
    check(&format!("identities:\n  expired: {{ {auth} }}\n"), "2:12", &["`expired` would get a valid token"]);
}

#[test]
fn literal_credentials_are_listed_by_position() {
    let text =
        "identities:\n  owner:\n    headers: { X-Key: env:KEY }\n  other:\n    auth: { bearer: { token: canary } }\n";
    assert_eq!(parse(text).unwrap().literals, ["p.yaml:5:30"]);
}

#[test]
fn an_error_names_a_missing_profile() {
    let error = Profile::load(std::path::Path::new("/nowhere/p.yaml")).unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/p.yaml:0:0: "), "{error}");
}

#[test]
fn the_published_schema_is_up_to_date_and_accepts_a_whole_profile() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/profile.schema.json");
    let schema = Profile::json_schema();
    let fresh = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    if std::env::var_os("PROBITY_WRITE").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == fresh, "docs/profile.schema.json is stale: run the test with PROBITY_WRITE=1");
    let validator = jsonschema::validator_for(&schema).unwrap();
    let whole: Value = serde_saphyr::from_str(WHOLE).unwrap();
    assert_eq!(validator.validate(&whole).map_err(|error| error.to_string()), Ok(()));
    assert!(!validator.is_valid(&json!({"endpiont": "http://h"})));
    assert!(!validator.is_valid(&json!({"changes": "perhaps"})));
}
