//! The authentication of a caller, as it is written in a profile.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// How a caller proves who it is. Credentials are references: `env:NAME`, `file:PATH`, `command:LINE`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Auth")]
pub(crate) enum Written {
    /// A token that goes with every request (RFC 6750).
    Bearer(Bearer),
    /// Name and password with every request (RFC 7617).
    Basic(NameAndPassword),
    /// OAuth 2.0: a token for a client's id and secret (RFC 6749, section 4.4).
    ClientCredentials(Client),
    /// OpenStack, identity API version 3: a token for a password.
    OpenstackPassword(Password),
    /// OpenStack, identity API version 3: a token for an application credential.
    OpenstackApplicationCredential(Application),
    /// OpenStack: as its own clients find it, in clouds.yaml and secure.yaml, or in the variables OS_*.
    OpenstackCloud(Cloud),
    /// Huawei Cloud and Open Telekom Cloud: each request is signed with a secret key (AK/SK).
    SdkHmacSha256(Keys),
    /// Samsung Cloud Platform: each request is signed with a secret key.
    ScpHmacSha256(ScpKeys),
}

/// A token.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bearer {
    #[schemars(with = "String")]
    pub(super) token: Spanned<String>,
}

/// A name and its password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Basic")]
pub(crate) struct NameAndPassword {
    /// Without a colon.
    #[schemars(with = "String")]
    pub(super) username: Spanned<String>,
    #[schemars(with = "String")]
    pub(super) password: Spanned<String>,
}

/// A client of a token service.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ClientCredentials")]
pub(crate) struct Client {
    #[schemars(with = "String")]
    pub(super) token_url: Spanned<String>,
    pub(super) client_id: String,
    #[schemars(with = "String")]
    pub(super) client_secret: Spanned<String>,
    /// What is asked for, separated by spaces.
    #[serde(default)]
    pub(super) scope: Option<String>,
    /// Parameters that the service wants besides, such as `audience`.
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, String>,
    /// Where id and secret go.
    #[serde(default)]
    pub(super) client_in: ClientIn,
}

/// Where a client's id and secret go.
#[derive(Deserialize, JsonSchema, Default, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ClientIn {
    /// Into the header `Authorization`.
    #[default]
    Header,
    /// Into the form.
    Body,
}

/// A user with a password; a name is in the domain `default` unless another is given.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OpenstackPassword")]
pub(crate) struct Password {
    /// Of the identity service, with or without /v3.
    #[schemars(with = "String")]
    pub(super) auth_url: Spanned<String>,
    #[serde(default)]
    pub(super) user_id: Option<String>,
    #[serde(default)]
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) user_domain_id: Option<String>,
    #[serde(default)]
    pub(super) user_domain_name: Option<String>,
    #[schemars(with = "String")]
    pub(super) password: Spanned<String>,
    #[serde(default)]
    pub(super) project_id: Option<String>,
    #[serde(default)]
    pub(super) project_name: Option<String>,
    #[serde(default)]
    pub(super) project_domain_id: Option<String>,
    #[serde(default)]
    pub(super) project_domain_name: Option<String>,
}

/// An application credential by its id, or by its name and its user.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OpenstackApplicationCredential")]
pub(crate) struct Application {
    /// Of the identity service, with or without /v3.
    #[schemars(with = "String")]
    pub(super) auth_url: Spanned<String>,
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) user_id: Option<String>,
    #[serde(default)]
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) user_domain_id: Option<String>,
    #[serde(default)]
    pub(super) user_domain_name: Option<String>,
    #[schemars(with = "String")]
    pub(super) secret: Spanned<String>,
}

/// A cloud of clouds.yaml.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OpenstackCloud")]
pub(crate) struct Cloud {
    /// Its name; without it, the one in OS_CLOUD, the variables OS_*, or the only one there is.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) cloud: Option<Spanned<String>>,
}

/// Access key and secret key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SdkHmacSha256")]
pub(crate) struct Keys {
    #[schemars(with = "String")]
    pub(super) access_key: Spanned<String>,
    #[schemars(with = "String")]
    pub(super) secret_key: Spanned<String>,
    /// Sent as X-Project-Id.
    #[serde(default)]
    pub(super) project_id: Option<String>,
    /// Of temporary keys; sent as X-Security-Token.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) security_token: Option<Spanned<String>>,
}

/// Access key and secret key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScpHmacSha256")]
pub(crate) struct ScpKeys {
    #[schemars(with = "String")]
    pub(super) access_key: Spanned<String>,
    #[schemars(with = "String")]
    pub(super) secret_key: Spanned<String>,
    /// Signed and sent where it is given.
    #[serde(default)]
    pub(super) account_id: Option<String>,
    /// What kind of client this is.
    #[serde(default = "open_api")]
    pub(super) client_type: String,
}

fn open_api() -> String {
    "Openapi".to_string()
}
