//! Request signing of Samsung Cloud Platform.
//!
//! The signature is Base64 of HMAC-SHA256 under the secret key over, without anything between them:
//! method, address with query as `encodeURI` writes it, time in milliseconds, access key, account id,
//! client type. The guide leaves the account id out, the vendor's own client puts it in and sends it as
//! a header too: whether the profile gives one decides.

use super::scheme::{Composed, Proof, Scheme};
use crate::endpoint::{Credential, ScpHmacSettings, forge};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use std::sync::Arc;

impl Scheme for ScpHmacSettings {
    fn prove(&self, request: &Composed<'_>, now: Timestamp, _: Option<&Credential>) -> Proof {
        let time = now.as_millisecond().to_string();
        let account = self.account_id.as_deref().unwrap_or_default();
        let url = encode_uri(request.url);
        let parts = [request.method, &url, &time, self.access_key.expose(), account, &self.client_type];
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.secret_key.expose().as_bytes()).expect("HMAC takes keys of any length");
        parts.iter().for_each(|part| mac.update(part.as_bytes()));
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let mut proof = vec![
            ("ScpHmacSettings-Accesskey".to_string(), self.access_key.clone()),
            ("ScpHmacSettings-Signature".to_string(), Credential::made(signature)),
            ("ScpHmacSettings-Timestamp".to_string(), Credential::plain(&time)),
            ("ScpHmacSettings-ClientType".to_string(), Credential::plain(&self.client_type)),
        ];
        proof.extend(self.account_id.iter().map(|id| ("ScpHmacSettings-AccountId".to_string(), Credential::plain(id))));
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept-language")) {
            // Listed among the headers of every call; replies are read in any language.
            proof.push(("Accept-Language".to_string(), Credential::plain("en-US")));
        }
        proof
    }

    fn forged(&self) -> Arc<dyn Scheme> {
        let wrong = ScpHmacSettings { secret_key: forge(&self.secret_key), ..self.clone() };
        Arc::new(Forged { wrong, right: self.clone() })
    }

    fn secrets(&self) -> Vec<&Credential> {
        vec![&self.access_key, &self.secret_key]
    }
}

/// A signature that is none of the call: made with another secret; where the call has a query, made with
/// the right one for the same call without it, because whoever looks at the path alone refuses a wrong
/// secret too.
#[derive(Debug)]
struct Forged {
    wrong: ScpHmacSettings,
    right: ScpHmacSettings,
}

impl Scheme for Forged {
    fn prove(&self, request: &Composed<'_>, now: Timestamp, token: Option<&Credential>) -> Proof {
        match request.url.split_once('?') {
            Some((url, _)) => self.right.prove(&Composed { url, ..*request }, now, token),
            None => self.wrong.prove(request, now, token),
        }
    }

    fn forged(&self) -> Arc<dyn Scheme> {
        self.right.forged()
    }

    fn secrets(&self) -> Vec<&Credential> {
        self.right.secrets()
    }
}

/// ECMA-262, `encodeURI`: what is neither reserved nor unreserved is escaped.
///
/// The function escapes `%` too, for it expects a text without escapes. An address that is sent has
/// them already, and what arrives is what has to be signed: they stay as they are.
fn encode_uri(url: &str) -> String {
    const KEPT: &[u8] = b";/?:@&=+$,#-_.!~*'()%";
    let mut encoded = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_alphanumeric() || KEPT.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
