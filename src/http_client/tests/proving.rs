//! Every scheme over sockets: the sent proof, the renewal of tokens, and no credential in records.

use super::*;
use crate::history::{Cause, Exchange, Learned, Secrets};
use std::cell::Cell;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// One request as received.
#[derive(Debug, Clone)]
struct Asked {
    head: String,
    body: String,
}

impl Asked {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    fn is_for(&self, path: &str) -> bool {
        self.head.split(' ').nth(1).is_some_and(|target| target.starts_with(path))
    }
}

/// Answers each request by the closure, one connection at a time, while the client runs.
async fn answering<T>(answer: &dyn Fn(&Asked) -> Vec<u8>, client: impl AsyncFnOnce(String) -> T) -> T {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = async {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            if let Some(asked) = read_request(&mut stream).await {
                let _ = stream.write_all(&answer(&asked)).await;
                let _ = stream.shutdown().await;
            }
        }
    };
    tokio::select! {
        never = server => never,
        result = client(base) => result,
    }
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(bytes).unwrap();
    let asked = Asked { head, body: String::new() };
    let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { body: String::from_utf8(body).unwrap(), ..asked })
}

fn json_reply(status: &str, headers: &str, body: &Value) -> Vec<u8> {
    let headers = format!("content-type: application/json\r\nconnection: close\r\n{headers}");
    reply_bytes(status, &headers, body.to_string().as_bytes())
}

/// A response with all headers of the request.
fn echo(asked: &Asked) -> Vec<u8> {
    let headers: BTreeMap<&str, &str> = asked.head.lines().skip(1).filter_map(|line| line.split_once(": ")).collect();
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name} is {value}")).collect();
    json_reply("200 OK", "", &json!({ "note": lines.join("; "), "each": headers.values().collect::<Vec<_>>() }))
}

/// The answer of a token service; the first token is `canary-granted-1`.
fn granting(number: &Cell<u32>, lifetime_s: i64) -> Vec<u8> {
    granting_at(number, wall()(), lifetime_s)
}

fn granting_at(number: &Cell<u32>, now: jiff::Timestamp, lifetime_s: i64) -> Vec<u8> {
    number.set(number.get() + 1);
    let token = format!("canary-granted-{}", number.get());
    let ends = now + jiff::SignedDuration::from_secs(lifetime_s);
    let body = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": lifetime_s,
        "token": { "expires_at": ends.to_string() },
    });
    json_reply("201 Created", &format!("x-subject-token: {token}\r\n"), &body)
}

/// Each scheme with canaries as credentials; `BASE` is the address of the token service.
const SCHEMES: &[&str] = &[
    "bearer: { token: canary-token-1 }",
    "basic: { username: ada, password: canary-password-1 }",
    "client-credentials: { token_url: BASE/token, client_id: ada, client_secret: canary-secret-1 }",
    "client-credentials: { token_url: BASE/token, client_id: ada, client_secret: canary-secret-1, client_in: body }",
    "openstack-password: { auth_url: BASE, username: ada, password: canary-password-1, project_id: p }",
    "openstack-application-credential: { auth_url: BASE, id: ada, secret: canary-secret-1 }",
    "sdk-hmac-sha256: { access_key: canary-access-1, secret_key: canary-secret-1, security_token: canary-temporary-1 }",
    "scp-hmac-sha256: { access_key: canary-access-1, secret_key: canary-secret-1, account_id: a1 }",
];

fn profile(scheme: &str, base: &str) -> Profile {
    let scheme = scheme.replace("BASE", base);
    let text = format!(
        "identities:\n  owner:\n    auth: {{ {scheme} }}\n    parameters: {{ shelf: \"1\" }}\n  other: {{ headers: {{ X-Key: canary-other-1 }}, parameters: {{ shelf: \"2\" }} }}\n"
    );
    Profile::parse(&text, "p.yaml", &|_| None).unwrap()
}

