use super::read_documents;

fn check_documents(text: &str, expected: &str, faults: &[(&str, u32)]) {
    let (found, seen) = read_documents(text, 1);
    let found: Vec<String> = found.iter().map(|node| node.to_json().to_string()).collect();
    assert_eq!(found.join(" "), expected);
    let seen: Vec<(&str, u32)> = seen.iter().map(|fault| (fault.kind, fault.line)).collect();
    assert_eq!(seen, faults);
}

#[test]
fn clean_json_has_no_faults() {
    check_documents("{\"a\": [1, null, true, \"x\"]}", r#"{"a":[1,null,true,"x"]}"#, &[]);
}

#[test]
fn request_lines_before_a_document_are_passed_over() {
    check_documents("POST https://{host}/lamps\nX-Key: 1\n\n{\"a\": 1}", r#"{"a":1}"#, &[]);
}

#[test]
fn comments_and_trailing_commas_are_reported() {
    check_documents("{\n\"a\": 1, // why\n}", r#"{"a":1}"#, &[("comment", 2), ("trailing-comma", 3)]);
}

#[test]
fn two_documents_in_one_block_are_both_read() {
    check_documents("{\"a\": 1}\nor\n{\"b\": 2}", r#"{"a":1} {"b":2}"#, &[("several-documents", 3)]);
}

#[test]
fn a_later_duplicate_key_wins_and_is_reported() {
    check_documents("{\"a\": 1,\n\"a\": 2}", r#"{"a":2}"#, &[("duplicate-key", 2)]);
}

#[test]
fn placeholders_and_typographic_quotes_are_read() {
    check_documents("{“code”: XXX,\"\"}", r#"{"code":"XXX"}"#, &[("placeholder", 1), ("typographic-quotes", 1)]);
}

#[test]
fn missing_commas_and_unclosed_ends_are_read() {
    check_documents("{\"a\": 1\n\"b\": [2", r#"{"a":1,"b":[2]}"#, &[("missing-comma", 2), ("unclosed", 2)]);
}

#[test]
fn deep_nesting_is_unreadable() {
    let (found, faults) = read_documents(&"[".repeat(100_000), 1);
    assert!(found.is_empty());
    assert!(faults.iter().any(|fault| fault.kind == "unreadable"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "[\\[\\]{}\",:a/*\\n\\\\“” 1]{0,80}") {
        read_documents(&text, 1);
    }

    #[test]
    fn what_serde_json_writes_is_read_back(keys in proptest::collection::btree_map("[a-z]{1,4}", "\\PC{0,8}", 0..5)) {
        let value = serde_json::json!({ "x": keys });
        let (found, faults) = read_documents(&value.to_string(), 1);
        proptest::prop_assert!(faults.is_empty(), "{faults:?}");
        proptest::prop_assert_eq!(found[0].to_json(), value);
    }
}
