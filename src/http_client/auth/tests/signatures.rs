//! Signed requests. Signatures were computed apart from this program with Python's `hmac` and `hashlib`:
//! `base64.b64encode(hmac.new(secret, b"".join(parts), hashlib.sha256).digest())`.

use super::*;

const VOLUMES: &str = "https://virtualserver.kr-west1.e.samsungsdscloud.com/v1/volumes?limit=20&sort=created_at:desc";

/// Checks the headers, one per line, of a request at 2026-07-06T08:00:00.123Z.
fn check(auth: &str, request: &ComposedRequest<'_>, expected: &str) {
    assert_eq!(shown(&written(auth).build_proof(request, now(), None)), expected);
}

#[test]
fn without_an_account_the_signature_covers_method_address_time_key_and_client() {
    check(
        "scp-hmac-sha256: { access_key: canary-access-key, secret_key: canary-secret-key }",
        &get(VOLUMES),
        "Scp-Accesskey: canary-access-key\n\
         Scp-Signature: xh7/I5Qwe6sB9PFRQDKFoiNNNgAy9JQQPZNnuzqvuTc=\n\
         Scp-Timestamp: 1783324800123\n\
         Scp-ClientType: Openapi\n\
         Accept-Language: en-US\n",
    );
}

#[test]
fn with_an_account_the_signature_covers_it_and_it_is_sent() {
    check(
        "scp-hmac-sha256: { access_key: canary-access-key, secret_key: canary-secret-key, account_id: 0123456789abcdef }",
        &get(VOLUMES),
        "Scp-Accesskey: canary-access-key\n\
         Scp-Signature: LAX77D4FK7XMx67dN6WOVtlsf6CGDkDvx00a0EuVEgo=\n\
         Scp-Timestamp: 1783324800123\n\
         Scp-ClientType: Openapi\n\
         Scp-AccountId: 0123456789abcdef\n\
         Accept-Language: en-US\n",
    );
}

#[test]
fn a_forged_signature_of_a_call_with_a_query_is_the_signature_without_the_query() {
    let owner = written("scp-hmac-sha256: { access_key: a, secret_key: k }");
    let signed = |scheme: &dyn AuthScheme, url: &str| shown(&scheme.build_proof(&get(url), now(), None));
    let (plain, asking) = ("https://h.example/v1/volumes", "https://h.example/v1/volumes?limit=2");
    let forged = owner.forge_scheme();
    assert_eq!(signed(&*forged, asking), signed(&*owner, plain));
    assert_ne!(signed(&*forged, plain), signed(&*owner, plain));
}

#[test]
fn existing_escapes_of_an_address_are_signed_unchanged() {
    let signed = "Scp-Accesskey: a\nScp-Signature: y4UaVtvt6c5ZyqIlrv1BCSYgoU7y4oWDst42SwOs1eY=\n\
                  Scp-Timestamp: 1783324800123\nScp-ClientType: Openapi\n";
    let headers = [("accept-language".to_string(), "ko-KR".to_string())];
    for url in ["https://h.example/v1/volumes?name=a%20b%C3%A4%22", "https://h.example/v1/volumes?name=a b\u{e4}\""] {
        let request = ComposedRequest { method: "POST", url, headers: &headers, body: b"{}" };
        check("scp-hmac-sha256: { access_key: a, secret_key: k }", &request, signed);
    }
}

#[test]
fn a_request_is_signed_over_its_canonical_form() {
    // Computed apart from this program with Python's `hmac`, `hashlib` and `urllib.parse.quote`.
    let keys = "access_key: canary-access-key, secret_key: canary-secret-key";
    check(
        &format!("sdk-hmac-sha256: {{ {keys} }}"),
        &get("https://ecs.eu-de.otc.example/v1/0123/cloudservers/detail?limit=20&flavor=s2.large.4&name=a%20b"),
        "X-Sdk-Date: 20260706T080000Z\n\
         Authorization: SDK-HMAC-SHA256 Access=canary-access-key, SignedHeaders=host;x-sdk-date, \
         Signature=dfbd05929fef8c6c116e3df84a3bb937ba7093dcf4f9c37aa09b3871c35967ae\n",
    );
    let headers = [("accept", "application/json"), ("content-type", "application/json")];
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_string()));
    let request = ComposedRequest {
        method: "POST",
        url: "https://ecs.eu-de.otc.example:8443/v1/0123/cloudservers/a%2Fb/action",
        headers: &headers,
        body: br#"{"resize":{"flavorRef":"s2.small.1"}}"#,
    };
    check(
        &format!("sdk-hmac-sha256: {{ {keys}, project_id: '0123' }}"),
        &request,
        "X-Sdk-Date: 20260706T080000Z\nX-Project-Id: 0123\n\
         Authorization: SDK-HMAC-SHA256 Access=canary-access-key, \
         SignedHeaders=content-type;host;x-project-id;x-sdk-date, \
         Signature=d6f5729a290208a964330198c55b4a4cff3cb221f5a8442c9111a0566ab074ed\n",
    );
}
