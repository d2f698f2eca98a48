mod spellings;

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CANARY: &str = "canary-5f0c/\"9\u{e4}";

pub(crate) fn test_header() -> HistoryHeader {
    HistoryHeader {
        format: FORMAT,
        suite: "shelf".into(),
        suite_digest: "sha256:00".into(),
        endpoint: "mock".into(),
        today: "2030-01-31".into(),
        pools: BTreeMap::from([("sizes".into(), vec![json!("s"), json!(2)])]),
        settle_percent: 100,
        plan: 3,
        started: None,
        shortened: false,
        omitted: 0,
        earlier_resources: false,
    }
}

pub(crate) fn test_exchange(number: u64, body: Option<Value>, outcome: Outcome) -> Exchange {
    Exchange {
        number,
        step: 0,
        cause: CallCause::Step,
        call: Call {
            operation: "createBox".into(),
            binding: "v1".into(),
            caller: "owner".into(),
            body,
            ..Call::default()
        },
        input: None,
        sent_ms: 1,
        received_ms: 2,
        overlap: None,
        outcome,
        created: BTreeMap::new(),
    }
}

pub(crate) fn reply_with(body: Value) -> Outcome {
    Outcome::Replied(Reply { status: 200, headers: BTreeMap::new(), body: ReplyBody::Json(body) })
}

pub(super) fn write_bytes(history: &History) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_history(history, &mut bytes).expect("a vector takes everything");
    bytes
}

pub(super) fn read_bytes(bytes: &[u8]) -> Result<(Vec<History>, Option<TornLine>), HistoryReadError> {
    read_histories(&mut &bytes[..], "h.jsonl")
}

/// Strips the body and compares the result, with `<type>` for each token.
fn check(body: Value, expected: Value) {
    let mut stripped = body;
    SecretFilter::new("salt").with_names(["seedPhrase"]).strip_value(&mut stripped);
    // The digest depends on the salt. The tests state only the place of a token.
    let text = stripped.to_string();
    let masked = regex::Regex::new("secret:([a-z]+):[0-9a-f]{12}").unwrap().replace_all(&text, "<$1>").into_owned();
    assert_eq!(masked, expected.to_string());
}

#[test]
fn a_value_under_a_secret_name_becomes_a_token_of_its_type() {
    check(
        json!({"adminPass": "x", "pin_secret": 12, "userData": 1.5, "name": "x"}),
        json!({"adminPass": "<string>", "pin_secret": "<integer>", "userData": "<number>", "name": "x"}),
    );
}

#[test]
fn a_secret_name_is_recognised_by_its_words_in_any_case() {
    check(
        json!({"ADMIN_PASS": "x", "dbPassword": "x", "API-Key": "x", "privateKey": "x", "compass": "x", "passenger": "x", "keyName": "x", "tokenizer": "x"}),
        json!({"ADMIN_PASS": "<string>", "dbPassword": "<string>", "API-Key": "<string>", "privateKey": "<string>", "compass": "x", "passenger": "x", "keyName": "x", "tokenizer": "x"}),
    );
}

#[test]
fn a_further_name_is_recognised_too() {
    check(json!({"seed_phrase": "x"}), json!({"seed_phrase": "<string>"}));
}

#[test]
fn everything_below_a_secret_name_is_hidden_and_keeps_its_shape() {
    check(
        json!({"a": [{"credentials": {"id": "x", "list": [1, null, true, ""]}}]}),
        json!({"a": [{"credentials": {"id": "<string>", "list": ["<integer>", null, true, ""]}}]}),
    );
}

#[test]
fn equal_values_have_equal_tokens_within_a_salt_only() {
    let token = |salt: &str, value: &str| {
        let mut body = json!({ "password": value });
        SecretFilter::new(salt).strip_value(&mut body);
        body["password"].as_str().unwrap().to_string()
    };
    assert!(is_secret_placeholder(&token("a", "x")));
    assert_eq!(token("a", "x"), token("a", "x"));
    assert_ne!(token("a", "x"), token("a", "y"));
    assert_ne!(token("a", "x"), token("b", "x"));
}

#[test]
fn a_text_that_only_looks_like_a_token_is_none() {
    assert!(!is_secret_placeholder("secret:string:0123456789aB"));
    assert!(!is_secret_placeholder("secret:string:0123456789a"));
    assert!(!is_secret_placeholder("secret:object:0123456789ab"));
    assert!(is_secret_placeholder("secret:integer:0123456789ab"));
}

