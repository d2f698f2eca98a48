//! The checks before the first create: address, credentials, offered values and quotas.

use super::check_settings::CheckSettings;
use super::checked_endpoint::{CheckedEndpoint, FreeQuotas};
use super::loaded_suite::LoadedSuite;
use super::user_error::UserError;
use crate::endpoint::{Endpoint, RecognisingEndpoint, Request, compose_request};
use crate::history::{Call, SecretFilter};
use crate::http_client::{
    HttpEndpoint, HttpLimits, ProbeError, probe_endpoint, read_free_quota, read_offered_values, recognise_api,
};
use crate::profile::{ChangePolicy, Profile};
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// Most reads that are sent to recognise the API.
const PROBE_CALLS_MAX: usize = 3;

/// Checks an endpoint before a campaign.
///
/// # Errors
/// If the endpoint cannot be reached, is not the API, refuses the credentials, lacks an offered value of the
/// profile, or a quota is used up.
pub async fn check_endpoint(
    loaded: &LoadedSuite,
    address: &str,
    profile: &Profile,
    checks: CheckSettings<'_>,
) -> Result<CheckedEndpoint, UserError> {
    let (checked, quotas) = check_with_quotas(loaded, address, profile, checks).await?;
    match quotas.into_iter().find(|(_, free)| *free == Some(0)) {
        None => Ok(checked),
        Some((resource, _)) => Err(UserError::endpoint(
            address,
            format!("the quota leaves no room for a {resource}"),
            format!("delete a {resource} there, or have the quota raised"),
        )
        .with_requests(checked.endpoint.count_additional_requests())),
    }
}

/// Checks an endpoint and returns the free quotas. Where changes are forbidden, no quota is read.
///
/// # Errors
/// As [`check_endpoint`], except for quotas.
pub async fn check_with_quotas(
    loaded: &LoadedSuite,
    address: &str,
    profile: &Profile,
    checks: CheckSettings<'_>,
) -> Result<(CheckedEndpoint, FreeQuotas), UserError> {
    let http = create_client(address, profile, checks)?;
    let checked = async {
        recognise_endpoint(loaded, profile, &http).await?;
        let pools = compare_pools(loaded, profile, &http).await?;
        let allowed = profile.changes == ChangePolicy::Allowed;
        let quotas = if allowed { read_quotas(loaded, profile, &http).await? } else { Vec::new() };
        Ok((loaded.clone().with_pools(&pools, &loaded.model.today)?, quotas))
    };
    let (loaded, quotas) =
        checked.await.map_err(|error: UserError| error.with_requests(http.count_additional_requests()))?;
    let learned = http.learned();
    let endpoint = Rc::new(RecognisingEndpoint::new(http, profile.recognise.clone()));
    Ok((CheckedEndpoint { endpoint, learned, loaded }, quotas))
}

/// Checks an endpoint before cleaning up, which needs neither quotas nor offered values.
///
/// # Errors
/// If the endpoint cannot be reached, is not the API, or refuses the credentials.
pub async fn check_for_cleanup(
    loaded: &LoadedSuite,
    address: &str,
    profile: &Profile,
    checks: CheckSettings<'_>,
) -> Result<CheckedEndpoint, UserError> {
    let http = create_client(address, profile, checks)?;
    recognise_endpoint(loaded, profile, &http).await?;
    let learned = http.learned();
    let endpoint = Rc::new(RecognisingEndpoint::new(http, profile.recognise.clone()));
    Ok(CheckedEndpoint { endpoint, learned, loaded: loaded.clone() })
}

/// Sends reads until one response shows the API.
async fn recognise_endpoint(loaded: &LoadedSuite, profile: &Profile, http: &HttpEndpoint) -> Result<(), UserError> {
    let lists = list_probe_calls(loaded, profile, None);
    recognise_api(http, &lists).await.map_err(convert_probe_error)?;
    if lists.is_empty()
        && let Some(request) = list_probe_calls(loaded, profile, Some(UNUSED_ID)).first()
    {
        // A 404 for the resource is expected; the form of the response shows whether an API answers.
        probe_endpoint(http, request).await.map_err(convert_probe_error)?;
    }
    Ok(())
}

