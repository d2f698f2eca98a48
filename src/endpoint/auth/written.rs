//! Schemes as a profile writes them.

use super::credential::Credential;
use super::scheme::Scheme;
use super::scp::Scp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::sync::Arc;

/// How a caller proves who it is. Credentials are references: `env:NAME`, `file:PATH`, `command:LINE`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Auth")]
pub(in crate::endpoint) enum Written {
    /// Samsung Cloud Platform: each request is signed with a secret key.
    ScpHmacSha256(WrittenScp),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScpHmacSha256")]
pub(in crate::endpoint) struct WrittenScp {
    /// The access key.
    #[schemars(with = "String")]
    access_key: Spanned<String>,
    /// The secret key.
    #[schemars(with = "String")]
    secret_key: Spanned<String>,
    /// Signed and sent where it is given.
    #[serde(default)]
    account_id: Option<String>,
    /// What kind of client this is.
    #[serde(default = "open_api")]
    client_type: String,
}

fn open_api() -> String {
    "Openapi".to_string()
}

/// Gives the credential that a text refers to; its error is the profile's.
pub(in crate::endpoint) type Resolve<'a, E> = dyn FnMut(&Spanned<String>) -> Result<Credential, E> + 'a;

impl Written {
    /// The scheme with its credentials.
    pub fn resolved<E>(&self, resolve: &mut Resolve<'_, E>) -> Result<Arc<dyn Scheme>, E> {
        match self {
            Written::ScpHmacSha256(scp) => Ok(Arc::new(Scp {
                access_key: resolve(&scp.access_key)?,
                secret_key: resolve(&scp.secret_key)?,
                account_id: scp.account_id.clone(),
                client_type: scp.client_type.clone(),
            })),
        }
    }
}
