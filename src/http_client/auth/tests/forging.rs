use super::*;
use crate::endpoint::{Identities, forge_credential};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn forged(value: &str) -> String {
    forge_credential(&secret(value)).expose().to_string()
}

fn kinds(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '9'
            } else if c.is_ascii_uppercase() {
                'A'
            } else if c.is_ascii_lowercase() {
                'a'
            } else {
                c
            }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_forged_value_is_another_of_the_same_shape(value in "[a-zA-Z0-9_./+=:-]*[a-zA-Z0-9][a-zA-Z0-9_./+=:-]*") {
        prop_assert_ne!(forged(&value), value.clone());
        prop_assert_eq!(kinds(&forged(&value)), kinds(&value));
        prop_assert_eq!(forged(&value), forged(&value));
    }
}

#[test]
fn a_forged_value_depends_on_the_shape_only() {
    assert_eq!(forged("hunter22"), forged("sinker44"));
    assert_ne!(forged(&forged("hunter22")), forged("hunter22"), "a forged value can be forged again");
    assert_eq!(forged("--"), "--0");
}

#[test]
fn forging_keeps_the_word_before_a_token_and_the_signed_parts() {
    assert!(forged("Bearer abc").starts_with("Bearer ") && forged("Bearer abc") != "Bearer abc");
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
    for before in ["", "Bearer "] {
        let made = forged(&format!("{before}{token}"));
        assert!(
            made.starts_with(&format!("{before}eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0."))
                && !made.ends_with("c2lnbmF0dXJl")
        );
    }
}

fn owner(headers: &[(&str, Credential)], scheme: Option<&str>) -> Identities {
    let headers = headers.iter().map(|(name, value)| ((*name).to_string(), value.clone())).collect();
    let owner = Identity { parameters: BTreeMap::new(), headers, auth: scheme.map(settings) };
    Identities::new(BTreeMap::from([("owner".to_string(), owner)]))
}

fn proof(identities: &Identities, caller: &str) -> BTreeMap<String, String> {
    let proof =
        Authenticator::new(identities.get(caller).unwrap()).build_proof(&get("https://h.example/"), now(), None);
    proof.into_iter().map(|(name, value)| (name, value.expose().to_string())).collect()
}

#[test]
fn only_headers_from_references_are_forged() {
    let reference = Credential::read("env:T", &|_| Some("canary-token".to_string())).unwrap();
    let identities = owner(&[("X-Auth-Token", reference), ("X-Language", Credential::from_literal("en"))], None);
    let forged = proof(&identities, "forged");
    assert_eq!(forged["X-Language"], "en");
    assert_ne!(forged["X-Auth-Token"], "canary-token");
    let identities = owner(&[("X-Auth-Token", Credential::from_literal("canary-token"))], None);
    assert_ne!(proof(&identities, "forged")["X-Auth-Token"], "canary-token");
    assert!(!owner(&[], None).has_caller("forged"), "without credentials no identity is forged");
}

#[test]
fn a_forged_signature_is_made_with_another_secret_by_the_same_key() {
    let identities = owner(&[], Some("scp-hmac-sha256: { access_key: canary-access, secret_key: canary-secret }"));
    let (right, wrong) = (proof(&identities, "owner"), proof(&identities, "forged"));
    let different: Vec<&str> = right.keys().filter(|name| right[*name] != wrong[*name]).map(String::as_str).collect();
    assert_eq!(different, ["Scp-Signature"]);
    assert_eq!(right.len(), wrong.len());
}
