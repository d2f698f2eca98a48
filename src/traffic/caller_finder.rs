//! Who sent a recorded call: the credential headers of a profile tell. Another project than in most calls, or no credential
//! where most calls have one, tells that the call is of another caller.

use super::base_address::{BaseAddress, find_parameters};
use super::traffic_entry::TrafficEntry;
use crate::endpoint::{Identities, Identity, RouteTable};
use crate::history::is_secret_name;
use crate::schema::catalog::Catalog;
use serde_json::Value;
use std::collections::BTreeMap;

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

/// What most calls have that tells their caller: the project, or the like, in their paths, and a credential.
pub(super) struct UsualCaller {
    /// The values of the parameters that the path of each operation has.
    parameters: BTreeMap<String, Value>,
    has_credential: bool,
}

impl UsualCaller {
    /// What most entries have; of equally frequent values the first in order.
    pub fn find(
        entries: &[TrafficEntry],
        base: &BaseAddress,
        (routes, catalog): (&RouteTable<'_>, &Catalog),
    ) -> UsualCaller {
        let shared = catalog.list_shared_parameters();
        let mut counts: BTreeMap<String, BTreeMap<String, (u64, Value)>> = BTreeMap::new();
        let (mut calls, mut proven) = (0, 0);
        for entry in entries {
            let Some(path) = base.strip_from(&entry.url) else { continue };
            let Some(parameters) = find_parameters(routes, &entry.har.request.method.to_ascii_uppercase(), path) else {
                continue;
            };
            calls += 1;
            proven += usize::from(has_credential(entry));
            for (name, value) in parameters.into_iter().filter(|(name, _)| shared.contains(name.as_str())) {
                counts.entry(name).or_default().entry(value.to_string()).or_insert((0, value)).0 += 1;
            }
        }
        let most = |values: BTreeMap<String, (u64, Value)>| {
            values.into_values().rev().max_by_key(|(count, _)| *count).map(|(_, value)| value)
        };
        UsualCaller {
            parameters: counts.into_iter().filter_map(|(name, values)| Some((name, most(values)?))).collect(),
            has_credential: proven * 2 > calls,
        }
    }

    /// Whether a call has the usual parameters.
    pub fn has_parameters(&self, parameters: &BTreeMap<String, Value>) -> bool {
        self.parameters.iter().all(|(name, usual)| parameters.get(name).is_none_or(|value| value == usual))
    }

    /// Whether an entry has no credential, and most entries have one.
    pub fn lacks_credential(&self, entry: &TrafficEntry) -> bool {
        self.has_credential && !has_credential(entry)
    }
}

/// Whether an entry has a header with the name of a credential.
fn has_credential(entry: &TrafficEntry) -> bool {
    entry.har.request.headers.iter().any(|field| field.value.is_some() && is_secret_name(&field.name))
}
