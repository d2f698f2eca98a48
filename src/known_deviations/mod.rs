//! Deviations that are known: accepted in a baseline, waived by the profile, or of a part of the API that the profile does
//! not claim. A known deviation does not fail a run.
//!
//! The module compares fingerprints and ids of clauses. It knows no campaign, no report and no endpoint.

mod baseline;
mod claims;
mod clause_aliases;
mod excuse;
mod name_pattern;
mod suite_exceptions;
mod waiver;

#[cfg(test)]
mod tests;

pub use baseline::{BASELINE_BYTES_MAX, BASELINE_FORMAT, Baseline, BaselineEntry};
pub use claims::{SuiteClaims, UnclaimedParts};
pub use clause_aliases::ClauseAliases;
pub use excuse::{Excuse, ExcuseSource};
pub use name_pattern::NamePattern;
pub use suite_exceptions::{DeviationIdentity, SuiteExceptions};
pub use waiver::{Waiver, WaiverScope};
