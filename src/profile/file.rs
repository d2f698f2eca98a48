//! The profile file.

use super::auth::AuthEntry;
use super::connection::HttpVersion;
use super::error::ProfileError;
use super::settings::{
    ChangePolicy, CompletenessPolicy, ConcurrencyPolicy, PoolOffer, ProfileLimits, RecognisedEffect, ResourceQuota,
};
use crate::endpoint::{FAILURES_MAX, FailureProvocation};
use crate::history::InfrastructureFailure;
use probity_input::escape_field;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// One endpoint: address, credentials, offered values and limits.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Profile", title = "A profile of probity: what one endpoint offers and allows"))]
pub(super) struct ProfileFile {
    /// Address of the endpoint, or `env:NAME`, for all suites without an address in `endpoints`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub endpoint: Option<Spanned<String>>,
    /// Address of the endpoint by suite, or `env:NAME`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, String>"))]
    pub endpoints: BTreeMap<String, Spanned<String>>,
    /// Identities by caller: `owner`, `other`, `expired`, `forged`, `none`. The default of `forged` is derived from
    /// the owner: a token that was never issued, or a signature with a wrong secret.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, IdentityEntry>"))]
    pub identities: BTreeMap<String, Spanned<IdentityEntry>>,
    /// Values that the endpoint offers (flavors, images), in place of the suite's values.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, Vec<serde_json::Value>>"))]
    pub pools: BTreeMap<String, Spanned<Vec<serde_json::Value>>>,
    /// By operation, a body that is merged into the body of creates, if the endpoint needs more than the pages say;
    /// `null` removes a field. The result is not judged as input.
    #[serde(default)]
    pub setup: BTreeMap<String, serde_json::Value>,
    /// By operation, commands that make a call fail as its pages allow, so that promises about failed resources are
    /// tested.
    #[serde(default)]
    pub provoke: BTreeMap<String, FailureProvocation>,
    /// Infrastructure failures by kind: responses that are no deviation and have no effect.
    #[serde(default)]
    pub recognise: BTreeMap<InfrastructureFailure, RecogniserEntry>,
    /// Limits of a run. The profile sets no limit for absent entries.
    #[serde(default)]
    pub limits: ProfileLimits,
    /// Factor for the suite's bounds on the duration of transitions, in percent.
    #[serde(default = "default_settle_percent")]
    #[cfg_attr(test, schemars(with = "u32", range(min = 1, max = 100_000)))]
    pub settle_percent: Spanned<u32>,
    /// Without `allowed`, a run sends only operations that read.
    #[serde(default)]
    pub changes: ChangePolicy,
    /// With `allowed`, a run that may change resources spends a tenth of its requests on calls that overlap.
    #[serde(default)]
    pub concurrent: ConcurrencyPolicy,
    /// Names of further fields whose values are never recorded.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Names of response headers that tell the id of a request, in addition to the usual names. Findings show the ids.
    #[serde(default)]
    pub request_ids: Vec<String>,
    /// Settings of connections.
    #[serde(default)]
    pub connection: ConnectionEntry,
    /// By pool, how to list the values that the endpoint offers. The endpoint has to offer all values of the pool
    /// before a run creates resources.
    #[serde(default)]
    pub offers: BTreeMap<String, PoolOffer>,
    /// By resource kind of a suite, how to read the number of resources that may still be created.
    #[serde(default)]
    pub quotas: BTreeMap<String, ResourceQuota>,
    /// Whether a suite with undecided clauses fails its test `<suite>::complete`.
    #[serde(default)]
    pub complete: CompletenessPolicy,
    /// Deviations that are accepted for a time. They do not fail a run, and each report lists them.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<WaiverEntry>"))]
    pub waivers: Vec<Spanned<WaiverEntry>>,
    /// By suite, what the endpoint claims to implement. Without an entry everything is claimed. What is not claimed is not
    /// failed, and each report lists it.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, ClaimsEntry>"))]
    pub claims: BTreeMap<String, Spanned<ClaimsEntry>>,
}

/// What is claimed of one suite, as patterns: `*` stands for any characters, `?` for one.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Claims"))]
pub(super) struct ClaimsEntry {
    /// Claimed operations. Default: all.
    #[serde(default)]
    pub operations: Option<Vec<String>>,
    /// Claimed resource kinds; an operation about another kind is not claimed. Default: all.
    #[serde(default)]
    pub kinds: Option<Vec<String>>,
    /// Claimed clauses. A clause needs a claimed operation too. Default: all.
    #[serde(default)]
    pub clauses: Option<Vec<String>>,
}

