//! The secrets of recorded traffic: credentials in headers and addresses, and what the profile names.

use super::har_file::{HarEntry, HarField};
use super::traffic_entry::TrafficEntry;
use crate::history::LearnedSecrets;
use crate::history::is_secret_name;

/// Fewest characters of a secret that is looked for within other texts. A shorter value, such as a cookie `1`, occurs in
/// unrelated texts.
const SECRET_CHARS_MIN: usize = 8;

/// Adds the credentials of all entries. A signature belongs to one request, and [`learn_passing_secrets`] adds it.
pub(super) fn learn_secrets(entries: &[TrafficEntry], learned: &LearnedSecrets) {
    for entry in entries {
        list_secrets(entry).into_iter().filter(|value| !value.contains("Signature=")).for_each(|value| {
            learned.keep_value(&value);
        });
    }
}

/// Adds the credentials of one entry, before its exchange is recorded.
pub(super) fn learn_passing_secrets(entry: &TrafficEntry, learned: &LearnedSecrets) {
    list_secrets(entry).iter().for_each(|value| learned.add_passing_value(value));
}

/// The values of secret headers, without the scheme of `Authorization`; the values of cookies; the user name and the
/// password of the address; and secret parameters.
fn list_secrets(entry: &TrafficEntry) -> Vec<String> {
    let HarEntry { request, response, .. } = &entry.har;
    let mut found: Vec<String> = Vec::new();
    for HarField { name, value } in request.headers.iter().chain(&response.headers) {
        let Some(value) = value.as_deref().filter(|_| is_secret_name(name)) else { continue };
        if name.to_ascii_lowercase().contains("cookie") {
            let pairs = value.split(';').filter_map(|pair| pair.split_once('='));
            found.extend(pairs.map(|(_, value)| value.trim().to_string()));
        } else if let Some((_, token)) = value.trim().split_once(' ') {
            found.push(token.trim().to_string());
        } else {
            found.push(value.trim().to_string());
        }
    }
    found.push(entry.url.username().to_string());
    found.extend(entry.url.password().map(str::to_string));
    let secret = entry.url.query_pairs().filter(|(name, _)| is_secret_name(name));
    found.extend(secret.map(|(_, value)| value.into_owned()));
    found.retain(|value| value.chars().count() >= SECRET_CHARS_MIN);
    found
}
