//! Clouds of OpenStack's own clients: `clouds.yaml` with `secure.yaml`, or the variables `OS_*`.
//!
//! The profile or `OS_CLOUD` names a cloud. Without a name, the variables count if `OS_AUTH_URL` is set; otherwise
//! the file has to contain one cloud only. Each file is searched in this order: the path in `OS_CLIENT_CONFIG_FILE`
//! (`OS_CLIENT_SECURE_FILE`), the current folder, the user's `.config/openstack`, `/etc/openstack`.

use crate::endpoint::{Credential, KeystoneDomain, KeystoneMethod, KeystoneReference, KeystoneScope, KeystoneSettings};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// Looks up a variable of the environment.
pub(crate) type EnvironmentLookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// An unusable cloud, with place, cause and remedy. The texts contain no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CloudError {
    pub place: String,
    pub cause: String,
    pub remedy: String,
}

/// Reads a cloud: its identity, and the path of its authorities' file.
pub(crate) fn read_cloud(
    name: Option<&str>,
    environment: EnvironmentLookup<'_>,
) -> Result<(KeystoneSettings, Option<String>), CloudError> {
    let from_environment = environment("OS_CLOUD").filter(|name| !name.is_empty());
    let name = name.map(str::to_string).or(from_environment);
    if name.is_none() && environment("OS_AUTH_URL").is_some() {
        let settings = read_variables(environment);
        return build_keystone_settings(&settings, "the variables OS_*");
    }
    let place = "clouds.yaml";
    let (file, clouds) =
        read_clouds_file("clouds.yaml", "OS_CLIENT_CONFIG_FILE", environment)?.ok_or_else(|| CloudError {
            place: place.to_string(),
            cause: "no such file, and OS_AUTH_URL is not set".to_string(),
            remedy: "name the file in OS_CLIENT_CONFIG_FILE, or set the variables OS_*".to_string(),
        })?;
    let name = match name {
        Some(name) => name,
        None => find_only_cloud(&file, &clouds)?,
    };
    let mut settings = clouds.get(&name).and_then(Value::as_object).cloned().ok_or_else(|| CloudError {
        place: file.clone(),
        cause: format!("the file has no cloud `{name}`"),
        remedy: format!("name one of: {}", clouds.keys().cloned().collect::<Vec<_>>().join(", ")),
    })?;
    if let Some((_, secure)) = read_clouds_file("secure.yaml", "OS_CLIENT_SECURE_FILE", environment)?
        && let Some(Value::Object(secure)) = secure.get(&name)
    {
        merge_settings(&mut settings, secure);
    }
    if settings.contains_key("profile") && find_auth_url(&settings).is_none() {
        return Err(CloudError {
            place: file,
            cause: format!("cloud `{name}` has no address, but refers to a vendor's profile"),
            remedy: "add `auth_url` to the cloud".to_string(),
        });
    }
    build_keystone_settings(&settings, &format!("{file}, cloud `{name}`"))
}

fn find_only_cloud(file: &str, clouds: &Map<String, Value>) -> Result<String, CloudError> {
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

/// The clouds of a file by name.
type CloudMap = Map<String, Value>;

/// Reads the first existing file: its path and its clouds.
fn read_clouds_file(
    name: &str,
    variable: &str,
    environment: EnvironmentLookup<'_>,
) -> Result<Option<(String, CloudMap)>, CloudError> {
    let named = environment(variable).map(PathBuf::from);
    let config = environment("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| environment("HOME").map(|home| PathBuf::from(home).join(".config")));
    let mut places = vec![PathBuf::from(name)];
    places.extend(config.map(|config| config.join("openstack").join(name)));
    places.push(PathBuf::from("/etc/openstack").join(name));
    let places = named.into_iter().chain(places);
    let Some(path) = places.into_iter().find(|path| path.is_file()) else { return Ok(None) };
    let place = path.display().to_string();
    let unusable = |cause: String| CloudError {
        place: place.clone(),
        cause,
        remedy: "write the file for OpenStack's clients: the key `clouds` contains the clouds by name".to_string(),
    };
    let text = std::fs::read_to_string(&path).map_err(|error| unusable(error.to_string()))?;
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 32, max_documents: 1 },
        with_snippet: false,
    };
    let file: Value = serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
        // The message of the error may contain values.
        let line = error.location().map_or(0, |place| place.line());
        unusable(format!("line {line} is not valid YAML"))
    })?;
    match file.get("clouds").and_then(Value::as_object) {
        Some(clouds) => Ok(Some((place, clouds.clone()))),
        None => Err(unusable("the key `clouds` is missing".to_string())),
    }
}

