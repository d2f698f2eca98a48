//! Request signing of Samsung Cloud Platform.
//!
//! The signature is Base64 of HMAC-SHA256 under the secret key over the concatenation of method, address with query
//! as `encodeURI` writes the address, time in milliseconds, access key, account id and client type. The vendor's
//! guide omits the account id; the vendor's client signs and sends the account id. The profile decides by giving an
//! account id or none.

use super::scheme::{AuthScheme, ComposedRequest, ProofHeaders};
use crate::endpoint::{Credential, ScpHmacSettings, forge_credential};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use std::sync::Arc;

impl AuthScheme for ScpHmacSettings {
    fn build_proof(&self, request: &ComposedRequest<'_>, now: Timestamp, _: Option<&Credential>) -> ProofHeaders {
        let time = now.as_millisecond().to_string();
        let account = self.account_id.as_deref().unwrap_or_default();
        let url = encode_uri(request.url);
        let parts = [request.method, &url, &time, self.access_key.expose(), account, &self.client_type];
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.secret_key.expose().as_bytes()).expect("HMAC takes keys of any length");
        parts.iter().for_each(|part| mac.update(part.as_bytes()));
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let mut proof = vec![
            ("Scp-Accesskey".to_string(), self.access_key.clone()),
            ("Scp-Signature".to_string(), Credential::from_process(signature)),
            ("Scp-Timestamp".to_string(), Credential::from_public_text(&time)),
            ("Scp-ClientType".to_string(), Credential::from_public_text(&self.client_type)),
        ];
        proof.extend(self.account_id.iter().map(|id| ("Scp-AccountId".to_string(), Credential::from_public_text(id))));
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept-language")) {
            // Each call documents this header; the language of responses does not matter.
            proof.push(("Accept-Language".to_string(), Credential::from_public_text("en-US")));
        }
        proof
    }

    fn forge_scheme(&self) -> Arc<dyn AuthScheme> {
        let wrong = ScpHmacSettings { secret_key: forge_credential(&self.secret_key), ..self.clone() };
        Arc::new(ForgedScpSignature { wrong, right: self.clone() })
    }

    fn list_secrets(&self) -> Vec<&Credential> {
        vec![&self.access_key, &self.secret_key]
    }
}

/// A wrong signature: of the request without its query under the right secret or, without a query, under a wrong
/// secret. An endpoint that checks the path alone would accept the former, and refuses a wrong secret.
#[derive(Debug)]
struct ForgedScpSignature {
    wrong: ScpHmacSettings,
    right: ScpHmacSettings,
}

impl AuthScheme for ForgedScpSignature {
    fn build_proof(&self, request: &ComposedRequest<'_>, now: Timestamp, token: Option<&Credential>) -> ProofHeaders {
        match request.url.split_once('?') {
            Some((url, _)) => self.right.build_proof(&ComposedRequest { url, ..*request }, now, token),
            None => self.wrong.build_proof(request, now, token),
        }
    }

    fn forge_scheme(&self) -> Arc<dyn AuthScheme> {
        self.right.forge_scheme()
    }

    fn list_secrets(&self) -> Vec<&Credential> {
        self.right.list_secrets()
    }
}

/// Escapes all characters except reserved and unreserved ones (ECMA-262, `encodeURI`).
///
/// `encodeURI` expects a text without escapes, and so escapes `%` too. The address of a request already has escapes,
/// and the server signs the address as sent; so existing escapes stay unchanged.
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
