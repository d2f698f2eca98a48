//! Clouds of OpenStack's own clients: `clouds.yaml` with `secure.yaml`, or the variables `OS_*`.
//!
//! The profile or `OS_CLOUD` names a cloud. Without a name, the variables count if `OS_AUTH_URL` is set; otherwise
//! the file has to contain one cloud only. The rules are those of openstacksdk (`openstack.config`).

use super::cloud_files::{AUTH_NAMES, CLOUDS, CloudMap, CloudSettings, SECURE, VENDORS, find_cloud_file};
pub(crate) use super::cloud_files::{CloudError, EnvironmentLookup};
use crate::endpoint::{Credential, KeystoneDomain, KeystoneMethod, KeystoneReference, KeystoneScope, KeystoneSettings};
use probity_input::has_url_secret;

/// The name of the cloud that stands in the variables `OS_*`.
const FROM_VARIABLES: &str = "envvars";

/// Reads a cloud: its identity, and the path of its authorities' file.
pub(crate) fn read_cloud(
    name: Option<&str>,
    environment: EnvironmentLookup<'_>,
) -> Result<(KeystoneSettings, Option<String>), CloudError> {
    let from_environment = environment("OS_CLOUD").filter(|name| !name.is_empty());
    let name = name.map(str::to_string).or(from_environment);
    let home = environment("HOME");
    let has_variables = environment("OS_AUTH_URL").is_some_and(|address| !address.is_empty());
    if name.as_deref().map_or(has_variables, |name| name == FROM_VARIABLES) {
        return CloudReader { settings: read_variables(environment), place: "the variables OS_*".to_string(), home }
            .read_settings();
    }
    let (file, mut clouds) = find_cloud_file(&CLOUDS, environment)?.ok_or_else(|| CloudError {
        place: "clouds.yaml".to_string(),
        cause: "no such file, and OS_AUTH_URL is not set".to_string(),
        remedy: "name the file in OS_CLIENT_CONFIG_FILE, or set the variables OS_*".to_string(),
    })?;
    if let Some((_, secure)) = find_cloud_file(&SECURE, environment)? {
        for (name, over) in &secure {
            clouds.entry(name.clone()).or_default().merge(over);
        }
    }
    let name = match name {
        Some(name) => name,
        None => find_only_cloud(&file, &clouds)?,
    };
    let settings = clouds.get(&name).cloned().ok_or_else(|| CloudError {
        place: file.clone(),
        cause: format!("the file has no cloud `{name}`"),
        remedy: format!("name one of: {}", clouds.keys().cloned().collect::<Vec<_>>().join(", ")),
    })?;
    let settings = add_vendor_profile(settings, &file, &name, environment)?;
    CloudReader { settings, place: format!("{file}, cloud `{name}`"), home }.read_settings()
}

fn find_only_cloud(file: &str, clouds: &CloudMap) -> Result<String, CloudError> {
    let mut names = clouds.keys();
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name.clone()),
        _ => Err(CloudError {
            place: file.to_string(),
            cause: format!("the file has {} clouds, and the profile names none", clouds.len()),
            remedy: "name one under `cloud` in the profile, or in OS_CLOUD".to_string(),
        }),
    }
}

/// Puts the settings of a vendor's profile in `clouds-public.yaml` below the settings of the cloud.
fn add_vendor_profile(
    settings: CloudSettings,
    file: &str,
    name: &str,
    environment: EnvironmentLookup<'_>,
) -> Result<CloudSettings, CloudError> {
    let Some(vendor) = settings.own.get("profile").or_else(|| settings.own.get("cloud")) else { return Ok(settings) };
    let public = find_cloud_file(&VENDORS, environment)?.and_then(|(_, clouds)| clouds.get(vendor).cloned());
    match public {
        Some(mut all) => {
            all.merge(&settings);
            Ok(all)
        }
        // The profiles that openstacksdk contains give addresses and domains.
        None if settings.find("auth_url").is_some() => Ok(settings),
        None => Err(CloudError {
            place: file.to_string(),
            cause: format!("cloud `{name}` has no address, but refers to a vendor's profile that no file contains"),
            remedy: "add `auth_url` to the cloud, or the vendor's profile to clouds-public.yaml".to_string(),
        }),
    }
}

/// Reads the variables `OS_*`, under the names of `clouds.yaml`.
fn read_variables(environment: EnvironmentLookup<'_>) -> CloudSettings {
    let value =
        |name: &&str| environment(&format!("OS_{}", name.to_ascii_uppercase())).filter(|value| !value.is_empty());
    let read = |names: &[&str]| names.iter().filter_map(|name| Some(((*name).to_string(), value(name)?))).collect();
    let own = ["auth_type", "cacert", "cert", "key", "insecure", "default_domain", "identity_api_version"];
    CloudSettings { auth: read(AUTH_NAMES), own: read(&own) }
}

/// The settings of one cloud, on the way to an identity.
struct CloudReader {
    settings: CloudSettings,
    place: String,
    /// The user's folder, for paths that begin with `~/`.
    home: Option<String>,
}

