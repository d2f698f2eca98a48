//! Reads offered values and quotas from the endpoint, as the profile describes.

use super::client::HttpEndpoint;
use super::probing::{ProbeError, probe_reply};
use crate::endpoint::{Endpoint, Request, percent_encode};
use crate::history::{Reply, ReplyBody};
use crate::profile::{PoolOffer, ResourceQuota};
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads the values that the endpoint offers.
///
/// # Errors
///
/// If the request fails, or the response has no list or no value at the profile's pointers.
pub async fn read_offered_values(http: &HttpEndpoint, offer: &PoolOffer) -> Result<Vec<Value>, ProbeError> {
    let (request, body) = read_json(http, &offer.get).await?;
    let list = body.pointer(&offer.each).and_then(Value::as_array);
    let list = list.ok_or_else(|| missing_value_error(http, &request, &offer.each, "a list"))?;
    list.iter()
        .map(|item| item.pointer(&offer.value).cloned())
        .collect::<Option<Vec<Value>>>()
        .ok_or_else(|| missing_value_error(http, &request, &format!("{}/*{}", offer.each, offer.value), "a value"))
}

/// Reads the number of resources that may still be created; none if the service sets no limit, which a negative
/// number means.
///
/// # Errors
///
/// If the request fails, or the response has no number at the profile's pointers.
pub async fn read_free_quota(http: &HttpEndpoint, quota: &ResourceQuota) -> Result<Option<u64>, ProbeError> {
    let (request, body) = read_json(http, &quota.get).await?;
    let number = |pointer: &str| {
        let value = body.pointer(pointer).and_then(Value::as_i64);
        value.ok_or_else(|| missing_value_error(http, &request, pointer, "a number"))
    };
    let most = number(&quota.most)?;
    let used = quota.used.as_deref().map_or(Ok(0), number)?;
    Ok(u64::try_from(most).ok().map(|most| most.saturating_sub(u64::try_from(used).unwrap_or(0))))
}

async fn read_json(http: &HttpEndpoint, get: &str) -> Result<(Request, Value), ProbeError> {
    let request = Request {
        operation: String::new(),
        binding: String::new(),
        caller: "owner".to_string(),
        method: "GET".to_string(),
        path: fill_path(http, get)?,
        parameters: BTreeMap::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: None,
    };
    match probe_reply(http, &request).await? {
        Reply { status: 200..=299, body: ReplyBody::Json(body), .. } => Ok((request, body)),
        Reply { status, .. } => Err(ProbeError {
            place: format!("{}{}", http.name(), request.path),
            cause: format!("the endpoint answers {status} to a read of the profile"),
            remedy: "check `get` under `offers` and `quotas` in the profile",
        }),
    }
}

/// Replaces the names in braces by parameters of the owner's identity.
fn fill_path(http: &HttpEndpoint, get: &str) -> Result<String, ProbeError> {
    let mut path = String::new();
    let mut rest = get;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let value = http.identities().find_parameter("owner", name).ok_or_else(|| ProbeError {
            place: format!("`{get}` in the profile"),
            cause: format!("`{name}` has no value"),
            remedy: "give the value under `parameters` of `identities.owner`",
        })?;
        path.push_str(before);
        path.push_str(&percent_encode(value));
        rest = behind;
    }
    path.push_str(rest);
    Ok(path)
}

fn missing_value_error(http: &HttpEndpoint, request: &Request, pointer: &str, what: &str) -> ProbeError {
    ProbeError {
        place: format!("{}{}", http.name(), request.path),
        cause: format!("the response lacks {what} at `{pointer}`"),
        remedy: "check the pointers under `offers` and `quotas` in the profile",
    }
}
