//! Recorded traffic as records for the judge.

use super::base_address::BaseAddress;
use super::call_footprint::{CallCoupling, CallFootprint, is_word, list_mentioned_ids};
use super::call_order::{CallBatch, CallTime, order_calls};
use super::caller_finder::{UsualCaller, find_caller};
use super::entry_conversion::{ConvertedEntry, EntryConverter};
use super::har_file::{EXPORT, HarError, read_har};
use super::traffic_counts::TrafficCounts;
use super::traffic_entry::TrafficEntry;
use super::traffic_secrets::{learn_passing_secrets, learn_secrets};
use crate::endpoint::{Identities, InfrastructureRecogniser, RouteTable};
use crate::history::{
    CallOverlap, Exchange, HistoryHeader, HistoryRecord, InfrastructureFailure, LearnedSecrets, Outcome, SecretFilter,
};
use crate::model::Model;
use crate::schema::CompiledCatalog;
use std::collections::{BTreeMap, BTreeSet};

/// The entries of a HAR file, in the order of sending.
#[derive(Debug, Clone)]
pub struct Traffic {
    entries: Vec<TrafficEntry>,
}

/// What the conversion to exchanges needs.
#[derive(Clone, Copy)]
pub struct TrafficSettings<'a> {
    /// The suite, with pools as far as they are known.
    pub model: &'a Model,
    /// The catalog of the suite.
    pub schemas: &'a CompiledCatalog,
    /// The address of the API.
    pub base: &'a BaseAddress,
    /// The callers of the profile.
    pub identities: &'a Identities,
    /// What a profile says about responses that are none of the API.
    pub recognisers: &'a [InfrastructureRecogniser],
    /// Removes secrets from exchanges. `learned` belongs to it.
    pub secrets: &'a SecretFilter,
    /// Takes the credentials of the traffic.
    pub learned: &'a LearnedSecrets,
    /// The header of each plan, except for the number.
    pub header: &'a HistoryHeader,
}

impl Traffic {
    /// Reads a HAR file.
    ///
    /// # Errors
    /// If the file is no HAR file, lacks a field that judging needs, or has no entries.
    pub fn read(bytes: &[u8]) -> Result<Traffic, HarError> {
        let entries = read_har(bytes)?.into_iter().enumerate();
        let mut entries = entries.map(|(index, har)| TrafficEntry::new(index, har)).collect::<Result<Vec<_>, _>>()?;
        if entries.is_empty() {
            let cause = "the file has no entries".to_string();
            return Err(HarError { place: "log.entries".to_string(), cause, remedy: EXPORT });
        }
        entries.sort_by_key(|entry| (entry.sent_us, entry.index));
        Ok(Traffic { entries })
    }

    /// The date of the first call, `YYYY-MM-DD`, UTC.
    #[must_use]
    pub fn find_date(&self) -> String {
        self.find_start()[..10].to_string()
    }

    /// When the first call was sent, RFC 3339 with milliseconds, UTC.
    #[must_use]
    pub fn find_start(&self) -> String {
        let start = jiff::Timestamp::from_microsecond(self.entries[0].sent_us);
        start.expect("the times of entries are checked").strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    }

    /// The address of the API, by the paths of its operations; none if no entry matches.
    #[must_use]
    pub fn infer_base(&self, schemas: &CompiledCatalog) -> Option<BaseAddress> {
        BaseAddress::infer(&self.entries, &RouteTable::from_catalog(&schemas.catalog))
    }

