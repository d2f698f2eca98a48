//! The profile that was read and checked.

use super::auth::Resolver;
use super::connection::Connecting;
use super::error::{ProfileError, at};
use super::file::{File, read};
use super::resolve::{connecting, identities, recognisers, variable};
use super::settings::{Changes, Complete, Limits, Offer, Quota};
use crate::endpoint::{Identities, Provocation, Recogniser};
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
