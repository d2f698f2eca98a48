//! What one endpoint offers and allows, as people write it down.

use super::auth::{CALLERS, Credential, Identities, Identity, Resolver, Unresolved, Written};
use super::connect::{Connecting, Proxy, Version};
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

/// The file. What a value may refer to is resolved afterwards.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Profile", title = "A profile of probity: what one endpoint offers and allows")]
struct File {
    /// Address of the endpoint, for all suites that `endpoints` does not name.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    endpoint: Option<Spanned<String>>,
    /// Address by suite.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    endpoints: BTreeMap<String, Spanned<String>>,
    /// Who asks, by caller: `owner`, `other`, `expired`, `forged`, `none`. Without `forged`, its proof is
    /// made from the owner's: a token that never was, a signature made with another secret.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Person>")]
    identities: BTreeMap<String, Spanned<Person>>,
    /// Values that this endpoint offers (flavors, images), in place of those of the suite.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<serde_json::Value>>")]
    pools: BTreeMap<String, Spanned<Vec<serde_json::Value>>>,
    /// Ceilings. What is absent is not limited by the profile.
    #[serde(default)]
    limits: Limits,
    /// What the bounds of the suite are multiplied by, in percent.
    #[serde(default = "hundred")]
    #[schemars(with = "u32", range(min = 1, max = 100_000))]
    settle_percent: Spanned<u32>,
    /// Without `allowed` only operations that read are sent to a real endpoint.
    #[serde(default)]
    changes: Changes,
    /// Further names of fields whose values must not be recorded.
    #[serde(default)]
    secrets: Vec<String>,
    /// How connections are made.
    #[serde(default)]
    connection: Connection,
    /// By pool: how to see what the endpoint offers. What the pool names must be there before
    /// anything is created.
    #[serde(default)]
    offers: BTreeMap<String, Offer>,
    /// By resource of a suite: how to see how many more may be created.
    #[serde(default)]
    quotas: BTreeMap<String, Quota>,
    /// Whether a suite that was not decided in full fails its tests, each suite with one test.
    #[serde(default)]
    complete: Complete,
}

/// How connections are made. No proxy is taken from the environment, and no redirect is followed: only
/// hosts that the profile names are contacted.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields)]
struct Connection {
    /// Files of authorities that are trusted besides the system's, in PEM.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    ca: Vec<Spanned<String>>,
    /// File of the client's certificate, in PEM.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    certificate: Option<Spanned<String>>,
    /// File of the key of the client's certificate, in PEM.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    key: Option<Spanned<String>>,
    /// Address of a proxy, such as http://proxy.example:3128.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    proxy: Option<Spanned<String>>,
    /// Name for the proxy.
    #[serde(default)]
    proxy_username: Option<String>,
    /// Password for the proxy: `env:NAME`, `file:PATH`, `command:LINE`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    proxy_password: Option<Spanned<String>>,
    /// Which versions of HTTP are offered.
    #[serde(default)]
    http: Version,
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

/// One caller.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Person {
    /// Credential headers: `env:NAME`, `file:PATH`, `command:LINE`, or the value itself.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    headers: BTreeMap<String, Spanned<String>>,
    /// Proof that depends on the request, or that has to be fetched.
    #[serde(default)]
    auth: Option<Written>,
    /// Values of path parameters that belong to the caller, such as a project id.
    #[serde(default)]
    parameters: BTreeMap<String, String>,
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
            if !address.value.starts_with("http://") && !address.value.starts_with("https://") {
                return Err(at(
                    file,
                    address,
                    "an endpoint begins with http:// or https://",
                    "write the whole address",
                ));
            }
            endpoints.insert(suite.clone(), address.value.clone());
        }
        if let Some((pool, values)) = raw.pools.iter().find(|(_, values)| values.value.is_empty()) {
            let remedy = "name what this endpoint offers, or leave the pool out to use the suite's values";
            return Err(at(file, values, &format!("the pool `{pool}` is empty"), remedy));
        }
        if !(1..=100_000).contains(&raw.settle_percent.value) {
            return Err(at(
                file,
                &raw.settle_percent,
                "`settle_percent` is out of range",
                "write a percentage from 1 to 100000",
            ));
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

fn hundred() -> Spanned<u32> {
    Spanned::new(100, serde_saphyr::Location::UNKNOWN, serde_saphyr::Location::UNKNOWN)
}

fn read(text: &str, file: &str) -> Result<File, ProfileError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 32, max_documents: 1 },
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location();
        let message = error.to_string();
        ProfileError {
            file: file.to_string(),
            line: place.map_or(0, |place| place.line()),
            column: place.map_or(0, |place| place.column()),
            // The place stands in front already.
            cause: message.split(" at line ").next().unwrap_or(&message).to_string(),
            remedy: "see docs/profile.schema.json for what a profile may hold".to_string(),
        }
    })
}