    /// The records of all judged entries, and what became of the others. Records are made when they are taken.
    pub fn arrange_records<'a>(
        &'a self,
        settings: TrafficSettings<'a>,
    ) -> (impl Iterator<Item = HistoryRecord> + 'a, TrafficCounts) {
        learn_secrets(&self.entries, settings.learned);
        let catalog = &settings.schemas.catalog;
        let routes = RouteTable::from_catalog(catalog);
        let converter = EntryConverter {
            usual: UsualCaller::find(&self.entries, settings.base, (&routes, catalog)),
            routes,
            schemas: settings.schemas,
            model: settings.model,
            base: settings.base,
            identities: settings.identities,
            has_known_callers: self.entries.iter().any(|entry| find_caller(settings.identities, entry).is_known),
            recognisers: settings.recognisers,
            start_us: self.entries[0].sent_us,
        };
        let sorted = self.sort_entries(&converter, settings);
        let plans = self.arrange_plans(&converter, &sorted);
        let counts = TrafficCounts { judged: plans.iter().map(|plan| plan.len() as u64).sum(), ..sorted.counts };
        let mut position = 0;
        let records = plans.into_iter().enumerate().flat_map(move |(number, plan)| {
            let header = HistoryHeader { plan: number as u64, ..settings.header.clone() };
            let first = position;
            position += plan.len() as u64;
            let places: Vec<(u64, JudgedEntry)> = (first..).zip(plan).collect();
            std::iter::once(Err(header)).chain(places.into_iter().map(Ok))
        });
        let records = records.filter_map(move |part| match part {
            Err(header) => Some(HistoryRecord::Header(header)),
            Ok((number, judged)) => {
                let entry = &self.entries[judged.entry];
                let ConvertedEntry::Exchange(exchange) = converter.convert_entry(entry) else { return None };
                learn_passing_secrets(entry, settings.learned);
                let mut exchange = Exchange { number, overlap: judged.overlap, ..*exchange };
                settings.secrets.strip_secrets(&mut exchange);
                Some(HistoryRecord::Exchange(Box::new(exchange)))
            }
        });
        (records, counts)
    }

    /// Which entries are judged, and after which ones nothing is known.
    fn sort_entries(&self, converter: &EntryConverter<'_>, settings: TrafficSettings<'_>) -> SortedEntries {
        let mut sorted = SortedEntries::default();
        sorted.counts.entries = self.entries.len() as u64;
        let mut others: Vec<usize> = Vec::new();
        for (place, entry) in self.entries.iter().enumerate() {
            match converter.convert_entry(entry) {
                ConvertedEntry::Exchange(exchange) => {
                    sorted.counts.count_exchange(&exchange);
                    let input = exchange.input.clone().unwrap_or_else(|| crate::schema::InputClass::Doubtful.into());
                    let footprint = CallFootprint::new(settings.model, &exchange, input);
                    sorted.ids.extend(footprint.ids.iter().cloned());
                    sorted.judged.push((place, footprint));
                }
                ConvertedEntry::NotCovered => {
                    sorted.counts.add_not_covered(|| describe_call(entry, settings));
                    others.push(place);
                }
                ConvertedEntry::Unread(reason) => {
                    *sorted.counts.unread.entry(reason).or_default() += 1;
                    others.push(place);
                }
            }
        }
        for place in others {
            let entry = &self.entries[place];
            let has_acted = !(400..500).contains(&entry.har.response.status) && !entry.is_read();
            let is_of_api = converter.base.strip_from(&entry.url).is_some();
            let names_resource = || !list_mentioned_ids(entry, |word| sorted.ids.contains(word)).is_empty();
            if has_acted && (is_of_api || names_resource()) {
                sorted.counts.changes_by_others += 1;
                sorted.breaks.push(converter.find_times(entry));
            }
        }
        sorted
    }

    /// The judged entries in plans: within a break, and after it, nothing is known of what came before. A call within a
    /// break is a plan of its own.
    fn arrange_plans(&self, converter: &EntryConverter<'_>, sorted: &SortedEntries) -> Vec<Vec<JudgedEntry>> {
        let places: Vec<usize> = sorted.judged.iter().map(|(place, _)| *place).collect();
        let times: Vec<CallTime> = places.iter().map(|place| converter.find_times(&self.entries[*place])).collect();
        let calls = sorted.judged.iter().map(|(place, footprint)| (footprint.clone(), &self.entries[*place]));
        let coupling = CallCoupling::new(calls.collect());
        // An id that is no word is not found in texts.
        let are_words = sorted.ids.iter().all(|id| is_word(id));
        let is_coupled = |one: usize, other: usize| !are_words || coupling.are_coupled(one, other);
        let mut breaks = sorted.breaks.clone();
        loop {
            let batches = arrange_batches(&times, &breaks, &is_coupled);
            let known = breaks.len();
            breaks.extend(batches.iter().flatten().filter_map(|batch| match batch {
                CallBatch::TooMany(calls) => Some(find_bounds(calls, &times)),
                _ => None,
            }));
            if breaks.len() == known {
                let list = |batch| list_judged(batch, &places);
                return batches.into_iter().map(|plan| plan.into_iter().flat_map(list).collect()).collect();
            }
        }
    }
}