#[test]
fn a_credential_survives_nowhere_in_an_exchange() {
    let json_text = json!({ "echo": CANARY }).to_string();
    let cut = &CANARY[..5];
    let mut seen = test_exchange(
        0,
        Some(json!({ "name": [CANARY], CANARY: {CANARY: 1} })),
        reply_with(json!({ "sent": format!("got {CANARY}!") })),
    );
    seen.call.path.insert("id".into(), json!(CANARY));
    seen.call.query.insert("q".into(), json!([CANARY]));
    seen.call.headers.insert("X-Label".into(), format!("a {CANARY}"));
    seen.created.insert("box-1".into(), CANARY.into());
    let mut text = test_exchange(
        1,
        None,
        Outcome::Replied(Reply {
            status: 500,
            headers: BTreeMap::from([("location".into(), "http://h/canary-5f0c%2F%229%C3%A4/x".into())]),
            body: ReplyBody::Text { begins: format!("{json_text} {cut}"), because: format!("{CANARY} is not JSON") },
        }),
    );
    let mut lost = test_exchange(2, None, Outcome::Lost { cause: CANARY.into() });
    let secrets = SecretFilter::new("salt").with_literals([CANARY]);
    for exchange in [&mut seen, &mut text, &mut lost] {
        secrets.strip_secrets(exchange);
        let record = serde_json::to_string(exchange).unwrap();
        assert!(!record.contains("canar"), "{record}");
    }
}

#[test]
fn a_short_credential_is_removed_only_where_it_is_the_whole_text() {
    let mut body = json!({"a": "abc", "b": "abcd"});
    SecretFilter::new("salt").with_literals(["abc"]).strip_value(&mut body);
    assert!(is_secret_placeholder(body["a"].as_str().unwrap()));
    assert_eq!(body["b"], "abcd");
}

#[test]
fn secrets_do_not_show_themselves() {
    let shown = format!("{:?}", SecretFilter::new("grain").with_literals([CANARY]));
    assert!(!shown.contains("canary") && !shown.contains("grain"), "{shown}");
}

#[test]
fn several_histories_follow_each_other_in_one_file() {
    let history = History { header: test_header(), exchanges: vec![test_exchange(0, None, reply_with(json!({})))] };
    let bytes = [write_bytes(&history), write_bytes(&history)].concat();
    assert_eq!(read_bytes(&bytes), Ok((vec![history.clone(), history], None)));
}