fn client(base: &str, profile: &Profile) -> Http {
    client_at(base, profile, wall())
}

fn client_at(base: &str, profile: &Profile, wall: Wall) -> Http {
    Http::new(base, profile.identities.clone(), HttpLimits::USUAL, &profile.connecting, wall).unwrap()
}

fn asking(caller: &str) -> Request {
    let call = Call { caller: caller.into(), ..call("showBox") };
    compose(&catalog(), &call, &profile(SCHEMES[0], "").identities).unwrap()
}

/// The exchange as recorded, in full.
fn kept(profile: &Profile, learned: Learned, outcome: Outcome) -> String {
    let literals: Vec<&str> = profile.identities.credentials().map(Credential::expose).collect();
    let secrets = Secrets::new("salt").with_literals(literals).with_learned(learned);
    let call = call("showBox");
    let mut exchange = Exchange {
        input: None,
        number: 0,
        step: 0,
        cause: Cause::Step,
        operation: call.operation,
        binding: call.binding,
        caller: call.caller,
        path: call.path,
        query: BTreeMap::new(),
        headers: BTreeMap::new(),
        body: None,
        sent_ms: 0,
        received_ms: 0,
        outcome,
        born: BTreeMap::new(),
    };
    secrets.strip(&mut exchange);
    format!("{exchange:?}")
}

#[test]
fn proofs_are_never_recorded_even_if_the_endpoint_returns_them() {
    for scheme in SCHEMES {
        let number = Cell::new(0);
        let proofs = RefCell::new(Vec::new());
        let answer = |asked: &Asked| {
            if asked.is_for("/token") || asked.is_for("/v3/auth/tokens") {
                return granting(&number, 3600);
            }
            let names = ["authorization", "x-auth-token", "scp-signature", "scp-accesskey", "x-security-token"];
            proofs.borrow_mut().extend(names.iter().filter_map(|name| asked.header(name)).map(str::to_string));
            echo(asked)
        };
        block_on(answering(&answer, async |base: String| {
            let profile = profile(scheme, &base);
            for caller in ["owner", "forged"] {
                let http = client(&base, &profile);
                let outcome = http.send(&asking(caller)).await;
                assert!(matches!(&outcome, Outcome::Replied(reply) if reply.status == 200), "{scheme}: {outcome:?}");
                let kept = kept(&profile, http.learned(), outcome);
                let sent = proofs.take();
                assert!(!sent.is_empty(), "{scheme}: {caller} sends a proof");
                for proof in &sent {
                    // The parts after the name of the scheme, with the signature.
                    let parts = proof.split([' ', ',', '=']).filter(|part| part.len() >= 12);
                    for part in parts.filter(|part| !["SDK-HMAC-SHA256", "SignedHeaders"].contains(part)) {
                        let public = part.contains("x-sdk-date");
                        assert!(public || !kept.contains(part), "{scheme}: {caller}: `{part}` in {kept}");
                    }
                }
                assert!(!kept.contains("canary"), "{scheme}: {kept}");
            }
            assert!(!format!("{profile:?}").contains("canary"), "{scheme}");
        }));
    }
}

#[test]
fn an_unauthenticated_caller_sends_no_proof_and_a_forged_one_sends_a_wrong_proof() {
    for scheme in SCHEMES {
        let number = Cell::new(0);
        let heads = RefCell::new(Vec::new());
        let answer = |asked: &Asked| {
            if asked.is_for("/token") || asked.is_for("/v3/auth/tokens") {
                return granting(&number, 3600);
            }
            heads.borrow_mut().push(asked.clone());
            echo(asked)
        };
        block_on(answering(&answer, async |base: String| {
            let http = client(&base, &profile(scheme, &base));
            for caller in ["owner", "forged", "none"] {
                http.send(&asking(caller)).await;
            }
        }));
        let heads = heads.take();
        let names = ["authorization", "x-auth-token", "scp-signature"];
        let proof = |at: usize| names.iter().find_map(|name| heads[at].header(name)).map(str::to_string);
        assert!(proof(0).is_some() && proof(1).is_some() && proof(0) != proof(1), "{scheme}");
        assert_eq!(proof(2), None, "{scheme}");
        assert!(number.get() <= 1, "{scheme}: a forger asks no token service");
    }
}

