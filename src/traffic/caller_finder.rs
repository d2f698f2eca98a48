//! Who sent a recorded call: only the credential headers of a profile tell.

use super::traffic_entry::TrafficEntry;
use crate::endpoint::{Identities, Identity};

/// The caller of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordedCaller<'a> {
    /// The name of the caller; `owner` if nothing tells.
    pub name: &'a str,
    /// Whether the headers of the entry prove the caller.
    pub is_known: bool,
}

/// The caller whose credential headers an entry has. Of several callers, the one with most headers.
pub(super) fn find_caller<'a>(identities: &'a Identities, entry: &TrafficEntry) -> RecordedCaller<'a> {
    let has_headers = |identity: &Identity| {
        let has = |(name, value): (&String, &crate::endpoint::Credential)| {
            entry.find_request_header(name) == Some(value.expose())
        };
        !identity.headers.is_empty() && identity.headers.iter().all(has)
    };
    let known = identities.iter().filter(|(_, identity)| has_headers(identity));
    match known.max_by_key(|(_, identity)| identity.headers.len()) {
        Some((name, _)) => RecordedCaller { name, is_known: true },
        None => RecordedCaller { name: "owner", is_known: false },
    }
}
