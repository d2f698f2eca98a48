//! Tokens of OpenStack's identity service, version 3, for a password or an application credential.

use super::fixed::FixedHeader;
use super::scheme::{AuthScheme, ComposedRequest, IssuedToken, ProofHeaders, TokenGrant, TokenRequest, TokenResponse};
use crate::endpoint::{
    Credential, KeystoneDomain, KeystoneMethod, KeystoneReference, KeystoneScope, KeystoneSettings, forge_credential,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

const HEADER: &str = "X-Auth-Token";

impl AuthScheme for KeystoneSettings {
    fn build_proof(&self, request: &ComposedRequest<'_>, now: Timestamp, token: Option<&Credential>) -> ProofHeaders {
        token
            .map(|token| FixedHeader::from_bare_token(HEADER, token.clone()).build_proof(request, now, None))
            .unwrap_or_default()
    }

    fn token_grant(&self) -> Option<&dyn TokenGrant> {
        Some(self)
    }

    fn forge_scheme(&self) -> Arc<dyn AuthScheme> {
        // A Fernet token begins with a version and the first bytes of a present time.
        let shape = format!("gAAAAAB{}", "aA9_aA-9".repeat(22));
        let (begins, rest) = shape.split_at("gAAAAAB".len());
        let rest = forge_credential(&Credential::from_process(rest.to_string()));
        Arc::new(FixedHeader::from_bare_token(HEADER, Credential::from_process(format!("{begins}{}", rest.expose()))))
    }

    fn list_secrets(&self) -> Vec<&Credential> {
        match &self.method {
            KeystoneMethod::Password { password, .. } => vec![password],
            KeystoneMethod::ApplicationCredential { secret, .. } => vec![secret],
        }
    }
}

impl TokenGrant for KeystoneSettings {
    fn build_request(&self) -> TokenRequest {
        let base = self.auth_url.trim_end_matches('/');
        let base = base.strip_suffix("/v3").unwrap_or(base);
        TokenRequest {
            url: format!("{base}/v3/auth/tokens"),
            content_type: "application/json",
            headers: Vec::new(),
            body: Credential::from_process(self.method.build_body().to_string()),
        }
    }

    fn read_token(&self, answer: &TokenResponse<'_>, _: Timestamp) -> Result<IssuedToken, String> {
        let token = (answer.header)("x-subject-token").ok_or("the answer has no header `X-Subject-Token`")?;
        // A token without a time of expiry is used until an endpoint refuses the token.
        let ends = answer.body["token"]["expires_at"].as_str().and_then(|text| text.parse().ok());
        Ok(IssuedToken { value: Credential::from_process(token), ends })
    }
}

impl KeystoneMethod {
    fn build_body(&self) -> Value {
        match self {
            KeystoneMethod::Password { user, password, scope } => {
                let mut user = user.to_json();
                user["password"] = json!(password.expose());
                let identity = json!({ "methods": ["password"], "password": { "user": user } });
                match scope.to_json() {
                    None => json!({ "auth": { "identity": identity } }),
                    Some(scope) => json!({ "auth": { "identity": identity, "scope": scope } }),
                }
            }
            KeystoneMethod::ApplicationCredential { credential, user, secret } => {
                let mut credential = credential.to_json();
                if let Some(user) = user {
                    credential["user"] = user.to_json();
                }
                credential["secret"] = json!(secret.expose());
                let identity = json!({ "methods": ["application_credential"], "application_credential": credential });
                json!({ "auth": { "identity": identity } })
            }
        }
    }
}

impl KeystoneReference {
    fn to_json(&self) -> Value {
        match self {
            KeystoneReference::Id(id) => json!({ "id": id }),
            KeystoneReference::Name { name, domain: KeystoneDomain::None } => json!({ "name": name }),
            KeystoneReference::Name { name, domain } => json!({ "name": name, "domain": domain.to_json() }),
        }
    }
}

impl KeystoneDomain {
    fn to_json(&self) -> Value {
        match self {
            KeystoneDomain::Id(id) => json!({ "id": id }),
            KeystoneDomain::Name(name) => json!({ "name": name }),
            KeystoneDomain::None => Value::Null,
        }
    }
}

impl KeystoneScope {
    fn to_json(&self) -> Option<Value> {
        match self {
            KeystoneScope::Project(project) => Some(json!({ "project": project.to_json() })),
            KeystoneScope::Domain(domain) => Some(json!({ "domain": domain.to_json() })),
            KeystoneScope::System => Some(json!({ "system": { "all": true } })),
            KeystoneScope::Unspecified => None,
        }
    }
}