/// The start of the first and the end of the last of these calls.
fn find_bounds(calls: &[usize], times: &[CallTime]) -> CallTime {
    let ends = calls.iter().map(|call| times[*call]);
    ends.fold((u64::MAX, 0), |(first, last), (sent, end)| (first.min(sent), last.max(end)))
}

/// An entry in its place among the records.
#[derive(Debug, Clone, Copy)]
struct JudgedEntry {
    /// Place among the entries in the order of sending.
    entry: usize,
    overlap: Option<CallOverlap>,
}

/// The entries of a file by what becomes of them.
#[derive(Default)]
struct SortedEntries {
    /// The judged entries by place, with what they touch.
    judged: Vec<(usize, CallFootprint)>,
    /// The ids of all resources that judged calls name or create.
    ids: BTreeSet<String>,
    /// The times of calls that are not judged and may have changed resources.
    breaks: Vec<CallTime>,
    counts: TrafficCounts,
}

/// The batches of each plan.
fn arrange_batches(
    times: &[CallTime],
    breaks: &[CallTime],
    is_coupled: &dyn Fn(usize, usize) -> bool,
) -> Vec<Vec<CallBatch>> {
    let mut by_epoch: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut plans = Vec::new();
    let mut ordered = breaks.to_vec();
    ordered.sort_unstable();
    let longest = ordered.iter().scan(0, |latest, (_, end)| {
        *latest = end.max(latest).to_owned();
        Some(*latest)
    });
    let latest: Vec<u64> = longest.collect();
    for (call, (sent, end)) in times.iter().enumerate() {
        // The breaks that began before the call ended; one of them may still last when the call begins.
        let begun = ordered.partition_point(|(start, _)| start <= end);
        let is_within = begun > 0 && latest[begun - 1] >= *sent;
        if is_within {
            plans.push(vec![CallBatch::Single(call)]);
        } else {
            by_epoch.entry(begun).or_default().push(call);
        }
    }
    for calls in by_epoch.into_values() {
        let times: Vec<CallTime> = calls.iter().map(|call| times[*call]).collect();
        let batches = order_calls(&times, &|one, other| is_coupled(calls[one], calls[other]));
        plans.push(batches.into_iter().map(|batch| batch.map_calls(|call| calls[call])).collect());
    }
    plans
}

fn list_judged(batch: CallBatch, places: &[usize]) -> Vec<JudgedEntry> {
    match batch {
        CallBatch::Single(call) => vec![JudgedEntry { entry: places[call], overlap: None }],
        CallBatch::Race(calls) => calls
            .into_iter()
            .map(|(call, overlap)| JudgedEntry { entry: places[call], overlap: Some(overlap) })
            .collect(),
        CallBatch::TooMany(_) => unreachable!("calls that are too many are judged apart"),
    }
}

/// Method and address of a call, without query and without secrets.
fn describe_call(entry: &TrafficEntry, settings: TrafficSettings<'_>) -> String {
    let host = entry.url.host_str().unwrap_or_default();
    let port = entry.url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut text = format!("{} {host}{port}{}", entry.har.request.method, entry.url.path());
    settings.secrets.strip_text(&mut text);
    text
}

impl TrafficCounts {
    fn count_exchange(&mut self, exchange: &Exchange) {
        match &exchange.outcome {
            Outcome::Replied(reply) => self.unknown_bodies += u64::from(reply.body.is_unread()),
            Outcome::InfrastructureFailed { by: InfrastructureFailure::Credentials, .. } => self.unproven_refusals += 1,
            _ => {}
        }
    }
}
