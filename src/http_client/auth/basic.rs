//! Name and password in each request (RFC 7617).

use super::scheme::{AuthScheme, ComposedRequest, ProofHeaders};
use crate::endpoint::{Credential, forge_credential};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use std::sync::Arc;

/// Name and password of one caller.
#[derive(Debug, Clone)]
pub(super) struct BasicScheme {
    name: String,
    password: Credential,
    encoded: Credential,
}

impl BasicScheme {
    /// `name` must have no colon, because the first colon ends the name.
    pub fn new(name: &str, password: Credential) -> BasicScheme {
        let encoded = Credential::from_process(STANDARD.encode(format!("{name}:{}", password.expose())));
        BasicScheme { name: name.to_string(), password, encoded }
    }

    /// The value of the `Authorization` header.
    pub fn header_value(&self) -> Credential {
        Credential::from_process(format!("Basic {}", self.encoded.expose()))
    }
}

impl AuthScheme for BasicScheme {
    fn build_proof(&self, _: &ComposedRequest<'_>, _: Timestamp, _: Option<&Credential>) -> ProofHeaders {
        vec![("Authorization".to_string(), self.header_value())]
    }

    fn forge_scheme(&self) -> Arc<dyn AuthScheme> {
        Arc::new(BasicScheme::new(&self.name, forge_credential(&self.password)))
    }

    fn list_secrets(&self) -> Vec<&Credential> {
        vec![&self.password, &self.encoded]
    }
}