const CLIENT: &str = SCHEMES[2];

/// The number of granted tokens, and the outcome of each request in order.
fn renewing(
    scheme: &str,
    lifetime_s: i64,
    refused: &dyn Fn(&str) -> bool,
    requests: &[(&str, i64)],
) -> (u32, Vec<String>) {
    let number = Cell::new(0);
    let passed = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let clock = passed.clone();
    let start = wall()();
    let later: Wall =
        Arc::new(move || start + jiff::SignedDuration::from_secs(clock.load(std::sync::atomic::Ordering::SeqCst)));
    let answer = |asked: &Asked| {
        if asked.is_for("/token") || asked.is_for("/v3/auth/tokens") {
            return granting_at(&number, later(), lifetime_s);
        }
        let token = asked.header("authorization").or(asked.header("x-auth-token")).unwrap_or_default();
        let status = if refused(token) { "401 Unauthorized" } else { "200 OK" };
        json_reply(status, "", &json!({ "number": number.get() }))
    };
    let statuses = block_on(answering(&answer, async |base: String| {
        let http = client_at(&base, &profile(scheme, &base), later.clone());
        let mut statuses = Vec::new();
        for (caller, at_s) in requests {
            passed.store(*at_s, std::sync::atomic::Ordering::SeqCst);
            statuses.push(told(&http.send(&asking(caller)).await));
        }
        statuses
    }));
    (number.get(), statuses)
}

#[test]
fn a_token_is_kept_until_shortly_before_its_end() {
    for scheme in &SCHEMES[2..6] {
        let times = [("owner", 0), ("owner", 3000), ("owner", 3539), ("owner", 3545), ("owner", 3700)];
        let (granted, statuses) = renewing(scheme, 3600, &|_| false, &times);
        assert_eq!(granted, 2, "{scheme}");
        let numbers = [1, 1, 1, 2, 2].map(|number| format!("200 {{\"number\":{number}}}"));
        assert_eq!(statuses, numbers, "{scheme}");
    }
}

