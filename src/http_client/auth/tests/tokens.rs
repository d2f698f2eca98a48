//! Fixed tokens, names with passwords, and token requests, by the examples of the RFCs.

use super::*;
use serde_json::{Value, json};

/// The proof of a request without a token.
fn proof(auth: &str) -> String {
    shown(&written(auth).build_proof(&get("https://h.example/"), now(), None))
}

#[test]
fn a_bearer_token_is_sent_as_rfc_6750_has_it() {
    assert_eq!(proof("bearer: { token: mF_9.B5f-4.1JqM }"), "Authorization: Bearer mF_9.B5f-4.1JqM\n");
}

#[test]
fn name_and_password_are_sent_as_rfc_7617_has_them() {
    assert_eq!(
        proof("basic: { username: Aladdin, password: open sesame }"),
        "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n"
    );
    // Section 2.1: a password beyond ASCII is encoded from UTF-8.
    assert_eq!(proof("basic: { username: test, password: 123\u{a3} }"), "Authorization: Basic dGVzdDoxMjPCow==\n");
}

/// The token request in lines.
fn asked(auth: &str) -> String {
    let scheme = written(auth);
    let request = scheme.token_grant().expect("the scheme needs a token").build_request();
    format!("{}\n{}\n{}{}", request.url, request.content_type, shown(&request.headers), request.body.expose())
}

#[test]
fn client_credentials_are_sent_in_a_header_or_in_the_form() {
    // RFC 6749, sections 4.4.2 (the request) and 2.3.1 (the client in the form).
    let client = "token_url: https://server.example.com/token, client_id: s6BhdRkqt3";
    assert_eq!(
        asked(&format!("client-credentials: {{ {client}, client_secret: gX1fBat3bV }}")),
        "https://server.example.com/token\napplication/x-www-form-urlencoded\n\
         Authorization: Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW\ngrant_type=client_credentials"
    );
    let more = "client_secret: 7Fjfp0ZBr1KtDRbnfVdmIw, scope: read write, client_in: body";
    assert_eq!(
        asked(&format!("client-credentials: {{ {client}, {more} }}")),
        "https://server.example.com/token\napplication/x-www-form-urlencoded\n\
         grant_type=client_credentials&scope=read+write&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw"
    );
}

#[test]
fn a_secret_with_a_colon_is_encoded_before_the_concatenation() {
    // Python: base64.b64encode(f"{quote_plus('a:b')}:{quote_plus('c d%')}".encode())
    let text = asked("client-credentials: { token_url: https://s.example/t, client_id: 'a:b', client_secret: 'c d%' }");
    assert!(text.contains("Basic YSUzQWI6YytkJTI1\n"), "{text}");
}

#[test]
fn token_requests_name_users_and_scopes_by_name_or_by_id() {
    assert_eq!(
        asked(
            "openstack-password: { auth_url: https://id.example/v3, user_id: ee4dfb, password: devstacker, project_id: a6944d }"
        ),
        "https://id.example/v3/auth/tokens\napplication/json\n\
         {\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"id\":\"ee4dfb\",\"password\":\"devstacker\"}}},\
         \"scope\":{\"project\":{\"id\":\"a6944d\"}}}}"
    );
    assert_eq!(
        asked(
            "openstack-password: { auth_url: https://id.example, username: ada, user_domain_name: people, password: p, project_name: works }"
        ),
        "https://id.example/v3/auth/tokens\napplication/json\n\
         {\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"ada\",\"domain\":{\"name\":\"people\"},\"password\":\"p\"}}},\
         \"scope\":{\"project\":{\"name\":\"works\",\"domain\":{\"id\":\"default\"}}}}}"
    );
    assert_eq!(
        asked(
            "openstack-application-credential: { auth_url: https://id.example/v3, id: 423f19, secret: rEaqvJka48mpv }"
        ),
        "https://id.example/v3/auth/tokens\napplication/json\n\
         {\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":{\"id\":\"423f19\",\"secret\":\"rEaqvJka48mpv\"}}}}"
    );
}

const CLIENT: &str = "client-credentials: { token_url: https://s.example/t, client_id: a, client_secret: b }";
const PASSWORD: &str = "openstack-password: { auth_url: https://id.example, user_id: u, password: p }";

/// The headers with a granted token and its end, or the error.
fn granted(auth: &str, header: Option<&str>, body: Value) -> Result<(String, Option<String>), String> {
    let scheme = written(auth);
    let header = |name: &str| header.filter(|_| name == "x-subject-token").map(str::to_string);
    let token = scheme.token_grant().unwrap().read_token(&TokenResponse { header: &header, body: &body }, now())?;
    let proof = scheme.build_proof(&get("https://h.example/"), now(), Some(&token.value));
    Ok((shown(&proof), token.ends.map(|ends| ends.to_string())))
}

#[test]
fn a_granted_token_is_sent_and_has_an_end() {
    let answer = json!({ "access_token": "2YotnFZFEjr1zCsicMWpAA", "token_type": "bearer", "expires_in": 3600 });
    let carried = "Authorization: Bearer 2YotnFZFEjr1zCsicMWpAA\n".to_string();
    assert_eq!(granted(CLIENT, None, answer), Ok((carried, Some("2026-07-06T09:00:00.123Z".to_string()))));
    let answer = json!({ "token": { "expires_at": "2026-07-06T20:00:00.000000Z" } });
    let carried = "X-Auth-Token: gAAAAABabc\n".to_string();
    assert_eq!(granted(PASSWORD, Some("gAAAAABabc"), answer), Ok((carried, Some("2026-07-06T20:00:00Z".to_string()))));
}

#[test]
fn an_answer_without_a_token_says_what_is_missing() {
    let cases = [
        (CLIENT, json!({ "token_type": "bearer" }), "the answer has no `access_token`"),
        (CLIENT, json!({ "access_token": "t" }), "the answer has no `token_type`"),
        (CLIENT, json!({ "access_token": "t", "token_type": "mac" }), "the issued token is not a bearer token"),
        (PASSWORD, json!({ "token": {} }), "the answer has no header `X-Subject-Token`"),
    ];
    for (auth, body, cause) in cases {
        assert_eq!(granted(auth, None, body), Err(cause.to_string()));
    }
}
