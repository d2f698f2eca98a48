//! Traffic that another client recorded, in the form of a run's records.
//!
//! A browser, a proxy or a test tool writes the calls of any client to a HAR file. This module finds the calls of a
//! suite's API among them, and converts each to an exchange without secrets. What no operation of the suite covers is
//! counted and left out. The module does not judge exchanges, and does not know where the file came from.
//!
//! Modules in reading order: `har_file` (the file), `traffic_entry` (one entry, checked), `base_address` (the address of
//! the API), `caller_finder` (who sent a call), `recorded_response` and `recorded_request` (outcome and body),
//! `entry_conversion` (an exchange of an entry), `call_footprint` and `call_order` (calls that overlap), `recorded_traffic`
//! (the whole file as records for the judge), `traffic_secrets` (what is removed).

mod base_address;
mod call_footprint;
mod call_order;
mod caller_finder;
mod entry_conversion;
mod har_file;
mod recorded_request;
mod recorded_response;
mod recorded_traffic;
mod traffic_counts;
mod traffic_entry;
mod traffic_secrets;

pub use base_address::{BaseAddress, BaseAddressError};
pub use har_file::{HAR_BYTES_MAX, HarError, is_har};
pub use recorded_traffic::{Traffic, TrafficSettings};
pub use traffic_counts::TrafficCounts;

#[cfg(test)]
mod tests;
