//! One fixed header: a bearer token (RFC 6750, section 2.1), or a token in a special header.

use super::scheme::{AuthScheme, ComposedRequest, ProofHeaders};
use crate::endpoint::{Credential, forge_credential};
use jiff::Timestamp;
use std::sync::Arc;

/// A header with a fixed value.
#[derive(Debug, Clone)]
pub(super) struct FixedHeader {
    pub header: &'static str,
    /// The value of the header, including a word before the token.
    value: Credential,
    token: Credential,
}

impl FixedHeader {
    /// `Authorization: Bearer …`
    pub fn from_bearer(token: Credential) -> FixedHeader {
        FixedHeader {
            header: "Authorization",
            value: Credential::from_process(format!("Bearer {}", token.expose())),
            token,
        }
    }

    /// A header with the token alone.
    pub fn from_bare_token(header: &'static str, token: Credential) -> FixedHeader {
        FixedHeader { header, value: token.clone(), token }
    }
}

impl AuthScheme for FixedHeader {
    fn build_proof(&self, _: &ComposedRequest<'_>, _: Timestamp, _: Option<&Credential>) -> ProofHeaders {
        vec![(self.header.to_string(), self.value.clone())]
    }

    fn forge_scheme(&self) -> Arc<dyn AuthScheme> {
        Arc::new(FixedHeader { value: forge_credential(&self.value), token: forge_credential(&self.token), ..*self })
    }

    fn list_secrets(&self) -> Vec<&Credential> {
        vec![&self.token]
    }
}
