//! Signed requests (004:21).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::super::cloud_state::CloudState;
use super::super::messages::ApiRequest;
use super::super::refusal::Refusal;
use super::super::settings::AccessKey;

/// Base64 of HMAC-SHA256 over the concatenation of method, URL, time, access key, account and client type. One
/// documented variant has no account, which equals an empty account.
pub fn signature(
    key: &AccessKey,
    method: &str,
    url: &str,
    timestamp: &str,
    account: &str,
    client_type: &str,
) -> String {
    // HMAC accepts keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.secret.as_bytes()) else {
        return String::new();
    };
    for part in [method, url, timestamp, &key.access, account, client_type] {
        mac.update(part.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The key of a signed request. No page limits the age of a timestamp, so any age is accepted.
pub fn verified(cloud: &CloudState, request: &ApiRequest) -> Result<AccessKey, Refusal> {
    let need = |name: &str| request.header(name).ok_or_else(|| Refusal::unauthorized(format!("{name} is missing.")));
    let (access, given) = (need("scp-accesskey")?, need("scp-signature")?);
    let (timestamp, client_type) = (need("scp-timestamp")?, need("scp-clienttype")?);
    if timestamp.is_empty() || !timestamp.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::unauthorized("Scp-Timestamp is not a number of milliseconds."));
    }
    let keys = &cloud.settings.identities.keys;
    let known = keys.iter().find(|key| key.access == access);
    let key = known.ok_or_else(|| Refusal::unauthorized("The access key is unknown."))?;
    let account = request.header("scp-accountid").unwrap_or_default();
    if !account.is_empty() && account != key.account {
        return Err(Refusal::unauthorized("The access key belongs to another account."));
    }
    let host = request.header("host").unwrap_or_default();
    let plain = request.target.split('?').next().unwrap_or_default();
    let mut targets = vec![request.target.as_str()];
    targets.extend(cloud.has_fault("query-not-signed").then_some(plain));
    // The server behind a gateway does not know the scheme that the client used.
    let fits = targets.iter().any(|target| {
        ["http", "https"].iter().any(|scheme| {
            let url = format!("{scheme}://{host}{target}");
            let signed = |account| signature(key, &request.method, &url, timestamp, account, client_type) == given;
            signed("") || (!account.is_empty() && signed(account))
        })
    });
    match fits || cloud.has_fault("wrong-signature-accepted") {
        true => Ok(key.clone()),
        false => Err(Refusal::unauthorized("The signature does not fit the request.")),
    }
}