#[test]
fn the_order_of_keys_in_a_reply_does_not_change_the_bytes() {
    let of = |text: &str| {
        let body: Value = serde_json::from_str(text).unwrap();
        write_bytes(&History {
            header: test_header(),
            exchanges: vec![test_exchange(0, Some(body.clone()), reply_with(body))],
        })
    };
    assert_eq!(of(r#"{"a":{"x":1,"y":2},"b":1}"#), of(r#"{"b":1,"a":{"y":2,"x":1}}"#));
}

#[test]
fn an_exchange_is_written_as_read_with_the_fields_of_its_call_in_the_middle() {
    let text = concat!(
        r#"{"number":0,"step":1,"cause":"poll","operation":"o","binding":"b","caller":"other","path":{"id":"1"},"#,
        r#""query":{"limit":2},"headers":{"v":"1"},"body":null,"input":{"class":"valid"},"sent_ms":3,"received_ms":4,"#,
        r#""outcome":{"replied":{"status":200,"body":"empty"}},"born":{"box-1":"1"}}"#
    );
    let exchange: Exchange = serde_json::from_str(text).unwrap();
    assert_eq!(exchange.call.body, Some(Value::Null));
    assert_eq!(serde_json::to_string(&exchange).unwrap(), text);
    let error = serde_json::from_str::<Exchange>(&text.replace("\"born\"", "\"created\"")).unwrap_err().to_string();
    assert!(error.starts_with("unknown field `created`, expected one of `number`, `step`, "), "{error}");
}

#[test]
fn a_newer_format_is_refused_even_with_unknown_fields() {
    let error = read_bytes(br#"{"format":4,"suites":[]}"#).unwrap_err();
    assert_eq!(
        (error.line, error.cause.as_str()),
        (1, "the format is 4; this version of probity reads formats up to 3")
    );
    assert!(error.to_string().contains("h.jsonl:1: "));
}

#[test]
fn a_torn_last_line_is_left_out_and_reported() {
    let history = History {
        header: test_header(),
        exchanges: vec![
            test_exchange(0, None, reply_with(json!({}))),
            test_exchange(1, None, reply_with(json!({"a": "\u{e4}"}))),
        ],
    };
    let bytes = write_bytes(&history);
    let whole = bytes.iter().rposition(|&byte| byte == 0xc3).unwrap() + 1;
    let (histories, torn) = read_bytes(&bytes[..whole]).unwrap();
    assert_eq!(histories[0].exchanges, history.exchanges[..1]);
    assert_eq!(torn.unwrap().line, 3);
}

#[test]
fn a_broken_line_in_the_middle_is_an_error_with_its_place() {
    let bytes =
        [write_bytes(&History { header: test_header(), exchanges: vec![] }), b"{\"number\":\n".to_vec()].concat();
    assert_eq!(read_bytes(&bytes).unwrap_err().line, 2);
}

#[test]
fn exchanges_without_a_header_and_out_of_order_are_refused() {
    let one = |number| {
        write_bytes(&History {
            header: test_header(),
            exchanges: vec![test_exchange(number, None, reply_with(json!({})))],
        })
    };
    let line = |bytes: Vec<u8>| bytes.split(|&b| b == b'\n').nth(1).unwrap().to_vec();
    assert!(read_bytes(&line(one(0))).unwrap_err().cause.contains("precedes the first header"));
    let twice = [one(5), line(one(5)), b"\n".to_vec()].concat();
    assert!(read_bytes(&twice).unwrap_err().cause.contains("exchange 5 follows exchange 5"));
    assert!(read_bytes(b"").unwrap_err().cause.contains("no history"));
}

#[test]
fn a_line_without_end_is_refused() {
    let mut endless = std::io::BufReader::new(std::io::repeat(b'x'));
    let error = read_histories(&mut endless, "h.jsonl").unwrap_err();
    assert!(error.cause.contains("longer than"), "{error}");
}

fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number)),
        any::<String>().prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let body = prop_oneof![
        Just(ReplyBody::Empty),
        any_value().prop_map(ReplyBody::Json),
        (any::<String>(), any::<String>()).prop_map(|(begins, because)| ReplyBody::Text { begins, because }),
    ];
    prop_oneof![
        any::<String>().prop_map(|cause| Outcome::Unsent { cause }),
        Just(Outcome::InfrastructureFailed {
            by: InfrastructureFailure::Quota,
            reply: Reply { status: 403, headers: BTreeMap::new(), body: ReplyBody::Empty },
            may_have_acted: false,
        }),
        Just(Outcome::InfrastructureFailed {
            by: InfrastructureFailure::Maintenance,
            reply: Reply { status: 503, headers: BTreeMap::new(), body: ReplyBody::Empty },
            may_have_acted: true,
        }),
        any::<String>().prop_map(|cause| Outcome::Lost { cause }),
        (100u16..600, prop::collection::btree_map("[a-z-]{1,8}", any::<String>(), 0..3), body)
            .prop_map(|(status, headers, body)| Outcome::Replied(Reply { status, headers, body })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_written_history_is_read_again_and_gives_equal_bytes(
        seen in prop::collection::vec((prop::option::of(any_value()), any_outcome(), any::<[u32; 2]>()), 0..4),
    ) {
        let exchanges = seen.into_iter().enumerate().map(|(at, (body, outcome, [sent, received]))| {
            let mut exchange = test_exchange(at as u64, body, outcome);
            exchange.sent_ms = sent.into();
            exchange.received_ms = received.into();
            exchange
        });
        let history = History { header: test_header(), exchanges: exchanges.collect() };
        let bytes = write_bytes(&history);
        let (read, torn) = read_bytes(&bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(torn, None);
        prop_assert_eq!(write_bytes(&read[0]), bytes);
        // A body `null` and no body are different, also on disk.
        prop_assert_eq!(&read[..], &[history][..]);
    }

    #[test]
    fn stripping_twice_equals_stripping_once(mut body in any_value()) {
        let secrets = SecretFilter::new("salt").with_literals(["needle"]);
        secrets.strip_value(&mut body);
        let once = body.clone();
        secrets.strip_value(&mut body);
        prop_assert_eq!(body, once);
    }
}
