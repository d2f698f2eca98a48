//! Request signing of Huawei Cloud and Open Telekom Cloud, called SDK-HMAC-SHA256 or AK/SK.
//!
//! The canonical request is hashed, the hash is signed together with the time:
//!
//! ```text
//! METHOD                      SDK-HMAC-SHA256
//! /path/segments/             20260706T080000Z
//! sorted=query&of=pairs       hex(SHA-256(canonical request))
//! name:value of each signed
//! header, each in a line
//!
//! names;of;signed;headers
//! hex(SHA-256(body))
//! ```

use super::scheme::{AuthScheme, ComposedRequest, ProofHeaders};
use crate::endpoint::{Credential, SdkHmacSettings, forge_credential, percent_decode, percent_encode};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::sync::Arc;

const ALGORITHM: &str = "SDK-HMAC-SHA256";

impl AuthScheme for SdkHmacSettings {
    fn build_proof(&self, request: &ComposedRequest<'_>, now: Timestamp, _: Option<&Credential>) -> ProofHeaders {
        let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut proof = vec![("X-Sdk-Date".to_string(), Credential::from_public_text(&time))];
        proof.extend(self.project_id.iter().map(|id| ("X-Project-Id".to_string(), Credential::from_public_text(id))));
        proof.extend(self.security_token.iter().map(|token| ("X-Security-Token".to_string(), token.clone())));
        let signed = select_signed_headers(request, &proof);
        let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let canonical = encode_hex(&Sha256::digest(build_canonical_request(request, &signed, &names)));
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.secret_key.expose().as_bytes()).expect("HMAC takes keys of any length");
        mac.update(format!("{ALGORITHM}\n{time}\n{canonical}").as_bytes());
        let signature = encode_hex(&mac.finalize().into_bytes());
        let access = self.access_key.expose();
        let authorization = format!("{ALGORITHM} Access={access}, SignedHeaders={names}, Signature={signature}");
        proof.push(("Authorization".to_string(), Credential::from_process(authorization)));
        proof
    }

    fn forge_scheme(&self) -> Arc<dyn AuthScheme> {
        Arc::new(SdkHmacSettings { secret_key: forge_credential(&self.secret_key), ..self.clone() })
    }

    fn list_secrets(&self) -> Vec<&Credential> {
        [&self.access_key, &self.secret_key].into_iter().chain(&self.security_token).collect()
    }
}

/// Host, content type and the headers of the proof, by name. Proxies may change all other headers.
fn select_signed_headers(request: &ComposedRequest<'_>, proof: &ProofHeaders) -> Vec<(String, String)> {
    let after = request.url.split_once("://").map_or(request.url, |(_, rest)| rest);
    let host = after.split(['/', '?']).next().unwrap_or_default();
    let mut signed = vec![("host".to_string(), host.to_string())];
    let typed = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    signed.extend(typed.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_string())));
    signed.extend(proof.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.expose().trim().to_string())));
    signed.sort();
    signed
}

fn build_canonical_request(request: &ComposedRequest<'_>, signed: &[(String, String)], names: &str) -> String {
    let after = request.url.split_once("://").map_or(request.url, |(_, rest)| rest);
    let target = after.find('/').map_or("/", |at| &after[at..]);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let segments: Vec<String> = path.split('/').map(|segment| percent_encode(&percent_decode(segment))).collect();
    let mut path = segments.join("/");
    if !path.ends_with('/') {
        path.push('/');
    }
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (percent_encode(&percent_decode(name)), percent_encode(&percent_decode(value))))
        .collect();
    pairs.sort();
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let headers: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let body = encode_hex(&Sha256::digest(request.body));
    format!("{}\n{path}\n{}\n{headers}\n{names}\n{body}", request.method, query.join("&"))
}

fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
