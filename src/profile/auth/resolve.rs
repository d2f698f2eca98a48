//! From the authentication in the file to settings with credentials.

use super::clouds;
use super::file::{ApplicationCredentialEntry, AuthEntry, ClientPlacement, KeystonePasswordEntry};
use super::resolver::{AuthSettingsError, CredentialResolver, error_in, position_of};
use crate::endpoint::{
    AuthSettings, BasicSettings, ClientCredentialsSettings, KeystoneDomain, KeystoneMethod, KeystoneReference,
    KeystoneScope, KeystoneSettings, ScpHmacSettings, SdkHmacSettings,
};
use probity_input::has_url_secret;
use serde_saphyr::Spanned;

impl AuthEntry {
    /// Resolves all references. Returns the settings, and the path of the authorities' file that a cloud names.
    pub fn resolve_settings(
        &self,
        resolver: &mut CredentialResolver<'_>,
    ) -> Result<(AuthSettings, Option<String>), AuthSettingsError> {
        let settings = match self {
            AuthEntry::Bearer(bearer) => AuthSettings::Bearer { token: resolver.read_header(&bearer.token)? },
            AuthEntry::Basic(basic) if basic.username.value.contains(':') => {
                return Err(error_in(
                    &basic.username,
                    "the name has a colon, which HTTP Basic does not allow",
                    "use a name without a colon",
                ));
            }
            AuthEntry::Basic(basic) => AuthSettings::Basic(BasicSettings {
                username: basic.username.value.clone(),
                password: resolver.read_credential(&basic.password)?,
            }),
            AuthEntry::ClientCredentials(client) => AuthSettings::ClientCredentials(ClientCredentialsSettings {
                token_url: check_address(&client.token_url)?,
                client_id: client.client_id.clone(),
                client_secret: resolver.read_credential(&client.client_secret)?,
                scope: client.scope.clone(),
                parameters: client.parameters.clone().into_iter().collect(),
                in_body: client.client_in == ClientPlacement::Body,
            }),
            AuthEntry::OpenstackPassword(password) => AuthSettings::Keystone(password.resolve_settings(resolver)?),
            AuthEntry::OpenstackApplicationCredential(application) => {
                AuthSettings::Keystone(application.resolve_settings(resolver)?)
            }
            AuthEntry::OpenstackCloud(cloud) => {
                let name = cloud.cloud.as_ref().map(|name| name.value.as_str());
                let at = cloud.cloud.as_ref().map(position_of);
                let found = clouds::read_cloud(name, resolver.environment).map_err(|error| AuthSettingsError {
                    at,
                    cause: format!("{}: {}", error.place, error.cause),
                    remedy: error.remedy,
                });
                let (keystone, authority) = found?;
                return Ok((AuthSettings::Keystone(keystone), authority));
            }
            AuthEntry::SdkHmacSha256(keys) => AuthSettings::SdkHmac(SdkHmacSettings {
                access_key: resolver.read_header(&keys.access_key)?,
                secret_key: resolver.read_credential(&keys.secret_key)?,
                project_id: keys.project_id.clone(),
                security_token: keys.security_token.as_ref().map(|token| resolver.read_header(token)).transpose()?,
            }),
            AuthEntry::ScpHmacSha256(keys) => AuthSettings::ScpHmac(ScpHmacSettings {
                access_key: resolver.read_header(&keys.access_key)?,
                secret_key: resolver.read_credential(&keys.secret_key)?,
                account_id: keys.account_id.clone(),
                client_type: keys.client_type.clone(),
            }),
        };
        Ok((settings, None))
    }
}

impl KeystonePasswordEntry {
    fn resolve_settings(&self, resolver: &mut CredentialResolver<'_>) -> Result<KeystoneSettings, AuthSettingsError> {
        let user = choose_reference(
            &self.user_id,
            &self.username,
            choose_domain(&self.user_domain_id, &self.user_domain_name),
        );
        let user = user.ok_or_else(|| {
            error_in(&self.auth_url, "no user belongs to this address", "add `username` or `user_id`")
        })?;
        let project = choose_domain(&self.project_domain_id, &self.project_domain_name);
        let project = choose_reference(&self.project_id, &self.project_name, project);
        Ok(KeystoneSettings {
            auth_url: check_address(&self.auth_url)?,
            method: KeystoneMethod::Password {
                user,
                password: resolver.read_credential(&self.password)?,
                scope: project.map_or(KeystoneScope::Unspecified, KeystoneScope::Project),
            },
        })
    }
}

impl ApplicationCredentialEntry {
    fn resolve_settings(&self, resolver: &mut CredentialResolver<'_>) -> Result<KeystoneSettings, AuthSettingsError> {
        let user = choose_reference(
            &self.user_id,
            &self.username,
            choose_domain(&self.user_domain_id, &self.user_domain_name),
        );
        let credential = choose_reference(&self.id, &self.name, KeystoneDomain::None);
        let credential = credential
            .ok_or_else(|| error_in(&self.auth_url, "no application credential belongs to this address", "add `id`"))?;
        if matches!(credential, KeystoneReference::Name { .. }) && user.is_none() {
            return Err(error_in(
                &self.auth_url,
                "the name of an application credential needs a user",
                "add `username`, or give `id` in place of `name`",
            ));
        }
        let user = user.filter(|_| self.id.is_none());
        let secret = resolver.read_credential(&self.secret)?;
        Ok(KeystoneSettings {
            auth_url: check_address(&self.auth_url)?,
            method: KeystoneMethod::ApplicationCredential { credential, user, secret },
        })
    }
}

fn choose_reference(id: &Option<String>, name: &Option<String>, domain: KeystoneDomain) -> Option<KeystoneReference> {
    let by_name = || name.clone().map(|name| KeystoneReference::Name { name, domain });
    id.clone().map(KeystoneReference::Id).or_else(by_name)
}

fn choose_domain(id: &Option<String>, name: &Option<String>) -> KeystoneDomain {
    id.clone()
        .map(KeystoneDomain::Id)
        .or_else(|| name.clone().map(KeystoneDomain::Name))
        .unwrap_or_else(KeystoneDomain::default_domain)
}

fn check_address(text: &Spanned<String>) -> Result<String, AuthSettingsError> {
    let url = url::Url::parse(&text.value);
    let usable = url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && !has_url_secret(&text.value));
    if !usable {
        let cause = "the address of a token service begins with http:// or https:// and contains no credentials";
        return Err(error_in(text, cause, "write the whole address"));
    }
    Ok(text.value.clone())
}