/// The identities, and the authorities that their clouds name.
fn identities(
    raw: &BTreeMap<String, Spanned<Person>>,
    file: &str,
    resolver: &mut Resolver<'_>,
) -> Result<(Identities, Vec<Vec<u8>>), ProfileError> {
    let mut callers = BTreeMap::new();
    let mut authorities = Vec::new();
    for (caller, person) in raw {
        if !CALLERS.contains(&caller.as_str()) {
            let remedy = format!("name it one of {}", CALLERS.join(", "));
            return Err(at(file, person, &format!("there is no caller `{caller}`"), &remedy));
        }
        if caller == "none" && (!person.value.headers.is_empty() || person.value.auth.is_some()) {
            return Err(at(file, person, "`none` is the caller without credentials", "leave out its headers"));
        }
        let unresolved = |error: Unresolved| {
            let (line, column) = error.at.unwrap_or((person.referenced.line(), person.referenced.column()));
            ProfileError { file: file.to_string(), line, column, cause: error.cause, remedy: error.remedy }
        };
        let mut headers = BTreeMap::new();
        for (name, text) in &person.value.headers {
            headers.insert(name.clone(), resolver.header(text).map_err(unresolved)?);
        }
        let mut scheme = None;
        if let Some(auth) = &person.value.auth {
            let (resolved, authority) = auth.resolved(resolver).map_err(unresolved)?;
            if resolved.grant().is_some() && matches!(caller.as_str(), "expired" | "forged") {
                let cause = format!("`{caller}` would get a fresh token");
                return Err(at(file, person, &cause, "give its token under `headers`, or as `bearer`"));
            }
            if let Some(path) = authority {
                let read = std::fs::read(&path);
                authorities.push(read.map_err(|error| {
                    at(
                        file,
                        person,
                        &format!("the authority's file `{path}` cannot be read: {error}"),
                        "check its path",
                    )
                })?);
            }
            scheme = Some(resolved);
        }
        callers.insert(caller.clone(), Identity { parameters: person.value.parameters.clone(), headers, scheme });
    }
    Ok((Identities::new(callers), authorities))
}

fn connecting(raw: &Connection, file: &str, resolver: &mut Resolver<'_>) -> Result<Connecting, ProfileError> {
    let pem = |path: &Spanned<String>| {
        std::fs::read(&path.value).map_err(|error| {
            at(file, path, &format!("the file `{}` cannot be read: {error}", path.value), "check its path")
        })
    };
    let authorities = raw.ca.iter().map(pem).collect::<Result<Vec<_>, _>>()?;
    let certificate = match (&raw.certificate, &raw.key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => {
            let both = [pem(certificate)?, b"\n".to_vec(), pem(key)?].concat();
            let text = String::from_utf8(both).map_err(|_| at(file, key, "it is not PEM", "write it in PEM"))?;
            Some(Credential::made(text))
        }
        (Some(one), None) | (None, Some(one)) => {
            return Err(at(file, one, "a certificate and its key belong together", "give `certificate` and `key`"));
        }
    };
    let proxy = match &raw.proxy {
        None => None,
        Some(address) => {
            let url = reqwest::Url::parse(&address.value);
            if !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.password().is_none()) {
                let cause = "a proxy's address begins with http:// or https:// and holds no credentials";
                return Err(at(file, address, cause, "use `proxy_username` and `proxy_password`"));
            }
            let password = raw.proxy_password.as_ref().map(|text| resolver.credential(text)).transpose();
            let password = password.map_err(|error| {
                let (line, column) = error.at.unwrap_or((address.referenced.line(), address.referenced.column()));
                ProfileError { file: file.to_string(), line, column, cause: error.cause, remedy: error.remedy }
            })?;
            Some(Proxy { address: address.value.clone(), credentials: raw.proxy_username.clone().zip(password) })
        }
    };
    Ok(Connecting { authorities, certificate, proxy, version: raw.http })
}

fn at<T>(file: &str, value: &Spanned<T>, cause: &str, remedy: &str) -> ProfileError {
    ProfileError {
        file: file.to_string(),
        line: value.referenced.line(),
        column: value.referenced.column(),
        cause: cause.to_string(),
        remedy: remedy.to_string(),
    }
}