/// The client of an endpoint, which sends at most `checks_max` requests before the first call. Nothing is sent.
fn create_client(
    address: &str,
    profile: &Profile,
    CheckSettings { wall, requests_max, watch }: CheckSettings<'_>,
) -> Result<HttpEndpoint, UserError> {
    let mut limits = HttpLimits { checks_max: requests_max, ..HttpLimits::USUAL };
    limits.request_timeout = profile.limits.request_seconds.map_or(limits.request_timeout, Duration::from_secs);
    let http = HttpEndpoint::new(address, profile.identities.clone(), limits, &profile.connection, wall.clone());
    let mut http = http.map_err(|error| {
        let text = error.to_string();
        let (cause, remedy) = text.rsplit_once("; ").unwrap_or((&text, "check address and profile"));
        UserError::endpoint(address, cause, remedy)
    })?;
    let literals = profile.identities.list_credentials().map(|credential| credential.expose());
    let secrets = SecretFilter::new("check")
        .with_names(profile.secrets.iter().map(String::as_str))
        .with_literals(literals)
        .with_learned(http.learned());
    http.watch_checks(watch.clone(), secrets);
    Ok(http)
}

async fn read_quotas(loaded: &LoadedSuite, profile: &Profile, http: &HttpEndpoint) -> Result<FreeQuotas, UserError> {
    let mut quotas = Vec::new();
    for (resource, quota) in &profile.quotas {
        // A profile may serve several suites.
        if loaded.suite.resources.iter().any(|known| known.name == *resource) {
            quotas.push((resource.clone(), read_free_quota(http, quota).await.map_err(convert_probe_error)?));
        }
    }
    Ok(quotas)
}

/// Reads the pools for which the profile has a list call. The result has the pools without values in the
/// profile; for the others, each value of the profile must be listed by the endpoint.
///
/// # Errors
/// If a value is not listed, or a pool without values in the profile is empty.
async fn compare_pools(
    loaded: &LoadedSuite,
    profile: &Profile,
    http: &HttpEndpoint,
) -> Result<BTreeMap<String, Vec<Value>>, UserError> {
    let mut pools = BTreeMap::new();
    for (pool, offer) in &profile.offers {
        let Some(values) = loaded.suite.pools.get(pool) else { continue };
        let offered = read_offered_values(http, offer).await.map_err(convert_probe_error)?;
        if !profile.pools.contains_key(pool) {
            if offered.is_empty() {
                let remedy = "check `each` and `value`, or give the values under `pools`";
                return Err(UserError::endpoint(format!("offers.{pool}"), "the endpoint lists no value", remedy));
            }
            pools.insert(pool.clone(), offered);
            continue;
        }
        let mut wanted = values.iter().filter_map(crate::expr::ExprValue::to_json);
        if let Some(value) = wanted.find(|value| !offered.contains(value)) {
            return Err(UserError::input(
                format!("pools.{pool}"),
                format!("the endpoint does not offer {value}"),
                format!("name an offered value in the profile: {}", list_offered(&offered)),
            ));
        }
    }
    Ok(pools)
}

/// Most offered values in a remedy.
const LISTED_MAX: usize = 8;

fn list_offered(offered: &[Value]) -> String {
    let listed: Vec<String> = offered.iter().take(LISTED_MAX).map(Value::to_string).collect();
    match offered.len().checked_sub(LISTED_MAX) {
        None if listed.is_empty() => "the endpoint offers none".to_string(),
        None | Some(0) => listed.join(", "),
        Some(more) => format!("{} and {more} more", listed.join(", ")),
    }
}

fn convert_probe_error(error: ProbeError) -> UserError {
    UserError::endpoint(error.place, error.cause, error.remedy)
}

/// An id that no endpoint assigns.
const UNUSED_ID: &str = "00000000-0000-4000-8000-000000000000";

/// Reads whose path parameters the identity fills in; with an id, reads of the resource with this id.
fn list_probe_calls(loaded: &LoadedSuite, profile: &Profile, id: Option<&str>) -> Vec<Request> {
    let catalog = &loaded.schemas.catalog;
    let reads =
        catalog.operations.iter().filter(|operation| operation.bindings.iter().all(|binding| binding.method == "GET"));
    let calls =
        reads.filter(|operation| !operation.query.iter().any(|parameter| parameter.required)).map(|operation| {
            let names = operation.path.iter().map(|parameter| parameter.name.as_str());
            let open = names.filter(|name| profile.identities.find_parameter("owner", name).is_none());
            Call {
                operation: operation.id.clone(),
                binding: operation.bindings[0].id.clone(),
                caller: "owner".to_string(),
                path: id.iter().flat_map(|id| open.clone().map(|name| (name.to_string(), Value::from(*id)))).collect(),
                ..Call::default()
            }
        });
    calls.filter_map(|call| compose_request(catalog, &call, &profile.identities).ok()).take(PROBE_CALLS_MAX).collect()
}
