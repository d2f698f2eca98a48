//! OAuth 2.0 client credentials (RFC 6749, section 4.4).

use super::basic::BasicScheme;
use super::fixed::FixedHeader;
use super::scheme::{AuthScheme, ComposedRequest, IssuedToken, ProofHeaders, TokenGrant, TokenRequest, TokenResponse};
use crate::endpoint::{ClientCredentialsSettings, Credential, forge_credential};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

impl AuthScheme for ClientCredentialsSettings {
    fn build_proof(&self, request: &ComposedRequest<'_>, now: Timestamp, token: Option<&Credential>) -> ProofHeaders {
        token.map(|token| FixedHeader::from_bearer(token.clone()).build_proof(request, now, None)).unwrap_or_default()
    }

    fn token_grant(&self) -> Option<&dyn TokenGrant> {
        Some(self)
    }

    fn forge_scheme(&self) -> Arc<dyn AuthScheme> {
        Arc::new(FixedHeader::from_bearer(forge_credential(&Credential::from_process(TOKEN_SHAPE.to_string()))))
    }

    fn list_secrets(&self) -> Vec<&Credential> {
        vec![&self.client_secret]
    }
}

/// The form of an opaque token: 256 random bits in Base64.
const TOKEN_SHAPE: &str = "aA9aA9aA9aA9aA9aA9aA9aA9aA9aA9aA9aA9aA9aA9a";

impl TokenGrant for ClientCredentialsSettings {
    fn build_request(&self) -> TokenRequest {
        let mut form = vec![("grant_type".to_string(), "client_credentials".to_string())];
        form.extend(self.scope.iter().map(|scope| ("scope".to_string(), scope.clone())));
        form.extend(self.parameters.iter().cloned());
        let mut headers = Vec::new();
        if self.in_body {
            form.push(("client_id".to_string(), self.client_id.clone()));
            form.push(("client_secret".to_string(), self.client_secret.expose().to_string()));
        } else {
            // Section 2.3.1: name and secret are form-encoded before their concatenation.
            let secret = Credential::from_process(encode_form(self.client_secret.expose()));
            headers.push((
                "Authorization".to_string(),
                BasicScheme::new(&encode_form(&self.client_id), secret).header_value(),
            ));
        }
        let form: Vec<String> =
            form.iter().map(|(name, value)| format!("{}={}", encode_form(name), encode_form(value))).collect();
        TokenRequest {
            url: self.token_url.clone(),
            content_type: "application/x-www-form-urlencoded",
            headers,
            body: Credential::from_process(form.join("&")),
        }
    }

    fn read_token(&self, answer: &TokenResponse<'_>, now: Timestamp) -> Result<IssuedToken, String> {
        let kind = answer.body["token_type"].as_str().ok_or("the answer has no `token_type`")?;
        if !kind.eq_ignore_ascii_case("bearer") {
            return Err("the issued token is not a bearer token".to_string());
        }
        let token = answer.body["access_token"].as_str().filter(|token| !token.is_empty());
        let token = token.ok_or("the answer has no `access_token`")?;
        // Some services write the number of seconds as a text.
        let seconds = &answer.body["expires_in"];
        let seconds = seconds.as_i64().or_else(|| seconds.as_str()?.parse().ok());
        let ends = seconds.and_then(|seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok());
        Ok(IssuedToken { value: Credential::from_process(token.to_string()), ends })
    }

    /// The error codes of section 5.2.
    fn read_refusal(&self, answer: &TokenResponse<'_>) -> Option<&'static str> {
        const CODES: &[&str] = &[
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_scope",
        ];
        let code = answer.body["error"].as_str()?;
        CODES.iter().copied().find(|known| *known == code)
    }
}

/// Encodes as `application/x-www-form-urlencoded` (RFC 6749, appendix B).
fn encode_form(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
