use super::*;

#[test]
fn a_path_is_filled_from_the_call_and_from_the_identity() {
    let mut call = call("showBox");
    call.path.insert("box_id".into(), json!("a/b ?\u{e4}"));
    let request = request(&call);
    assert_eq!(request.path, "/v1/left%20top/boxes/a%2Fb%20%3F%C3%A4");
    assert_eq!(
        request.parameters,
        BTreeMap::from([("shelf".into(), json!("left top")), ("box_id".into(), json!("a/b ?\u{e4}"))])
    );
}

#[test]
fn values_that_are_no_texts_are_written_as_json() {
    let mut call = call("showBox");
    call.path.insert("box_id".into(), json!(-7));
    call.path.insert("shelf".into(), json!(true));
    assert_eq!(request(&call).path, "/v1/true/boxes/-7");
}

#[test]
fn callers_without_parameters_use_the_parameters_of_the_owner() {
    for (caller, shelf) in [("expired", "left%20top"), ("none", "left%20top"), ("other", "right")] {
        let call = Call { caller: caller.into(), ..call("showBox") };
        assert_eq!(request(&call).path, format!("/v1/{shelf}/boxes/7"));
    }
    let stranger = Call { caller: "stranger".into(), ..call("showBox") };
    assert!(compose_request(&catalog(), &stranger, &identities()).unwrap_err().to_string().contains("`shelf`"));
}

#[test]
fn the_query_follows_the_order_of_the_catalog_and_repeats_lists() {
    let mut call = call("listBoxes");
    call.query =
        BTreeMap::from([("alpha".into(), json!(1)), ("limit".into(), json!(2)), ("sort".into(), json!(["a", "b"]))]);
    let pairs: Vec<String> = request(&call).query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(pairs, ["sort=a", "sort=b", "limit=2", "alpha=1"]);
}

#[test]
fn a_value_that_http_cannot_carry_is_refused_with_its_place() {
    let told = |call: &Call| compose_request(&catalog(), call, &identities()).unwrap_err().to_string();
    for segment in [".", ".."] {
        let mut dots = call("showBox");
        dots.path.insert("box_id".into(), json!(segment));
        assert!(told(&dots).contains("path parameter `box_id`"));
    }
    let mut header = call("showBox");
    header.headers.insert("X-Box-Version".into(), "1\r\nX-Key: 2".into());
    assert!(told(&header).contains("header `X-Box-Version`"));
    header.headers = BTreeMap::from([("X Box".into(), "1".into())]);
    assert!(told(&header).contains("header `X Box`"));
}

#[test]
fn an_error_about_an_unknown_binding_lists_the_known_bindings() {
    let told = |call: &Call| compose_request(&catalog(), call, &identities()).unwrap_err().to_string();
    assert!(told(&call("foldBox")).contains("`boxes` has no operation `foldBox`"));
    assert!(
        told(&Call { binding: "v9".into(), ..call("showBox") })
            .contains("no binding `v9`; choose one of its bindings: v1")
    );
}

#[test]
fn a_credential_is_never_shown() {
    assert_eq!(format!("{:?}", Credential::from_literal(CANARY)), "[redacted]");
    assert!(!format!("{:?}", identities()).contains("canary"));
}

#[test]
fn a_credential_comes_from_the_environment_a_file_or_the_text_itself() {
    let environment = |name: &str| (name == "KEY").then(|| " from-env\n".to_string());
    let read = |text: &str| Credential::read(text, &environment).map(|credential| credential.expose().to_string());
    let file = std::env::temp_dir().join(format!("probity-credential-{}", std::process::id()));
    std::fs::write(&file, "from-file\nnot this\n").unwrap();
    let text = format!("file:{}", file.display());
    let from_file = read(&text);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(from_file, Ok("from-file".into()));
    assert_eq!(read("env:KEY"), Ok("from-env".into()));
    assert_eq!(read("bare"), Ok("bare".into()));
    assert!(read("env:NONE").unwrap_err().to_string().contains("`NONE` is not set"));
    assert!(read(&text).unwrap_err().to_string().contains("cannot be read"));
    assert_eq!(read("command:printf 'from-command\\nnot this'"), Ok("from-command".into()));
    for silent in ["command:exit 3", "command:true", "command:printf canary; exit 1"] {
        let error = read(silent).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("the command `{}` prints no", &silent[8..])) || error.contains("is empty"),
            "{error}"
        );
    }
    let unusable = read("canary\u{7}").unwrap_err().to_string();
    assert!(unusable.contains("has control characters") && !unusable.contains("canary"), "{unusable}");
}
