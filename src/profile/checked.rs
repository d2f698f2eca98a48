//! The profile after reading and checking.

use super::auth::CredentialResolver;
use super::claims::resolve_claims;
use super::connection::ConnectionSettings;
use super::error::{ProfileError, error_at};
use super::file::{ProfileFile, parse_file};
use super::redacted_digest::digest_redacted_profile;
use super::resolve::{resolve_connection, resolve_environment_variable, resolve_identities, resolve_recognisers};
use super::settings::{ChangePolicy, CompletenessPolicy, ConcurrencyPolicy, PoolOffer, ProfileLimits, ResourceQuota};
use super::waivers::resolve_waivers;
use crate::endpoint::{FailureProvocation, Identities, InfrastructureRecogniser};
use crate::known_deviations::{SuiteClaims, Waiver};
use probity_input::{has_url_secret, read_input_text, redact_urls};
use std::collections::BTreeMap;
use std::path::Path;

/// Longest profile in bytes.
pub const PROFILE_BYTES_MAX: u64 = 1 << 20;

/// A profile with all references resolved.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Address by suite. The address with an empty name is for all other suites.
    endpoints: BTreeMap<String, String>,
    /// The callers.
    pub identities: Identities,
    /// Values that the endpoint offers, in place of the suite's values.
    pub pools: BTreeMap<String, Vec<serde_json::Value>>,
    /// By operation, a body that is merged into the body of creates.
    pub setup: BTreeMap<String, serde_json::Value>,
    /// By operation, commands that make a call fail.
    pub provoke: BTreeMap<String, FailureProvocation>,
    /// Infrastructure failures by kind.
    pub recognise: Vec<InfrastructureRecogniser>,
    /// Limits of a run.
    pub limits: ProfileLimits,
    /// Factor for the suite's bounds on the duration of transitions, in percent.
    pub settle_percent: u32,
    /// Whether a run may change resources.
    pub changes: ChangePolicy,
    /// Whether calls of a run may overlap on purpose.
    pub concurrent: ConcurrencyPolicy,
    /// Names of further fields whose values are never recorded.
    pub secrets: Vec<String>,
    /// By pool, how to list the values that the endpoint offers.
    pub offers: BTreeMap<String, PoolOffer>,
    /// By resource kind, how to read the number of resources that may still be created.
    pub quotas: BTreeMap<String, ResourceQuota>,
    /// Whether a suite with undecided clauses fails its test `<suite>::complete`.
    pub complete: CompletenessPolicy,
    /// Deviations that are accepted for a time.
    pub waivers: Vec<Waiver>,
    /// By suite, what the endpoint claims to implement; everything of a suite without an entry.
    pub claims: BTreeMap<String, SuiteClaims>,
    /// `sha256:…` of the profile without its secrets.
    pub digest: String,
    /// Settings of connections.
    pub connection: ConnectionSettings,
    /// Positions (`file:line:column`) of literal credentials.
    pub literals: Vec<String>,
}

impl Profile {
    /// Reads a profile file. References `env:` are looked up in the environment of this process.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is not a profile, or a reference has no value.
    pub fn load(path: &Path) -> Result<Profile, ProfileError> {
        let file = path.display().to_string();
        let text = read_input_text(path, PROFILE_BYTES_MAX).map_err(|error| ProfileError {
            file: file.clone(),
            line: 0,
            column: 0,
            cause: error.cause,
            remedy: error.remedy,
        })?;
        Profile::parse(&text, &file, &|name| std::env::var(name).ok())
    }

    /// Parses the text of a profile. Errors call the profile `file`; `environment` looks up a variable.
    ///
    /// # Errors
    ///
    /// If the text is not a profile, or a reference has no value.
    pub fn parse(
        text: &str,
        file: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Profile, ProfileError> {
        let raw: ProfileFile = parse_file(text, file)?;
        let mut endpoints: BTreeMap<String, String> = BTreeMap::new();
        for (suite, address) in raw.endpoints.iter().chain(raw.endpoint.iter().map(|address| (&ALL_SUITES, address))) {
            let written = resolve_environment_variable(address, file, environment)?;
            if !written.starts_with("http://") && !written.starts_with("https://") {
                return Err(error_at(
                    file,
                    address,
                    "the address of an endpoint begins with http:// or https://",
                    "write the whole address",
                ));
            }
            if has_url_secret(&written) {
                return Err(error_at(
                    file,
                    address,
                    &format!("the address of an endpoint contains a credential: {}", redact_urls(&written)),
                    "name the credential under `identities`, such as env:NAME",
                ));
            }
            endpoints.insert(suite.clone(), written);
        }
        if !(1..=100_000).contains(&raw.settle_percent.value) {
            return Err(error_at(
                file,
                &raw.settle_percent,
                "`settle_percent` is out of range",
                "write a percentage from 1 to 100000",
            ));
        }
        if let Some((pool, values)) = raw.pools.iter().find(|(_, values)| values.value.is_empty()) {
            let remedy = "list values that this endpoint offers, or remove the pool to use the suite's values";
            return Err(error_at(file, values, &format!("the pool `{pool}` is empty"), remedy));
        }
        let mut resolver = CredentialResolver::new(environment);
        let (identities, authorities) = resolve_identities(&raw.identities, file, &mut resolver)?;
        let mut connecting = resolve_connection(&raw.connection, file, &mut resolver)?;
        connecting.authorities.extend(authorities);
        connecting.request_ids = raw.request_ids;
        let literals =
            resolver.into_literals().iter().map(|(line, column)| format!("{file}:{line}:{column}")).collect();
        Ok(Profile {
            endpoints,
            identities,
            pools: raw.pools.into_iter().map(|(pool, values)| (pool, values.value)).collect(),
            setup: raw.setup,
            provoke: raw.provoke,
            recognise: resolve_recognisers(&raw.recognise, file)?,
            limits: raw.limits,
            settle_percent: raw.settle_percent.value,
            changes: raw.changes,
            concurrent: raw.concurrent,
            secrets: raw.secrets,
            offers: raw.offers,
            quotas: raw.quotas,
            complete: raw.complete,
            waivers: resolve_waivers(&raw.waivers, file)?,
            claims: resolve_claims(&raw.claims, file)?,
            digest: digest_redacted_profile(text).unwrap_or_default(),
            connection: connecting,
            literals,
        })
    }

    /// The address of a suite's endpoint; none if the profile has no address for the suite.
    pub fn find_endpoint(&self, suite: &str) -> Option<&str> {
        self.endpoints.get(suite).or_else(|| self.endpoints.get(ALL_SUITES.as_str())).map(String::as_str)
    }

    /// The JSON Schema of profiles, for editors.
    #[cfg(test)]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(ProfileFile).to_value()
    }
}

static ALL_SUITES: String = String::new();
