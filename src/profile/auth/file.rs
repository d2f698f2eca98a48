//! The authentication of a caller in the profile file.

#[cfg(test)]
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// How a caller authenticates. Credentials are references: `env:NAME`, `file:PATH`, `command:LINE`.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, schemars(rename = "Auth"))]
pub(crate) enum AuthEntry {
    /// A bearer token in each request (RFC 6750).
    Bearer(BearerEntry),
    /// Name and password in each request (RFC 7617).
    Basic(BasicEntry),
    /// OAuth 2.0: a token for the id and secret of a client (RFC 6749, section 4.4).
    ClientCredentials(ClientCredentialsEntry),
    /// OpenStack, identity API version 3: a token for a password.
    OpenstackPassword(KeystonePasswordEntry),
    /// OpenStack, identity API version 3: a token for an application credential.
    OpenstackApplicationCredential(ApplicationCredentialEntry),
    /// OpenStack: a cloud from clouds.yaml and secure.yaml, or from the variables OS_*.
    OpenstackCloud(CloudEntry),
    /// Huawei Cloud and Open Telekom Cloud: requests signed with a secret key (AK/SK).
    SdkHmacSha256(SdkHmacEntry),
    /// Samsung Cloud Platform: requests signed with a secret key.
    ScpHmacSha256(ScpHmacEntry),
}

/// A token.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Bearer"))]
pub(crate) struct BearerEntry {
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) token: Spanned<String>,
}

/// A name and a password.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Basic"))]
pub(crate) struct BasicEntry {
    /// Name without a colon.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) username: Spanned<String>,
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) password: Spanned<String>,
}

/// A client of a token service.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "ClientCredentials"))]
pub(crate) struct ClientCredentialsEntry {
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) token_url: Spanned<String>,
    pub(super) client_id: String,
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) client_secret: Spanned<String>,
    /// Requested scopes, separated by spaces.
    #[serde(default)]
    pub(super) scope: Option<String>,
    /// Further parameters of the token request, such as `audience`.
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, String>,
    /// Where the token request contains id and secret.
    #[serde(default)]
    pub(super) client_in: ClientPlacement,
}

/// Where a token request contains the id and secret of the client.
#[derive(Deserialize, Default, PartialEq)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, schemars(rename = "ClientIn"))]
pub(crate) enum ClientPlacement {
    /// In the header `Authorization`.
    #[default]
    Header,
    /// In the form.
    Body,
}

/// A user with a password. Without a domain, names belong to the domain `default`.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "OpenstackPassword"))]
pub(crate) struct KeystonePasswordEntry {
    /// Address of the identity service, with or without /v3.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) auth_url: Spanned<String>,
    #[serde(default)]
    pub(super) user_id: Option<String>,
    #[serde(default)]
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) user_domain_id: Option<String>,
    #[serde(default)]
    pub(super) user_domain_name: Option<String>,
    #[cfg_attr(test, schemars(with = "String"))]
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

/// An application credential by id, or by name and user.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "OpenstackApplicationCredential"))]
pub(crate) struct ApplicationCredentialEntry {
    /// Address of the identity service, with or without /v3.
    #[cfg_attr(test, schemars(with = "String"))]
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
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) secret: Spanned<String>,
}

/// A cloud of clouds.yaml.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "OpenstackCloud"))]
pub(crate) struct CloudEntry {
    /// Name of the cloud. Default: the cloud in OS_CLOUD, the variables OS_*, or the only cloud of the file.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(super) cloud: Option<Spanned<String>>,
}

/// Access key and secret key.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "SdkHmacSha256"))]
pub(crate) struct SdkHmacEntry {
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) access_key: Spanned<String>,
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) secret_key: Spanned<String>,
    /// Sent as X-Project-Id.
    #[serde(default)]
    pub(super) project_id: Option<String>,
    /// Token of temporary keys; sent as X-Security-Token.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(super) security_token: Option<Spanned<String>>,
}

/// Access key and secret key.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "ScpHmacSha256"))]
pub(crate) struct ScpHmacEntry {
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) access_key: Spanned<String>,
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) secret_key: Spanned<String>,
    /// Signed and sent, if given.
    #[serde(default)]
    pub(super) account_id: Option<String>,
    /// Kind of client.
    #[serde(default = "default_client_type")]
    pub(super) client_type: String,
}

fn default_client_type() -> String {
    "Openapi".to_string()
}