/// Overwrites `settings` with the values in `over`.
fn merge_settings(settings: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (settings.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(over)) => merge_settings(inner, over),
            _ => {
                settings.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Reads the variables `OS_*`, under the names of `clouds.yaml`.
fn read_variables(environment: EnvironmentLookup<'_>) -> Map<String, Value> {
    const NAMES: &[&str] = &[
        "auth_url",
        "username",
        "user_id",
        "password",
        "project_name",
        "project_id",
        "tenant_name",
        "tenant_id",
        "user_domain_name",
        "user_domain_id",
        "project_domain_name",
        "project_domain_id",
        "domain_name",
        "domain_id",
        "system_scope",
        "application_credential_id",
        "application_credential_name",
        "application_credential_secret",
    ];
    let value = |name: &str| {
        environment(&format!("OS_{}", name.to_ascii_uppercase())).filter(|value| !value.is_empty()).map(Value::String)
    };
    let auth: Map<String, Value> = NAMES.iter().filter_map(|name| Some(((*name).to_string(), value(name)?))).collect();
    let mut settings = Map::from_iter([("auth".to_string(), Value::Object(auth))]);
    for name in ["auth_type", "cacert", "default_domain"] {
        settings.extend(value(name).map(|value| (name.to_string(), value)));
    }
    settings
}

/// Reads a setting, from `auth` or from the cloud.
fn find_setting(settings: &Map<String, Value>, name: &str) -> Option<String> {
    let found = settings.get("auth").and_then(|auth| auth.get(name)).or_else(|| settings.get(name))?;
    match found {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        // An unquoted id of digits is a number in YAML.
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn find_auth_url(settings: &Map<String, Value>) -> Option<String> {
    find_setting(settings, "auth_url")
}

fn build_keystone_settings(
    settings: &Map<String, Value>,
    place: &str,
) -> Result<(KeystoneSettings, Option<String>), CloudError> {
    let get = |name: &str| find_setting(settings, name);
    let unusable =
        |cause: String, remedy: &str| CloudError { place: place.to_string(), cause, remedy: remedy.to_string() };
    let missing = |name: &str| unusable(format!("`{name}` is missing"), &format!("add `{name}`"));
    if settings.get("verify") == Some(&Value::Bool(false)) {
        let remedy = "name the file of authorities under `cacert` instead";
        return Err(unusable("`verify: false` is not supported: certificates are always checked".to_string(), remedy));
    }
    let auth_url = get("auth_url").ok_or_else(|| missing("auth_url"))?;
    let usual = get("default_domain").map_or_else(KeystoneDomain::default_domain, KeystoneDomain::Id);
    let domain = |whose: &str| {
        let id = get(&format!("{whose}_domain_id")).map(KeystoneDomain::Id);
        id.or_else(|| get(&format!("{whose}_domain_name")).map(KeystoneDomain::Name))
    };
    let user = |usual: &KeystoneDomain| match (get("user_id"), get("username")) {
        (Some(id), _) => Some(KeystoneReference::Id(id)),
        (None, Some(name)) => {
            Some(KeystoneReference::Name { name, domain: domain("user").unwrap_or_else(|| usual.clone()) })
        }
        (None, None) => None,
    };
    let kind = get("auth_type").unwrap_or_else(|| {
        let application = get("application_credential_secret").is_some();
        if application { "v3applicationcredential" } else { "password" }.to_string()
    });
    let method = match kind.as_str() {
        "v3applicationcredential" => KeystoneMethod::ApplicationCredential {
            credential: match (get("application_credential_id"), get("application_credential_name")) {
                (Some(id), _) => KeystoneReference::Id(id),
                (None, Some(name)) => KeystoneReference::Name { name, domain: KeystoneDomain::None },
                (None, None) => return Err(missing("application_credential_id")),
            },
            user: get("application_credential_id").is_none().then(|| user(&usual)).flatten(),
            secret: Credential::from_process(
                get("application_credential_secret").ok_or_else(|| missing("application_credential_secret"))?,
            ),
        },
        "password" | "v3password" => KeystoneMethod::Password {
            user: user(&usual).ok_or_else(|| missing("username"))?,
            password: Credential::from_process(get("password").ok_or_else(|| missing("password"))?),
            scope: choose_scope(&get, domain("project"), &usual),
        },
        other => {
            let remedy = "use `password` or `v3applicationcredential`";
            return Err(unusable(format!("the `auth_type` `{other}` is not supported"), remedy));
        }
    };
    Ok((KeystoneSettings { auth_url, method }, get("cacert")))
}

fn choose_scope(
    get: &dyn Fn(&str) -> Option<String>,
    domain: Option<KeystoneDomain>,
    usual: &KeystoneDomain,
) -> KeystoneScope {
    if let Some(id) = get("project_id").or_else(|| get("tenant_id")) {
        return KeystoneScope::Project(KeystoneReference::Id(id));
    }
    if let Some(name) = get("project_name").or_else(|| get("tenant_name")) {
        return KeystoneScope::Project(KeystoneReference::Name {
            name,
            domain: domain.unwrap_or_else(|| usual.clone()),
        });
    }
    if let Some(id) = get("domain_id") {
        return KeystoneScope::Domain(KeystoneDomain::Id(id));
    }
    if let Some(name) = get("domain_name") {
        return KeystoneScope::Domain(KeystoneDomain::Name(name));
    }
    if get("system_scope").is_some() { KeystoneScope::System } else { KeystoneScope::Unspecified }
}
