//! From the authentication in the file to settings with credentials.

use super::clouds;
use super::file::{Application, ClientIn, Password, Written};
use super::resolver::{Resolver, Unresolved, place, wrong};
use crate::endpoint::{
    AuthSettings, BasicSettings, ClientCredentialsSettings, Domain, KeystoneMethod, KeystoneScope, KeystoneSettings,
    Named, ScpHmacSettings, SdkHmacSettings,
};
use serde_saphyr::Spanned;

impl Written {
    /// Resolves all references. Returns the settings, and the path of the authorities' file that a cloud names.
    pub fn resolved(&self, resolver: &mut Resolver<'_>) -> Result<(AuthSettings, Option<String>), Unresolved> {
        let settings = match self {
            Written::Bearer(bearer) => AuthSettings::Bearer { token: resolver.header(&bearer.token)? },
            Written::Basic(basic) if basic.username.value.contains(':') => {
                return Err(wrong(
                    &basic.username,
                    "the name has a colon, which HTTP Basic does not allow",
                    "use a name without a colon",
                ));
            }
            Written::Basic(basic) => AuthSettings::Basic(BasicSettings {
                username: basic.username.value.clone(),
                password: resolver.credential(&basic.password)?,
            }),
            Written::ClientCredentials(client) => AuthSettings::ClientCredentials(ClientCredentialsSettings {
                token_url: address(&client.token_url)?,
                client_id: client.client_id.clone(),
                client_secret: resolver.credential(&client.client_secret)?,
                scope: client.scope.clone(),
                parameters: client.parameters.clone().into_iter().collect(),
                in_body: client.client_in == ClientIn::Body,
            }),
            Written::OpenstackPassword(password) => AuthSettings::Keystone(password.resolved(resolver)?),
            Written::OpenstackApplicationCredential(application) => {
                AuthSettings::Keystone(application.resolved(resolver)?)
            }
            Written::OpenstackCloud(cloud) => {
                let name = cloud.cloud.as_ref().map(|name| name.value.as_str());
                let at = cloud.cloud.as_ref().map(place);
                let found = clouds::cloud(name, resolver.environment).map_err(|error| Unresolved {
                    at,
                    cause: format!("{}: {}", error.place, error.cause),
                    remedy: error.remedy,
                });
                let (keystone, authority) = found?;
                return Ok((AuthSettings::Keystone(keystone), authority));
            }
            Written::SdkHmacSha256(keys) => AuthSettings::SdkHmac(SdkHmacSettings {
                access_key: resolver.header(&keys.access_key)?,
                secret_key: resolver.credential(&keys.secret_key)?,
                project_id: keys.project_id.clone(),
                security_token: keys.security_token.as_ref().map(|token| resolver.header(token)).transpose()?,
            }),
            Written::ScpHmacSha256(keys) => AuthSettings::ScpHmac(ScpHmacSettings {
                access_key: resolver.header(&keys.access_key)?,
                secret_key: resolver.credential(&keys.secret_key)?,
                account_id: keys.account_id.clone(),
                client_type: keys.client_type.clone(),
            }),
        };
        Ok((settings, None))
    }
}

impl Password {
    fn resolved(&self, resolver: &mut Resolver<'_>) -> Result<KeystoneSettings, Unresolved> {
        let user = named(&self.user_id, &self.username, domain(&self.user_domain_id, &self.user_domain_name));
        let user = user
            .ok_or_else(|| wrong(&self.auth_url, "no user belongs to this address", "add `username` or `user_id`"))?;
        let project = domain(&self.project_domain_id, &self.project_domain_name);
        let project = named(&self.project_id, &self.project_name, project);
        Ok(KeystoneSettings {
            auth_url: address(&self.auth_url)?,
            method: KeystoneMethod::Password {
                user,
                password: resolver.credential(&self.password)?,
                scope: project.map_or(KeystoneScope::Unsaid, KeystoneScope::Project),
            },
        })
    }
}

impl Application {
    fn resolved(&self, resolver: &mut Resolver<'_>) -> Result<KeystoneSettings, Unresolved> {
        let user = named(&self.user_id, &self.username, domain(&self.user_domain_id, &self.user_domain_name));
        let credential = named(&self.id, &self.name, Domain::None);
        let credential = credential
            .ok_or_else(|| wrong(&self.auth_url, "no application credential belongs to this address", "add `id`"))?;
        if matches!(credential, Named::Name { .. }) && user.is_none() {
            return Err(wrong(
                &self.auth_url,
                "the name of an application credential needs a user",
                "add `username`, or give `id` in place of `name`",
            ));
        }
        let user = user.filter(|_| self.id.is_none());
        let secret = resolver.credential(&self.secret)?;
        Ok(KeystoneSettings {
            auth_url: address(&self.auth_url)?,
            method: KeystoneMethod::ApplicationCredential { credential, user, secret },
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
    let url = url::Url::parse(&text.value);
    let usable = url.is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
    });
    if !usable {
        let cause = "the address of a token service begins with http:// or https:// and contains no credentials";
        return Err(wrong(text, cause, "write the whole address"));
    }
    Ok(text.value.clone())
}
