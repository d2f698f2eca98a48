//! Signed requests. Signatures were computed apart from this program with Python's `hmac` and `hashlib`:
//! `base64.b64encode(hmac.new(secret, b"".join(parts), hashlib.sha256).digest())`.

use super::*;

const VOLUMES: &str = "https://virtualserver.kr-west1.e.samsungsdscloud.com/v1/volumes?limit=20&sort=created_at:desc";

/// The headers, one in a line, for a request at 2026-07-06T08:00:00.123Z.
fn check(auth: &str, request: &Composed<'_>, expected: &str) {
    assert_eq!(shown(&written(auth).prove(request, now())), expected);
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
fn escapes_that_an_address_has_are_signed_as_they_stand_and_others_are_made() {
    let signed = "Scp-Accesskey: a\nScp-Signature: y4UaVtvt6c5ZyqIlrv1BCSYgoU7y4oWDst42SwOs1eY=\n\
                  Scp-Timestamp: 1783324800123\nScp-ClientType: Openapi\n";
    let headers = [("accept-language".to_string(), "ko-KR".to_string())];
    for url in ["https://h.example/v1/volumes?name=a%20b%C3%A4%22", "https://h.example/v1/volumes?name=a b\u{e4}\""] {
        let request = Composed { method: "POST", url, headers: &headers, body: b"{}" };
        check("scp-hmac-sha256: { access_key: a, secret_key: k }", &request, signed);
    }
}
