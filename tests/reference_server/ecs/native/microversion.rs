//! Microversions: a header selects the fields of requests and responses.

use super::super::super::messages::ApiRequest;
use super::super::super::refusal::Refusal;

/// The newest supported microversion; the highest on the pages is 2.57.
const NEWEST: u32 = 60;

/// The second number of the selected microversion. `/v2` has none (creating-an-ecs(openstack).md:303); the newer header
/// header counts from 2.27 on (querying-all-api-versions.md:10).
pub fn asked(request: &ApiRequest, version: &str) -> Result<u32, Refusal> {
    if version != "v2.1" {
        return Ok(1);
    }
    let newer = request.header("openstack-api-version").and_then(|value| value.strip_prefix("compute "));
    let Some(text) = newer.or(request.header("x-openstack-nova-api-version")) else {
        return Ok(1);
    };
    if text == "latest" {
        return Ok(NEWEST);
    }
    let minor = text.trim().strip_prefix("2.").filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    match minor.and_then(|digits| digits.parse().ok()) {
        None => Err(Refusal::bad_request(format!("{text} is no microversion."))),
        Some(minor) if (1..=NEWEST).contains(&minor) => Ok(minor),
        Some(_) => Err(Refusal::new(406, "Ecs.0000", format!("Microversion {text} is not supported."))),
    }
}
