//! How callers authenticate, as data: each scheme's settings with its credentials.
//!
//! The HTTP client turns these settings into headers. Other endpoints ignore them.

use super::credential::Credential;

/// The authentication of one caller.
#[derive(Debug, Clone)]
pub enum AuthSettings {
    /// A bearer token in each request (RFC 6750).
    Bearer {
        /// The token without the word `Bearer`.
        token: Credential,
    },
    /// Name and password in each request (RFC 7617).
    Basic(BasicSettings),
    /// A token for the id and secret of an OAuth 2.0 client (RFC 6749, section 4.4).
    ClientCredentials(ClientCredentialsSettings),
    /// A token of OpenStack's identity service, version 3.
    Keystone(KeystoneSettings),
    /// Requests are signed by the algorithm SDK-HMAC-SHA256 (Huawei Cloud, Open Telekom Cloud).
    SdkHmac(SdkHmacSettings),
    /// Requests are signed as Samsung Cloud Platform requires.
    ScpHmac(ScpHmacSettings),
    /// A proof that is well formed and wrong, derived from these settings.
    Forged(Box<AuthSettings>),
}

impl AuthSettings {
    /// Whether a token service issues the proof.
    #[must_use]
    pub fn needs_token(&self) -> bool {
        matches!(self, AuthSettings::ClientCredentials(_) | AuthSettings::Keystone(_))
    }

    /// The header with the proof; `None` if each request is signed.
    #[must_use]
    pub fn find_proof_header(&self) -> Option<&'static str> {
        match self {
            AuthSettings::Bearer { .. } | AuthSettings::Basic(_) | AuthSettings::ClientCredentials(_) => {
                Some("authorization")
            }
            AuthSettings::Keystone(_) => Some("x-auth-token"),
            AuthSettings::SdkHmac(_) | AuthSettings::ScpHmac(_) => None,
            AuthSettings::Forged(settings) => settings.find_proof_header(),
        }
    }

    /// All credentials in these settings; none of them may be recorded.
    #[must_use]
    pub fn list_credentials(&self) -> Vec<&Credential> {
        match self {
            AuthSettings::Bearer { token } => vec![token],
            AuthSettings::Basic(basic) => vec![&basic.password],
            AuthSettings::ClientCredentials(client) => vec![&client.client_secret],
            AuthSettings::Keystone(keystone) => match &keystone.method {
                KeystoneMethod::Password { password, .. } => vec![password],
                KeystoneMethod::ApplicationCredential { secret, .. } => vec![secret],
            },
            AuthSettings::SdkHmac(keys) => {
                [&keys.access_key, &keys.secret_key].into_iter().chain(&keys.security_token).collect()
            }
            AuthSettings::ScpHmac(keys) => vec![&keys.access_key, &keys.secret_key],
            AuthSettings::Forged(settings) => settings.list_credentials(),
        }
    }
}

/// The name and the password of one caller.
#[derive(Debug, Clone)]
pub struct BasicSettings {
    /// Has no colon, because the first colon ends the name.
    pub username: String,
    /// The password.
    pub password: Credential,
}

/// An OAuth 2.0 client and its token service.
#[derive(Debug, Clone)]
pub struct ClientCredentialsSettings {
    /// Address of the token service.
    pub token_url: String,
    /// Id of the client.
    pub client_id: String,
    /// Secret of the client.
    pub client_secret: Credential,
    /// Requested scopes, separated by spaces.
    pub scope: Option<String>,
    /// Further parameters of the token request (`audience`, `resource`).
    pub parameters: Vec<(String, String)>,
    /// Whether id and secret are sent in the form instead of a header.
    pub in_body: bool,
}

/// A user or an application credential of OpenStack's identity service.
#[derive(Debug, Clone)]
pub struct KeystoneSettings {
    /// Address of the identity service, with or without `/v3` at its end.
    pub auth_url: String,
    /// How the identity service authenticates the caller.
    pub method: KeystoneMethod,
}

/// A method of authentication at OpenStack's identity service.
#[derive(Debug, Clone)]
pub enum KeystoneMethod {
    /// A user with a password.
    Password {
        /// The user.
        user: KeystoneReference,
        /// The password of the user.
        password: Credential,
        /// For which project or domain the token is valid.
        scope: KeystoneScope,
    },
    /// An application credential, which has a scope of its own.
    ApplicationCredential {
        /// The application credential.
        credential: KeystoneReference,
        /// The user who owns the credential; needed where the credential is given by its name.
        user: Option<KeystoneReference>,
        /// The secret of the credential.
        secret: Credential,
    },
}

/// A user, project or application credential, by id or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeystoneReference {
    /// By its id.
    Id(String),
    /// By its name within a domain.
    Name {
        /// The name.
        name: String,
        /// The domain of the name.
        domain: KeystoneDomain,
    },
}

/// A domain of OpenStack's identity service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeystoneDomain {
    /// By its id.
    Id(String),
    /// By its name.
    Name(String),
    /// The name stands in no domain.
    None,
}

impl KeystoneDomain {
    /// The domain `default`, which OpenStack's command-line client uses where none is given.
    #[must_use]
    pub fn default_domain() -> KeystoneDomain {
        KeystoneDomain::Id("default".to_string())
    }
}

/// For what a token of OpenStack's identity service is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeystoneScope {
    /// One project.
    Project(KeystoneReference),
    /// One domain.
    Domain(KeystoneDomain),
    /// The whole cloud.
    System,
    /// The default project of the user.
    Unspecified,
}

/// The keys of one caller for SDK-HMAC-SHA256.
#[derive(Debug, Clone)]
pub struct SdkHmacSettings {
    /// The access key.
    pub access_key: Credential,
    /// The secret key.
    pub secret_key: Credential,
    /// Sent and signed as `X-Project-Id`, if given.
    pub project_id: Option<String>,
    /// Belongs to temporary keys; sent and signed as `X-Security-Token`.
    pub security_token: Option<Credential>,
}

/// The keys of one caller for the signatures of Samsung Cloud Platform.
#[derive(Debug, Clone)]
pub struct ScpHmacSettings {
    /// The access key.
    pub access_key: Credential,
    /// The secret key.
    pub secret_key: Credential,
    /// The account; if absent, no account is signed or sent.
    pub account_id: Option<String>,
    /// The kind of client, such as `Openapi`.
    pub client_type: String,
}
