//! Tokens of OpenStack's identity service, version 3, for a password or an application credential.

use super::fixed::Fixed;
use super::scheme::{Composed, Grant, Proof, Scheme, Token, TokenAnswer, TokenRequest};
use crate::endpoint::{Credential, Domain, KeystoneMethod, KeystoneScope, KeystoneSettings, Named, forge};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

const HEADER: &str = "X-Auth-Token";

impl Scheme for KeystoneSettings {
    fn prove(&self, request: &Composed<'_>, now: Timestamp, token: Option<&Credential>) -> Proof {
        token.map(|token| Fixed::bare(HEADER, token.clone()).prove(request, now, None)).unwrap_or_default()
    }

    fn grant(&self) -> Option<&dyn Grant> {
        Some(self)
    }

    fn forged(&self) -> Arc<dyn Scheme> {
        // A Fernet token begins with a version and the first bytes of a present time.
        let shape = format!("gAAAAAB{}", "aA9_aA-9".repeat(22));
        let (begins, rest) = shape.split_at("gAAAAAB".len());
        let rest = forge(&Credential::made(rest.to_string()));
        Arc::new(Fixed::bare(HEADER, Credential::made(format!("{begins}{}", rest.expose()))))
    }

    fn secrets(&self) -> Vec<&Credential> {
        match &self.method {
            KeystoneMethod::Password { password, .. } => vec![password],
            KeystoneMethod::ApplicationCredential { secret, .. } => vec![secret],
        }
    }
}

impl Grant for KeystoneSettings {
    fn request(&self) -> TokenRequest {
        let base = self.auth_url.trim_end_matches('/');
        let base = base.strip_suffix("/v3").unwrap_or(base);
        TokenRequest {
            url: format!("{base}/v3/auth/tokens"),
            content_type: "application/json",
            headers: Vec::new(),
            body: Credential::made(self.method.body().to_string()),
        }
    }

    fn token(&self, answer: &TokenAnswer<'_>, _: Timestamp) -> Result<Token, String> {
        let token = (answer.header)("x-subject-token").ok_or("the answer has no header `X-Subject-Token`")?;
        // A token without a time of expiry is used until an endpoint refuses the token.
        let ends = answer.body["token"]["expires_at"].as_str().and_then(|text| text.parse().ok());
        Ok(Token { value: Credential::made(token), ends })
    }
}

impl KeystoneMethod {
    fn body(&self) -> Value {
        match self {
            KeystoneMethod::Password { user, password, scope } => {
                let mut user = user.json();
                user["password"] = json!(password.expose());
                let identity = json!({ "methods": ["password"], "password": { "user": user } });
                match scope.json() {
                    None => json!({ "auth": { "identity": identity } }),
                    Some(scope) => json!({ "auth": { "identity": identity, "scope": scope } }),
                }
            }
            KeystoneMethod::ApplicationCredential { credential, user, secret } => {
                let mut credential = credential.json();
                if let Some(user) = user {
                    credential["user"] = user.json();
                }
                credential["secret"] = json!(secret.expose());
                let identity = json!({ "methods": ["application_credential"], "application_credential": credential });
                json!({ "auth": { "identity": identity } })
            }
        }
    }
}

impl Named {
    fn json(&self) -> Value {
        match self {
            Named::Id(id) => json!({ "id": id }),
            Named::Name { name, domain: Domain::None } => json!({ "name": name }),
            Named::Name { name, domain } => json!({ "name": name, "domain": domain.json() }),
        }
    }
}

impl Domain {
    fn json(&self) -> Value {
        match self {
            Domain::Id(id) => json!({ "id": id }),
            Domain::Name(name) => json!({ "name": name }),
            Domain::None => Value::Null,
        }
    }
}

impl KeystoneScope {
    fn json(&self) -> Option<Value> {
        match self {
            KeystoneScope::Project(project) => Some(json!({ "project": project.json() })),
            KeystoneScope::Domain(domain) => Some(json!({ "domain": domain.json() })),
            KeystoneScope::System => Some(json!({ "system": { "all": true } })),
            KeystoneScope::Unsaid => None,
        }
    }
}
