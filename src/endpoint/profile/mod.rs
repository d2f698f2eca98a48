//! What one endpoint offers and allows, as people write it down.

mod file;
mod resolve;

use super::auth::{Identities, Resolver};
use super::connect::Connecting;
use super::hindered::Recogniser;
use super::provoke::Provocation;
use file::{File, read};
use resolve::{connecting, identities, recognisers, variable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;
use std::path::Path;

/// Longer files are not profiles.
const BYTES_MAX: u64 = 1 << 20;

/// A profile that was read and checked.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Address by suite; the one under the empty name is for all others.
    endpoints: BTreeMap<String, String>,
    /// Who asks.
    pub identities: Identities,
    /// Values that this endpoint offers, in place of the suite's.
    pub pools: BTreeMap<String, Vec<serde_json::Value>>,
    /// By operation, what this endpoint needs in a body that brings something to life.
    pub setup: BTreeMap<String, serde_json::Value>,
    /// By operation, how to let it fail here.
    pub provoke: BTreeMap<String, Provocation>,
    /// Replies that are trouble of the infrastructure.
    pub recognise: Vec<Recogniser>,
    /// Ceilings.
    pub limits: Limits,
    /// What the bounds of the suite are multiplied by, in percent.
    pub settle_percent: u32,
    /// Whether more than reading is allowed.
    pub changes: Changes,
    /// Further names of fields whose values are not kept.
    pub secrets: Vec<String>,
    /// By pool: how to see what the endpoint offers.
    pub offers: BTreeMap<String, Offer>,
    /// By resource: how to see how many more may be created.
    pub quotas: BTreeMap<String, Quota>,
    /// Whether a suite that was not decided in full fails its tests.
    pub complete: Complete,
    /// How connections are made.
    pub connecting: Connecting,
    /// Places (`file:line:column`) of credentials that are written out instead of referred to.
    pub literals: Vec<String>,
}

/// A read that lists values of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The path, with what stands in braces filled in by the owner's `parameters`.
    pub get: String,
    /// JSON Pointer to the list; empty for the whole reply.
    #[serde(default)]
    pub each: String,
    /// JSON Pointer to the value in an item of the list; empty for the item itself.
    #[serde(default)]
    pub value: String,
}

/// A read that shows a quota.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// The path, with what stands in braces filled in by the owner's `parameters`.
    pub get: String,
    /// JSON Pointer to how many there may be, or, without `used`, how many more; negative: any number.
    pub most: String,
    /// JSON Pointer to how many there are.
    #[serde(default)]
    pub used: Option<String>,
}

/// What becomes of a suite of which something was not decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Complete {
    /// Its test `<suite>::complete` fails.
    #[default]
    Required,
    /// That test is ignored.
    Waived,
}

/// Ceilings of a run at this endpoint; none means that the profile sets no ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests in all.
    #[serde(default)]
    pub requests: Option<u64>,
    /// Seconds in all.
    #[serde(default)]
    pub seconds: Option<u64>,
    /// Things of this run that exist at the same time.
    #[serde(default)]
    pub live: Option<u32>,
    /// Requests a second; 0: as many as there are.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Plans side by side.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub plans: Option<u32>,
    /// Requests without an answer (429, 503, lost) that end the run, in percent of all; the first
    /// twenty do not.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    pub trouble_percent: Option<u32>,
    /// Milliseconds between the first looks at a thing in motion; later ones are further apart.
    #[serde(default)]
    pub poll_ms: Option<u64>,
    /// Of the seconds in all, those kept back for cleaning up.
    #[serde(default)]
    pub reserve_seconds: Option<u64>,
    /// Seconds for one request.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub request_seconds: Option<u64>,
}

/// What may be done to the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Changes {
    /// Only operations that read may be sent.
    #[default]
    Forbidden,
    /// Things may be created, changed and deleted.
    Allowed,
}

