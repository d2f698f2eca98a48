//! Every scheme over sockets: the sent proof, and no credential in records.

use super::servers::*;
use super::*;
use crate::history::{CallCause, Exchange, LearnedSecrets, SecretFilter};
use std::cell::Cell;

/// The exchange as recorded, in full.
fn record_exchange(profile: &Profile, learned: LearnedSecrets, outcome: Outcome) -> String {
    let literals: Vec<&str> = profile.identities.list_credentials().map(Credential::expose).collect();
    let secrets = SecretFilter::new("salt").with_literals(literals).with_learned(learned);
    let mut exchange = Exchange {
        input: None,
        number: 0,
        step: 0,
        cause: CallCause::Step,
        call: call("showBox"),
        sent_ms: 0,
        received_ms: 0,
        overlap: None,
        outcome,
        created: BTreeMap::new(),
    };
    secrets.strip_secrets(&mut exchange);
    format!("{exchange:?}")
}

#[test]
fn proofs_are_never_recorded_even_if_the_endpoint_returns_them() {
    for scheme in SCHEMES {
        let number = Cell::new(0);
        let proofs = RefCell::new(Vec::new());
        let answer = |asked: &ReceivedRequest| {
            if asked.is_for("/token") || asked.is_for("/v3/auth/tokens") {
                return build_token_answer(&number, 3600);
            }
            let names = ["authorization", "x-auth-token", "scp-signature", "scp-accesskey", "x-security-token"];
            proofs.borrow_mut().extend(names.iter().filter_map(|name| asked.header(name)).map(str::to_string));
            echo(asked)
        };
        block_on(answering(&answer, async |base: String| {
            let profile = profile(scheme, &base);
            for caller in ["owner", "forged"] {
                let http = client(&base, &profile);
                let outcome = http.send(&request_of(caller)).await;
                assert!(matches!(&outcome, Outcome::Replied(reply) if reply.status == 200), "{scheme}: {outcome:?}");
                let kept = record_exchange(&profile, http.learned(), outcome);
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
        let answer = |asked: &ReceivedRequest| {
            if asked.is_for("/token") || asked.is_for("/v3/auth/tokens") {
                return build_token_answer(&number, 3600);
            }
            heads.borrow_mut().push(asked.clone());
            echo(asked)
        };
        block_on(answering(&answer, async |base: String| {
            let http = client(&base, &profile(scheme, &base));
            for caller in ["owner", "forged", "none"] {
                http.send(&request_of(caller)).await;
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

#[test]
fn errors_of_a_probe_contain_no_credential() {
    for scheme in SCHEMES {
        let number = Cell::new(0);
        let answer = |asked: &ReceivedRequest| {
            if asked.is_for("/token") || asked.is_for("/v3/auth/tokens") {
                return build_token_answer(&number, 3600);
            }
            json_reply("401 Unauthorized", "", &json!({ "told": asked.head }))
        };
        block_on(answering(&answer, async |base: String| {
            let profile = profile(scheme, &base);
            let refused = probe_endpoint(&client(&base, &profile), &request_of("owner")).await.unwrap_err().to_string();
            assert!(
                refused.contains("the endpoint refuses the owner's credentials with 401; check `identities.owner`"),
                "{refused}"
            );
            let absent = probe_endpoint(&client("http://127.0.0.1:9", &profile), &request_of("owner"))
                .await
                .unwrap_err()
                .to_string();
            assert!(absent.contains("no server listens at this address"), "{absent}");
            assert!(!format!("{refused}{absent}").contains("canary"), "{scheme}: {refused} {absent}");
        }));
    }
}

#[test]
fn no_credential_is_sent_to_the_target_of_a_redirect() {
    let elsewhere = Cell::new(0);
    let answer = |asked: &ReceivedRequest| {
        if asked.is_for("/elsewhere") {
            elsewhere.set(elsewhere.get() + 1);
        }
        let host = asked.header("host").unwrap();
        json_reply("307 Temporary Redirect", &format!("location: http://{host}/elsewhere\r\n"), &json!({}))
    };
    let (outcome, error) = block_on(answering(&answer, async |base: String| {
        let http = client(&base, &profile(SCHEMES[0], &base));
        (
            http.send(&request_of("owner")).await,
            probe_endpoint(&http, &request_of("owner")).await.unwrap_err().to_string(),
        )
    }));
    assert!(matches!(outcome, Outcome::Replied(Reply { status: 307, .. })), "{outcome:?}");
    assert!(
        error.contains("the endpoint answers with a redirect (307); give the address to which the redirect leads"),
        "{error}"
    );
    assert_eq!(elsewhere.get(), 0);
}
