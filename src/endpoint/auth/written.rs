//! Schemes as a profile writes them.

use super::basic::Basic;
use super::client_credentials::ClientCredentials;
use super::clouds;
use super::credential::{Credential, CredentialError};
use super::fixed::Fixed;
use super::keystone::{Domain, Keystone, Method, Named, Scope};
use super::scheme::Scheme;
use super::scp::Scp;
use super::sdk_hmac::SdkHmac;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How a caller proves who it is. Credentials are references: `env:NAME`, `file:PATH`, `command:LINE`.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Auth")]
pub(in crate::endpoint) enum Written {
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
pub(in crate::endpoint) struct Bearer {
    #[schemars(with = "String")]
    token: Spanned<String>,
}

/// A name and its password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Basic")]
pub(in crate::endpoint) struct NameAndPassword {
    /// Without a colon.
    #[schemars(with = "String")]
    username: Spanned<String>,
    #[schemars(with = "String")]
    password: Spanned<String>,
}

/// A client of a token service.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ClientCredentials")]
pub(in crate::endpoint) struct Client {
    #[schemars(with = "String")]
    token_url: Spanned<String>,
    client_id: String,
    #[schemars(with = "String")]
    client_secret: Spanned<String>,
    /// What is asked for, separated by spaces.
    #[serde(default)]
    scope: Option<String>,
    /// Parameters that the service wants besides, such as `audience`.
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    /// Where id and secret go.
    #[serde(default)]
    client_in: ClientIn,
}

/// Where a client's id and secret go.
#[derive(Deserialize, JsonSchema, Default, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(in crate::endpoint) enum ClientIn {
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
pub(in crate::endpoint) struct Password {
    /// Of the identity service, with or without /v3.
    #[schemars(with = "String")]
    auth_url: Spanned<String>,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    user_domain_id: Option<String>,
    #[serde(default)]
    user_domain_name: Option<String>,
    #[schemars(with = "String")]
    password: Spanned<String>,
    #[serde(default)]
    project_id: Option<String>,
    #[serde(default)]
    project_name: Option<String>,
    #[serde(default)]
    project_domain_id: Option<String>,
    #[serde(default)]
    project_domain_name: Option<String>,
}

/// An application credential by its id, or by its name and its user.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OpenstackApplicationCredential")]
pub(in crate::endpoint) struct Application {
    /// Of the identity service, with or without /v3.
    #[schemars(with = "String")]
    auth_url: Spanned<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    user_domain_id: Option<String>,
    #[serde(default)]
    user_domain_name: Option<String>,
    #[schemars(with = "String")]
    secret: Spanned<String>,
}

/// A cloud of clouds.yaml.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OpenstackCloud")]
pub(in crate::endpoint) struct Cloud {
    /// Its name; without it, the one in OS_CLOUD, the variables OS_*, or the only one there is.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    cloud: Option<Spanned<String>>,
}

/// Access key and secret key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SdkHmacSha256")]
pub(in crate::endpoint) struct Keys {
    #[schemars(with = "String")]
    access_key: Spanned<String>,
    #[schemars(with = "String")]
    secret_key: Spanned<String>,
    /// Sent as X-Project-Id.
    #[serde(default)]
    project_id: Option<String>,
    /// Of temporary keys; sent as X-Security-Token.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    security_token: Option<Spanned<String>>,
}

/// Access key and secret key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ScpHmacSha256")]
pub(in crate::endpoint) struct ScpKeys {
    #[schemars(with = "String")]
    access_key: Spanned<String>,
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

/// Why there is no scheme: at which text of the profile, or at the caller where none is to blame.
#[derive(Debug)]
pub(in crate::endpoint) struct Unresolved {
    /// Line and column.
    pub at: Option<(u64, u64)>,
    pub cause: String,
    pub remedy: String,
}

/// Gives values to references.
pub(in crate::endpoint) struct Resolver<'a> {
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    literals: Vec<(u64, u64)>,
}

impl<'a> Resolver<'a> {
    /// `environment` looks up a variable.
    pub fn new(environment: &'a dyn Fn(&str) -> Option<String>) -> Resolver<'a> {
        Resolver { environment, literals: Vec::new() }
    }

    /// The credential that a text refers to.
    pub fn credential(&mut self, text: &Spanned<String>) -> Result<Credential, Unresolved> {
        let credential = Credential::read(&text.value, self.environment);
        let credential = credential.map_err(|error: CredentialError| {
            let message = error.to_string();
            let (cause, remedy) = message.rsplit_once("; ").unwrap_or((&message, "give another"));
            wrong(text, cause, remedy)
        })?;
        if credential.is_literal() {
            self.literals.push(place(text));
        }
        Ok(credential)
    }

    /// The same, for a value that goes into a header as it is.
    pub fn header(&mut self, text: &Spanned<String>) -> Result<Credential, Unresolved> {
        let credential = self.credential(text)?;
        if !credential.fits_header() {
            return Err(wrong(text, "it has characters that no header can carry", "give plain characters"));
        }
        Ok(credential)
    }

    /// Line and column of the credentials that were written out.
    pub fn literals(self) -> Vec<(u64, u64)> {
        self.literals
    }
}

impl Written {
    /// The scheme with its credentials; the file of an authority that a cloud names beside it.
    pub fn resolved(&self, resolver: &mut Resolver<'_>) -> Result<(Arc<dyn Scheme>, Option<String>), Unresolved> {
        let scheme: Arc<dyn Scheme> = match self {
            Written::Bearer(bearer) => Arc::new(Fixed::bearer(resolver.header(&bearer.token)?)),
            Written::Basic(basic) if basic.username.value.contains(':') => {
                return Err(wrong(&basic.username, "a colon ends the name", "use a name without one"));
            }
            Written::Basic(basic) => Arc::new(Basic::new(&basic.username.value, resolver.credential(&basic.password)?)),
            Written::ClientCredentials(client) => Arc::new(ClientCredentials {
                token_url: address(&client.token_url)?,
                client_id: client.client_id.clone(),
                client_secret: resolver.credential(&client.client_secret)?,
                scope: client.scope.clone(),
                parameters: client.parameters.clone().into_iter().collect(),
                in_body: client.client_in == ClientIn::Body,
            }),
            Written::OpenstackPassword(password) => Arc::new(password.resolved(resolver)?),
            Written::OpenstackApplicationCredential(application) => Arc::new(application.resolved(resolver)?),
            Written::OpenstackCloud(cloud) => {
                let name = cloud.cloud.as_ref().map(|name| name.value.as_str());
                let at = cloud.cloud.as_ref().map(place);
                let found = clouds::cloud(name, resolver.environment).map_err(|error| Unresolved {
                    at,
                    cause: format!("{}: {}", error.place, error.cause),
                    remedy: error.remedy,
                });
                let (keystone, authority) = found?;
                return Ok((Arc::new(keystone), authority));
            }
            Written::SdkHmacSha256(keys) => Arc::new(SdkHmac {
                access_key: resolver.header(&keys.access_key)?,
                secret_key: resolver.credential(&keys.secret_key)?,
                project_id: keys.project_id.clone(),
                security_token: keys.security_token.as_ref().map(|token| resolver.header(token)).transpose()?,
            }),
            Written::ScpHmacSha256(keys) => Arc::new(Scp {
                access_key: resolver.header(&keys.access_key)?,
                secret_key: resolver.credential(&keys.secret_key)?,
                account_id: keys.account_id.clone(),
                client_type: keys.client_type.clone(),
            }),
        };
        Ok((scheme, None))
    }
}

impl Password {
    fn resolved(&self, resolver: &mut Resolver<'_>) -> Result<Keystone, Unresolved> {
        let user = named(&self.user_id, &self.username, domain(&self.user_domain_id, &self.user_domain_name));
        let user = user.ok_or_else(|| wrong(&self.auth_url, "no user is named beside it", "add `username`"))?;
        let project = domain(&self.project_domain_id, &self.project_domain_name);
        let project = named(&self.project_id, &self.project_name, project);
        Ok(Keystone {
            auth_url: address(&self.auth_url)?,
            method: Method::Password {
                user,
                password: resolver.credential(&self.password)?,
                scope: project.map_or(Scope::Unsaid, Scope::Project),
            },
        })
    }
}

impl Application {
    fn resolved(&self, resolver: &mut Resolver<'_>) -> Result<Keystone, Unresolved> {
        let user = named(&self.user_id, &self.username, domain(&self.user_domain_id, &self.user_domain_name));
        let credential = named(&self.id, &self.name, Domain::None);
        let credential =
            credential.ok_or_else(|| wrong(&self.auth_url, "no credential is named beside it", "add `id`"))?;
        if matches!(credential, Named::Name { .. }) && user.is_none() {
            return Err(wrong(&self.auth_url, "a name alone is no credential", "add `username`, or give the `id`"));
        }
        let user = user.filter(|_| self.id.is_none());
        let secret = resolver.credential(&self.secret)?;
        Ok(Keystone {
            auth_url: address(&self.auth_url)?,
            method: Method::ApplicationCredential { credential, user, secret },
        })
    }
}

fn named(id: &Option<String>, name: &Option<String>, domain: Domain) -> Option<Named> {
    let by_name = || name.clone().map(|name| Named::Name { name, domain });
    id.clone().map(Named::Id).or_else(by_name)
}

fn domain(id: &Option<String>, name: &Option<String>) -> Domain {
    id.clone().map(Domain::Id).or_else(|| name.clone().map(Domain::Name)).unwrap_or_else(Domain::usual)
}

fn address(text: &Spanned<String>) -> Result<String, Unresolved> {
    let url = reqwest::Url::parse(&text.value);
    let usable = url.is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
    });
    if !usable {
        let cause = "a token service's address begins with http:// or https:// and holds no credentials";
        return Err(wrong(text, cause, "write the whole address"));
    }
    Ok(text.value.clone())
}

fn wrong(text: &Spanned<String>, cause: &str, remedy: &str) -> Unresolved {
    Unresolved { at: Some(place(text)), cause: cause.to_string(), remedy: remedy.to_string() }
}

fn place(text: &Spanned<String>) -> (u64, u64) {
    (text.referenced.line(), text.referenced.column())
}
