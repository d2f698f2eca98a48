//! The address of the API within the traffic: scheme, host, port and the path before the paths of the catalog.

use super::traffic_entry::TrafficEntry;
use crate::endpoint::{RouteTable, RoutingResult, percent_decode};
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

/// The address before the paths of the operations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaseAddress {
    /// Scheme, host and port, such as `https://compute.example.org`.
    origin: String,
    /// Path without a slash at the end; empty without a path.
    path: String,
}

/// A text that is no address of an API.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an address begins with http:// or https://, and has a host")]
pub struct BaseAddressError;

/// Most entries that are tried with each address; more would not change the address.
const ENTRIES_MAX: usize = 5_000;
/// Most segments of a path before the paths of operations.
const SEGMENTS_MAX: usize = 8;

impl BaseAddress {
    /// Reads an address. A query is ignored.
    ///
    /// # Errors
    /// If the text is no address of HTTP.
    pub fn parse(text: &str) -> Result<BaseAddress, BaseAddressError> {
        let url = Url::parse(text).map_err(|_| BaseAddressError)?;
        let origin = find_origin(&url).ok_or(BaseAddressError)?;
        Ok(BaseAddress { origin, path: url.path().trim_end_matches('/').to_string() })
    }

    /// The path of a request after the base address; none for a request to another place.
    pub(super) fn strip_from<'a>(&self, url: &'a Url) -> Option<&'a str> {
        let rest = url.path().strip_prefix(self.path.as_str())?;
        let ends_segment = rest.is_empty() || rest.starts_with('/');
        (ends_segment && find_origin(url).as_deref() == Some(self.origin.as_str())).then_some(rest)
    }

    /// The address with which the paths of most entries match operations: each match counts the fixed segments of the
    /// operation's path, because a path of parameters alone matches anything. Of equal addresses the shortest. None if no
    /// entry matches. Only the first entries count.
    pub(super) fn infer(entries: &[TrafficEntry], routes: &RouteTable<'_>) -> Option<BaseAddress> {
        let mut scores: BTreeMap<BaseAddress, usize> = BTreeMap::new();
        for entry in entries.iter().take(ENTRIES_MAX) {
            let Some(origin) = find_origin(&entry.url) else { continue };
            let path = entry.url.path();
            let cuts = path.match_indices('/').map(|(at, _)| at).take(SEGMENTS_MAX);
            for cut in cuts {
                let score = score_match(routes, &entry.har.request.method.to_ascii_uppercase(), &path[cut..]);
                if score > 0 {
                    let base = BaseAddress { origin: origin.clone(), path: path[..cut].to_string() };
                    *scores.entry(base).or_default() += score;
                }
            }
        }
        let best = scores.into_iter().max_by_key(|(base, score)| (*score, std::cmp::Reverse(base.path.len())));
        best.map(|(base, _)| base)
    }
}

impl std::fmt::Display for BaseAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// Scheme, host and port; none without a host or for another scheme. A user name is left out.
fn find_origin(url: &Url) -> Option<String> {
    let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
    is_http.then(|| url.origin().ascii_serialization())
}

/// The number of fixed segments of the operation's path, plus one; 0 without an operation.
fn score_match(routes: &RouteTable<'_>, method: &str, path: &str) -> usize {
    find_parameters(routes, method, path).map_or(0, |parameters| count_fixed_segments(path, parameters.len()))
}

/// The parameters in the path of a call, whatever action its body names; none without an operation of the path.
pub(super) fn find_parameters(routes: &RouteTable<'_>, method: &str, path: &str) -> Option<BTreeMap<String, Value>> {
    match routes.find_route(method, path, None) {
        RoutingResult::Operation { parameters, .. } => Some(parameters),
        RoutingResult::NoAction { first } => match *first {
            RoutingResult::Operation { parameters, .. } => Some(parameters),
            _ => None,
        },
        RoutingResult::Methods(_) | RoutingResult::Nothing => None,
    }
}

fn count_fixed_segments(path: &str, parameters: usize) -> usize {
    let segments = path.split('/').filter(|segment| !percent_decode(segment).is_empty()).count();
    1 + segments.saturating_sub(parameters)
}