/// One waiver: `clause` or `fingerprint`, and the reason.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Waiver"))]
pub(super) struct WaiverEntry {
    /// Covers deviations that contradict only clauses whose id matches. `*` stands for any characters, `?` for one.
    #[serde(default)]
    pub clause: Option<String>,
    /// Covers the deviation with this fingerprint, as `report.json` has it.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// The suite. Default: each suite with such a clause; a `fingerprint` needs its suite.
    #[serde(default)]
    pub suite: Option<String>,
    /// Why the deviation is accepted.
    pub reason: String,
    /// Who answers for the waiver.
    #[serde(default)]
    pub owner: Option<String>,
    /// The last day of the waiver, `YYYY-MM-DD`. Default: no end.
    #[serde(default)]
    pub until: Option<String>,
}

/// How infrastructure failures of one kind are recognised, and how many of them end a run.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "RecogniserFile"))]
pub(super) struct RecogniserEntry {
    /// Condition over `status`, `body`, `header` and `text` (of a body that is not JSON). Default: 429, and 413, 502,
    /// 503 and 504 with Retry-After.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub when: Option<Spanned<String>>,
    /// A run with more such responses ends as inconclusive.
    #[serde(default = "default_at_most")]
    pub at_most: u64,
    /// Whether the endpoint may have carried out a call with such a response. Default: `possible` for 502, 503 and
    /// 504, `none` for all other statuses.
    #[serde(default)]
    pub effect: Option<RecognisedEffect>,
}

fn default_at_most() -> u64 {
    FAILURES_MAX
}

/// Settings of connections. No proxy is taken from the environment, and redirects are not followed: a run contacts
/// only hosts in this profile.
#[derive(Deserialize, Default)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Connection"))]
pub(super) struct ConnectionEntry {
    /// Files of authorities that the client trusts in addition to the system's, in PEM.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub ca: Vec<Spanned<String>>,
    /// File of the client's certificate, in PEM.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub certificate: Option<Spanned<String>>,
    /// File of the client's key, in PEM.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub key: Option<Spanned<String>>,
    /// Address of a proxy, such as `http://proxy.example:3128`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub proxy: Option<Spanned<String>>,
    /// Name for the proxy.
    #[serde(default)]
    pub proxy_username: Option<String>,
    /// Password for the proxy: `env:NAME`, `file:PATH`, `command:LINE`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub proxy_password: Option<Spanned<String>>,
    /// HTTP versions that the client offers.
    #[serde(default)]
    pub http: HttpVersion,
}

/// One caller.
#[derive(Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(rename = "Person"))]
pub(super) struct IdentityEntry {
    /// Credential headers: `env:NAME`, `file:PATH`, `command:LINE`, or the value itself.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, String>"))]
    pub headers: BTreeMap<String, Spanned<String>>,
    /// Authentication by a signature, a token service, or a standard header.
    #[serde(default)]
    pub auth: Option<AuthEntry>,
    /// Values of path parameters, such as a project id, or `env:NAME`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, String>"))]
    pub parameters: BTreeMap<String, Spanned<String>>,
}

fn default_settle_percent() -> Spanned<u32> {
    Spanned::new(100, serde_saphyr::Location::UNKNOWN, serde_saphyr::Location::UNKNOWN)
}

pub(super) fn parse_file(text: &str, file: &str) -> Result<ProfileFile, ProfileError> {
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
            // The position already stands in front of the message.
            cause: escape_field(&hide_value(message.split(" at line ").next().unwrap_or(&message))).into_owned(),
            remedy: "docs/profile.schema.json describes all keys of a profile".to_string(),
        }
    })
}

/// Removes a value in place of a scheme's name from an error message, because the value may be a credential.
fn hide_value(cause: &str) -> String {
    match cause.split_once(", expected") {
        Some((wrong, expected)) if wrong.contains("unknown variant") && expected.contains("bearer, basic") => {
            format!("unknown authentication scheme, expected{expected}")
        }
        _ => hide_field_value(cause),
    }
}

/// Removes a value behind the name of an unknown field: without a space after the colon, YAML takes `pasword:secret` for
/// a name.
fn hide_field_value(cause: &str) -> String {
    for begin in ["unknown field `", "duplicate field `", "missing field `", "duplicate mapping key: "] {
        let Some((before, rest)) = cause.split_once(begin) else { continue };
        let name = rest.split('`').next().unwrap_or(rest);
        let kept = name.find([':', '=', ' ', '"', '\'']).unwrap_or(name.len());
        if kept < name.len() {
            return format!("{before}{begin}{}…{}", &name[..kept], &rest[name.len()..]);
        }
    }
    cause.to_string()
}
