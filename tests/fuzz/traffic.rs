//! Files that other programs write: HAR files.

use crate::records::{MODEL, write_histories};
use crate::runner::InputFate;
use crate::suites::LAMPS;
use probity::endpoint::Identities;
use probity::history::{FORMAT, History, HistoryHeader, HistoryRecord, LearnedSecrets, SecretFilter, read_histories};
use probity::traffic::{Traffic, TrafficSettings};
use std::collections::BTreeMap;

/// What a HAR file becomes is written as a history and read as the same; a refusal has a place.
pub fn check_har(bytes: &[u8]) -> Result<InputFate, String> {
    let traffic = match Traffic::read(bytes) {
        Ok(traffic) => traffic,
        Err(error) if error.place.is_empty() || error.cause.is_empty() => {
            return Err(format!("says too little: {error}"));
        }
        Err(_) => return Ok(InputFate::Refused),
    };
    let Some(base) = traffic.infer_base(&LAMPS) else { return Ok(InputFate::Refused) };
    let header = HistoryHeader {
        format: FORMAT,
        suite: "lamps".to_string(),
        suite_digest: "sha256:0".to_string(),
        endpoint: base.to_string(),
        today: traffic.find_date(),
        pools: BTreeMap::new(),
        settle_percent: 100,
        plan: 0,
        started: Some(traffic.find_start()),
        earlier_resources: true,
        shortened: false,
        omitted: 0,
    };
    let (learned, identities) = (LearnedSecrets::default(), Identities::default());
    let secrets = SecretFilter::new("salt").with_learned(learned.clone());
    let (records, counts) = traffic.arrange_records(TrafficSettings {
        model: &MODEL,
        schemas: &LAMPS,
        base: &base,
        identities: &identities,
        recognisers: &[],
        secrets: &secrets,
        learned: &learned,
        header: &header,
    });
    let mut histories: Vec<History> = Vec::new();
    for record in records {
        match record {
            HistoryRecord::Header(header) => histories.push(History { header, exchanges: Vec::new() }),
            HistoryRecord::Exchange(exchange) => {
                histories.last_mut().ok_or("an exchange before the first header")?.exchanges.push(*exchange);
            }
        }
    }
    let exchanges: usize = histories.iter().map(|history| history.exchanges.len()).sum();
    let others = counts.not_covered + counts.unread.values().sum::<u64>();
    if exchanges as u64 != counts.judged || counts.judged + others != counts.entries {
        return Err(format!("{exchanges} exchanges, and {counts:?}"));
    }
    if histories.is_empty() {
        return Ok(InputFate::Read);
    }
    let written = write_histories(&histories)?;
    let (again, torn) = read_histories(&mut written.as_slice(), "traffic")
        .map_err(|error| format!("what was written is not read: {error}"))?;
    if torn.is_some() || write_histories(&again)? != written {
        return Err(format!("written as {}", String::from_utf8_lossy(&written)));
    }
    let secret = histories
        .iter()
        .flat_map(|history| &history.exchanges)
        .find(|exchange| exchange.call.headers.keys().any(|name| name.to_ascii_lowercase().contains("token")));
    secret.map_or(Ok(InputFate::Read), |exchange| Err(format!("a credential is in {exchange:?}")))
}
