//! One fixed header: a bearer token (RFC 6750, section 2.1), or a token in a special header.

use super::scheme::{Composed, Proof, Scheme};
use crate::endpoint::{Credential, forge};
use jiff::Timestamp;
use std::sync::Arc;

/// A header with a fixed value.
#[derive(Debug, Clone)]
pub(super) struct Fixed {
    pub header: &'static str,
    /// The value of the header, including a word before the token.
    value: Credential,
    token: Credential,
}

impl Fixed {
    /// `Authorization: Bearer …`
    pub fn bearer(token: Credential) -> Fixed {
        Fixed { header: "Authorization", value: Credential::made(format!("Bearer {}", token.expose())), token }
    }

    /// A header with the token alone.
    pub fn bare(header: &'static str, token: Credential) -> Fixed {
        Fixed { header, value: token.clone(), token }
    }
}

impl Scheme for Fixed {
    fn prove(&self, _: &Composed<'_>, _: Timestamp, _: Option<&Credential>) -> Proof {
        vec![(self.header.to_string(), self.value.clone())]
    }

    fn forged(&self) -> Arc<dyn Scheme> {
        Arc::new(Fixed { value: forge(&self.value), token: forge(&self.token), ..*self })
    }

    fn secrets(&self) -> Vec<&Credential> {
        vec![&self.token]
    }
}