impl Changes {
    /// Whether a request of this method may be sent to a real endpoint.
    pub fn permit(self, method: &str) -> bool {
        self == Changes::Allowed || matches!(method, "GET" | "HEAD")
    }
}

/// A profile that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {cause}; {remedy}")]
pub struct ProfileError {
    /// As the caller named it.
    pub file: String,
    /// Counts from 1; 0 where no line is to blame.
    pub line: u64,
    /// Counts from 1; 0 where no line is to blame.
    pub column: u64,
    /// What is wrong, without values that may be secret.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
}

impl Profile {
    /// Reads a file; `env:` looks into the environment of this process.
    pub fn load(path: &Path) -> Result<Profile, ProfileError> {
        let file = path.display().to_string();
        let fail = |cause: String| ProfileError {
            file: file.clone(),
            line: 0,
            column: 0,
            cause,
            remedy: "check the path of the profile".to_string(),
        };
        let length = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
        if length > BYTES_MAX {
            return Err(fail(format!("it is longer than {BYTES_MAX} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
        Profile::parse(&text, &file, &|name| std::env::var(name).ok())
    }

    /// Reads a text; `file` is what the errors call it.
    pub fn parse(
        text: &str,
        file: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Profile, ProfileError> {
        let raw: File = read(text, file)?;
        let mut endpoints: BTreeMap<String, String> = BTreeMap::new();
        for (suite, address) in raw.endpoints.iter().chain(raw.endpoint.iter().map(|address| (&EVERY, address))) {
            let written = variable(address, file, environment)?;
            if !written.starts_with("http://") && !written.starts_with("https://") {
                return Err(at(
                    file,
                    address,
                    "an endpoint begins with http:// or https://",
                    "write the whole address",
                ));
            }
            endpoints.insert(suite.clone(), written);
        }
        if !(1..=100_000).contains(&raw.settle_percent.value) {
            return Err(at(
                file,
                &raw.settle_percent,
                "`settle_percent` is out of range",
                "write a percentage from 1 to 100000",
            ));
        }
        if let Some((pool, values)) = raw.pools.iter().find(|(_, values)| values.value.is_empty()) {
            let remedy = "name what this endpoint offers, or leave the pool out to use the suite's values";
            return Err(at(file, values, &format!("the pool `{pool}` is empty"), remedy));
        }
        let mut resolver = Resolver::new(environment);
        let (identities, authorities) = identities(&raw.identities, file, &mut resolver)?;
        let mut connecting = connecting(&raw.connection, file, &mut resolver)?;
        connecting.authorities.extend(authorities);
        let literals = resolver.literals().iter().map(|(line, column)| format!("{file}:{line}:{column}")).collect();
        Ok(Profile {
            endpoints,
            identities,
            pools: raw.pools.into_iter().map(|(pool, values)| (pool, values.value)).collect(),
            setup: raw.setup,
            provoke: raw.provoke,
            recognise: recognisers(&raw.recognise, file)?,
            limits: raw.limits,
            settle_percent: raw.settle_percent.value,
            changes: raw.changes,
            secrets: raw.secrets,
            offers: raw.offers,
            quotas: raw.quotas,
            complete: raw.complete,
            connecting,
            literals,
        })
    }

    /// Where this suite is to be run, if the profile says so.
    pub fn endpoint(&self, suite: &str) -> Option<&str> {
        self.endpoints.get(suite).or_else(|| self.endpoints.get(EVERY.as_str())).map(String::as_str)
    }

    /// The JSON Schema of the file, for editors.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(File).to_value()
    }
}

static EVERY: String = String::new();

fn at<T>(file: &str, value: &Spanned<T>, cause: &str, remedy: &str) -> ProfileError {
    ProfileError {
        file: file.to_string(),
        line: value.referenced.line(),
        column: value.referenced.column(),
        cause: cause.to_string(),
        remedy: remedy.to_string(),
    }
}
