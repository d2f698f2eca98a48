//! Name and password in each request (RFC 7617).

use super::scheme::{Composed, Proof, Scheme};
use crate::endpoint::{Credential, forge};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use std::sync::Arc;

/// Name and password of one caller.
#[derive(Debug, Clone)]
pub(super) struct Basic {
    name: String,
    password: Credential,
    encoded: Credential,
}

impl Basic {
    /// `name` must have no colon, because the first colon ends the name.
    pub fn new(name: &str, password: Credential) -> Basic {
        let encoded = Credential::made(STANDARD.encode(format!("{name}:{}", password.expose())));
        Basic { name: name.to_string(), password, encoded }
    }

    /// The value of the `Authorization` header.
    pub fn value(&self) -> Credential {
        Credential::made(format!("Basic {}", self.encoded.expose()))
    }
}

impl Scheme for Basic {
    fn prove(&self, _: &Composed<'_>, _: Timestamp, _: Option<&Credential>) -> Proof {
        vec![("Authorization".to_string(), self.value())]
    }

    fn forged(&self) -> Arc<dyn Scheme> {
        Arc::new(Basic::new(&self.name, forge(&self.password)))
    }

    fn secrets(&self) -> Vec<&Credential> {
        vec![&self.password, &self.encoded]
    }
}