impl CloudReader {
    fn read_settings(&self) -> Result<(KeystoneSettings, Option<String>), CloudError> {
        self.refuse_unsupported()?;
        let auth_url = self.require("auth_url")?;
        if has_url_secret(&auth_url) {
            let cause = "`auth_url` contains a credential".to_string();
            return Err(self.unusable(cause, "write the address without it, and `username` and `password` beside it"));
        }
        let kind = self.get("auth_type").unwrap_or_else(|| {
            let application = self.get("application_credential_secret").is_some();
            if application { "v3applicationcredential" } else { "password" }.to_string()
        });
        let method = match kind.as_str() {
            "v3applicationcredential" => KeystoneMethod::ApplicationCredential {
                credential: match (self.get("application_credential_id"), self.get("application_credential_name")) {
                    (Some(id), _) => KeystoneReference::Id(id),
                    (None, Some(name)) => KeystoneReference::Name { name, domain: KeystoneDomain::None },
                    (None, None) => return Err(self.missing("application_credential_id")),
                },
                user: self.get("application_credential_id").is_none().then(|| self.find_user()).flatten(),
                secret: Credential::from_process(self.require("application_credential_secret")?),
            },
            "password" | "v3password" => KeystoneMethod::Password {
                user: self.find_user().ok_or_else(|| self.missing("username"))?,
                password: Credential::from_process(self.require("password")?),
                scope: self.choose_scope(),
            },
            "token" | "v3token" | "admin_token" => {
                let remedy = "give the token as `headers: { X-Auth-Token: env:NAME }` in place of `auth`";
                return Err(self.unusable(format!("the `auth_type` `{kind}` is not supported"), remedy));
            }
            other => {
                let remedy = "use `password` or `v3applicationcredential`";
                return Err(self.unusable(format!("the `auth_type` `{other}` is not supported"), remedy));
            }
        };
        Ok((KeystoneSettings { auth_url, method }, self.find_authorities()))
    }

    fn get(&self, name: &str) -> Option<String> {
        self.settings.find(name)
    }

    fn require(&self, name: &str) -> Result<String, CloudError> {
        self.get(name).ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> CloudError {
        self.unusable(format!("`{name}` is missing"), &format!("add `{name}`"))
    }

    fn unusable(&self, cause: String, remedy: &str) -> CloudError {
        CloudError { place: self.place.clone(), cause, remedy: remedy.to_string() }
    }

    /// Refuses settings that change who authenticates or how, and that probity does not have.
    fn refuse_unsupported(&self) -> Result<(), CloudError> {
        let is_true = |text: &str| ["true", "yes", "on", "1"].contains(&text.to_lowercase().as_str());
        let unchecked = self.settings.own.get("verify").is_some_and(|text| !is_true(text));
        if unchecked || self.get("insecure").is_some_and(|text| is_true(&text)) {
            let name = if unchecked { "verify: false" } else { "insecure: true" };
            let cause = format!("`{name}` is not supported: certificates are always checked");
            return Err(self.unusable(cause, "name the file of authorities under `cacert` instead"));
        }
        if self.get("identity_api_version").is_some_and(|version| version.split('.').next() != Some("3")) {
            let cause = "only version 3 of the identity API is supported".to_string();
            return Err(self.unusable(cause, "write `identity_api_version: 3`, or remove the entry"));
        }
        if self.get("cert").is_some() || self.get("key").is_some() {
            let cause = "`cert` and `key` of a cloud are not read".to_string();
            let remedy = "name both files under `connection` in the profile: `certificate` and `key`";
            return Err(self.unusable(cause, remedy));
        }
        match ["trust_id", "passcode"].iter().find(|name| self.get(name).is_some()) {
            None => Ok(()),
            Some(name) => {
                let cause = format!("`{name}` is not supported");
                Err(self.unusable(cause, "use a password with a project, or an application credential"))
            }
        }
    }

    fn find_authorities(&self) -> Option<String> {
        let path = self.get("cacert")?;
        match (path.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => Some(format!("{home}/{rest}")),
            _ => Some(path),
        }
    }

    fn find_user(&self) -> Option<KeystoneReference> {
        let by_name = || {
            let domain = self.find_domain("user");
            self.get("username").map(|name| KeystoneReference::Name { name, domain })
        };
        self.get("user_id").map(KeystoneReference::Id).or_else(by_name)
    }

    /// Id and name of the project; the older name of a project is tenant.
    fn find_project(&self) -> (Option<String>, Option<String>) {
        let find = |names: [&str; 2]| names.iter().find_map(|name| self.get(name));
        (find(["project_id", "tenant_id"]), find(["project_name", "tenant_name"]))
    }

    /// The domain of the user or of the project: the one of its own, then the common one of a cloud with a project,
    /// then the default. A cloud that names a domain for one of both leaves out the other; a cloud without any domain
    /// has the domain `default`.
    fn find_domain(&self, whose: &str) -> KeystoneDomain {
        let read = |prefix: &str| {
            let id = self.get(&format!("{prefix}domain_id")).map(KeystoneDomain::Id);
            id.or_else(|| self.get(&format!("{prefix}domain_name")).map(KeystoneDomain::Name))
        };
        let project = self.find_project();
        let is_common = project.0.is_some() || project.1.is_some();
        let common = || read("").filter(|_| is_common);
        let usual = || self.get("default_domain").map(KeystoneDomain::Id).or_else(|| read("default_"));
        let own = read(&format!("{whose}_")).or_else(common).or_else(usual);
        let names_any = read("user_").or_else(|| read("project_")).or_else(|| read("")).is_some();
        own.unwrap_or_else(|| if names_any { KeystoneDomain::None } else { KeystoneDomain::default_domain() })
    }

    fn choose_scope(&self) -> KeystoneScope {
        match self.find_project() {
            (Some(id), _) => return KeystoneScope::Project(KeystoneReference::Id(id)),
            (None, Some(name)) => {
                let domain = self.find_domain("project");
                return KeystoneScope::Project(KeystoneReference::Name { name, domain });
            }
            (None, None) => {}
        }
        if let Some(id) = self.get("domain_id") {
            return KeystoneScope::Domain(KeystoneDomain::Id(id));
        }
        if let Some(name) = self.get("domain_name") {
            return KeystoneScope::Domain(KeystoneDomain::Name(name));
        }
        if self.get("system_scope").is_some() { KeystoneScope::System } else { KeystoneScope::Unspecified }
    }
}