#[test]
fn a_refused_token_is_replaced_once() {
    let first = |token: &str| token.contains("granted-1");
    assert_eq!(renewing(CLIENT, 3600, &first, &[("owner", 0)]).1, [r#"200 {"number":2}"#]);
    let (granted, statuses) = renewing(CLIENT, 3600, &|_| true, &[("owner", 0), ("owner", 1), ("owner", 2)]);
    assert_eq!(granted, 2, "a refused replacement is not replaced");
    assert_eq!(statuses, [r#"401 {"number":2}"#; 3]);
}

#[test]
fn expired_and_forged_callers_get_no_new_token() {
    let (granted, statuses) = renewing(CLIENT, 3600, &|_| true, &[("forged", 0), ("none", 0), ("other", 0)]);
    assert_eq!(granted, 0);
    assert_eq!(statuses, [r#"401 {"number":0}"#; 3]);
}

/// The error of a probe, if the token service gives the answer.
fn no_token(answer: &dyn Fn(&Asked) -> Vec<u8>) -> String {
    block_on(answering(answer, async |base: String| {
        let profile = profile(CLIENT, &base);
        let http = client(&base, &profile);
        let error = probe(&http, &asking("owner")).await.unwrap_err().to_string();
        let outcome = http.send(&asking("owner")).await;
        assert!(matches!(outcome, Outcome::Unsent { .. }), "{outcome:?}");
        let all = format!("{error} {outcome:?}");
        assert!(!all.contains("canary"), "{all}");
        error.replace(&base, "BASE")
    }))
}

#[test]
fn an_error_of_a_token_service_names_cause_and_remedy() {
    let html = |asked: &Asked| {
        let page = format!("<html><body>Sign in, {}</body></html>", asked.body);
        reply_bytes("200 OK", "content-type: text/html\r\nconnection: close\r\n", page.as_bytes())
    };
    type Answer = Box<dyn Fn(&Asked) -> Vec<u8>>;
    let cases: Vec<(&str, Answer)> = vec![
        ("the token service answers HTML (status 200)", Box::new(html)),
        (
            "the token service refuses the credentials with 401 (invalid_client)",
            Box::new(|asked| {
                let body = json!({ "error": "invalid_client", "error_description": asked.header("authorization") });
                json_reply("401 Unauthorized", "", &body)
            }),
        ),
        (
            "the token service answers with a redirect (302)",
            Box::new(|_| json_reply("302 Found", "location: http://127.0.0.1:9/\r\n", &json!({}))),
        ),
        ("there is no token service at this address (status 404)", Box::new(|_| json_reply("404 No", "", &json!({})))),
        ("the token service answers 503", Box::new(|_| json_reply("503 Later", "", &json!({})))),
        (
            "the token service issues no token: the answer has no `token_type`",
            Box::new(|asked| json_reply("200 OK", "", &json!({ "echo": asked.head }))),
        ),
    ];
    for (cause, answer) in cases {
        let error = no_token(&*answer);
        assert!(error.starts_with(&format!("BASE/token: {cause}; ")), "{error}");
    }
}

#[test]
fn a_missing_token_service_is_distinguished_from_a_missing_endpoint() {
    let error = block_on(async {
        let profile = profile(CLIENT, "http://127.0.0.1:9");
        let http = client("http://127.0.0.1:10", &profile);
        probe(&http, &asking("owner")).await.unwrap_err().to_string()
    });
    let begins = "http://127.0.0.1:9/token: no answer from the token service: no server listens at this address";
    assert!(error.starts_with(begins), "{error}");
}

#[test]
fn errors_of_a_probe_contain_no_credential() {
    for scheme in SCHEMES {
        let number = Cell::new(0);
        let answer = |asked: &Asked| {
            if asked.is_for("/token") || asked.is_for("/v3/auth/tokens") {
                return granting(&number, 3600);
            }
            json_reply("401 Unauthorized", "", &json!({ "told": asked.head }))
        };
        block_on(answering(&answer, async |base: String| {
            let profile = profile(scheme, &base);
            let refused = probe(&client(&base, &profile), &asking("owner")).await.unwrap_err().to_string();
            assert!(
                refused.contains("the endpoint refuses the owner's credentials with 401; check `identities.owner`"),
                "{refused}"
            );
            let absent =
                probe(&client("http://127.0.0.1:9", &profile), &asking("owner")).await.unwrap_err().to_string();
            assert!(absent.contains("no server listens at this address"), "{absent}");
            assert!(!format!("{refused}{absent}").contains("canary"), "{scheme}: {refused} {absent}");
        }));
    }
}

#[test]
fn no_credential_is_sent_to_the_target_of_a_redirect() {
    let elsewhere = Cell::new(0);
    let answer = |asked: &Asked| {
        if asked.is_for("/elsewhere") {
            elsewhere.set(elsewhere.get() + 1);
        }
        let host = asked.header("host").unwrap();
        json_reply("307 Temporary Redirect", &format!("location: http://{host}/elsewhere\r\n"), &json!({}))
    };
    let (outcome, error) = block_on(answering(&answer, async |base: String| {
        let http = client(&base, &profile(SCHEMES[0], &base));
        (http.send(&asking("owner")).await, probe(&http, &asking("owner")).await.unwrap_err().to_string())
    }));
    assert!(matches!(outcome, Outcome::Replied(Reply { status: 307, .. })), "{outcome:?}");
    assert!(
        error.contains("the endpoint answers with a redirect (307); give the address to which the redirect leads"),
        "{error}"
    );
    assert_eq!(elsewhere.get(), 0);
}
