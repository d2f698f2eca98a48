//! The files of OpenStack's own clients, as openstacksdk searches and joins them.
//!
//! Of `clouds.yaml`, `secure.yaml` and `clouds-public.yaml` the first existing file counts, in this order: the path in
//! a variable, the current folder, the user's configuration, the system's configuration; in each folder with the
//! extensions `.yaml`, `.yml` and `.json`. Values stay texts as written: an id of digits is no number.

use probity_input::read_input_text;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Looks up a variable of the environment.
pub(crate) type EnvironmentLookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// An unusable cloud, with place, cause and remedy. The texts contain no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CloudError {
    pub place: String,
    pub cause: String,
    pub remedy: String,
}

/// The settings of a cloud: texts by name, with underscores in place of hyphens.
#[derive(Debug, Clone, Default)]
pub(super) struct CloudSettings {
    /// The entries below `auth`.
    pub auth: BTreeMap<String, String>,
    /// The other entries with a scalar value.
    pub own: BTreeMap<String, String>,
}

/// Clouds by name.
pub(super) type CloudMap = BTreeMap<String, CloudSettings>;

/// One of the files.
pub(super) struct CloudFileKind {
    /// File name without extension.
    stem: &'static str,
    /// Variable with the path of the file.
    variable: &'static str,
    /// The key that contains the clouds.
    key: &'static str,
}

pub(super) const CLOUDS: CloudFileKind =
    CloudFileKind { stem: "clouds", variable: "OS_CLIENT_CONFIG_FILE", key: "clouds" };
pub(super) const SECURE: CloudFileKind =
    CloudFileKind { stem: "secure", variable: "OS_CLIENT_SECURE_FILE", key: "clouds" };
pub(super) const VENDORS: CloudFileKind =
    CloudFileKind { stem: "clouds-public", variable: "OS_CLIENT_VENDOR_FILE", key: "public-clouds" };

const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Longest file in bytes.
const BYTES_MAX: u64 = 4 << 20;

/// Names of scalar entries beside `auth` that decide how to authenticate.
const OWN_NAMES: &[&str] = &[
    "auth_type",
    "cacert",
    "cert",
    "key",
    "verify",
    "insecure",
    "profile",
    "cloud",
    "default_domain",
    "identity_api_version",
];

/// Names of entries that may stand below `auth` or beside it.
pub(super) const AUTH_NAMES: &[&str] = &[
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
    "default_domain_name",
    "default_domain_id",
    "system_scope",
    "trust_id",
    "passcode",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
];

impl CloudSettings {
    /// Overwrites entries with those of `over`.
    pub(super) fn merge(&mut self, over: &CloudSettings) {
        self.auth.extend(over.auth.clone());
        self.own.extend(over.own.clone());
    }

    /// A non-empty entry, below `auth` or beside it.
    pub(super) fn find(&self, name: &str) -> Option<String> {
        let found = self.auth.get(name).or_else(|| self.own.get(name))?;
        Some(found.clone()).filter(|text| !text.is_empty())
    }
}

/// The first existing file of a kind: its path and its clouds.
pub(super) fn find_cloud_file(
    kind: &CloudFileKind,
    environment: EnvironmentLookup<'_>,
) -> Result<Option<(String, CloudMap)>, CloudError> {
    // A pipe or a folder exists too, and is an error in place of the next file.
    match list_places(kind, environment).into_iter().find(|path| path.exists()) {
        None => Ok(None),
        Some(path) => Ok(Some((path.display().to_string(), read_cloud_file(kind, &path)?))),
    }
}

fn list_places(kind: &CloudFileKind, environment: EnvironmentLookup<'_>) -> Vec<PathBuf> {
    let set = |name: &str| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = set("HOME").map(|home| home.join(".config"));
    let mut folders = vec![PathBuf::new()];
    folders.extend(set("XDG_CONFIG_HOME").into_iter().chain(home).map(|folder| folder.join("openstack")));
    folders.extend([PathBuf::from("/etc/xdg/openstack"), PathBuf::from("/etc/openstack")]);
    let files =
        folders.iter().flat_map(|folder| EXTENSIONS.map(|extension| folder.join(format!("{}.{extension}", kind.stem))));
    set(kind.variable).into_iter().chain(files).collect()
}

fn read_cloud_file(kind: &CloudFileKind, path: &Path) -> Result<CloudMap, CloudError> {
    let place = path.display().to_string();
    let text = read_input_text(path, BYTES_MAX).map_err(|error| CloudError {
        place: place.clone(),
        cause: error.cause,
        remedy: error.remedy,
    })?;
    let unusable = |cause: String| CloudError {
        place: place.clone(),
        cause,
        remedy: format!(
            "write the file for OpenStack's clients: the key `{}` contains the clouds by name, and `auth` of a cloud \
             contains texts by name",
            kind.key
        ),
    };
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 32, max_documents: 1 },
        with_snippet: false,
    };
    let file: CloudFile = serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
        // The message of the error may contain values.
        let line = error.location().map_or(0, |place| place.line());
        unusable(format!("line {line} is not valid YAML, or no entry of a cloud"))
    })?;
    let clouds = if kind.key == CLOUDS.key { file.clouds } else { file.public_clouds };
    match clouds {
        Some(clouds) => Ok(clouds),
        // A file with secrets may have none.
        None if kind.stem == SECURE.stem => Ok(CloudMap::new()),
        None => Err(unusable(format!("the key `{}` is missing", kind.key))),
    }
}

/// The keys of a file; unknown keys are skipped, as openstacksdk does.
#[derive(Deserialize)]
struct CloudFile {
    clouds: Option<CloudMap>,
    #[serde(rename = "public-clouds")]
    public_clouds: Option<CloudMap>,
}

impl<'de> Deserialize<'de> for CloudSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CloudSettings, D::Error> {
        deserializer.deserialize_map(CloudVisitor)
    }
}

/// Reads the entries of a cloud that decide how to authenticate, and skips the others, such as networks and regions.
struct CloudVisitor;

impl<'de> Visitor<'de> for CloudVisitor {
    type Value = CloudSettings;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the settings of a cloud")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<CloudSettings, A::Error> {
        let mut settings = CloudSettings::default();
        while let Some(name) = entries.next_key::<String>()? {
            let name = name.replace('-', "_");
            if name == "auth" {
                let auth: Option<BTreeMap<String, Option<String>>> = entries.next_value()?;
                let auth = auth.into_iter().flatten();
                settings.auth.extend(auth.filter_map(|(name, text)| Some((name.replace('-', "_"), text?))));
            } else if OWN_NAMES.contains(&name.as_str()) || AUTH_NAMES.contains(&name.as_str()) {
                let text: Option<String> = entries.next_value()?;
                settings.own.extend(text.map(|text| (name, text)));
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(settings)
    }
}
