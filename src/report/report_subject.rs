//! What a report is about: suite, catalog, target and replay options.

use super::report_target::ReportTarget;
use super::resumed_row::ResumedRow;
use crate::known_deviations::SuiteExceptions;
use crate::model::Model;
use crate::schema::CompiledCatalog;
use std::collections::BTreeMap;

/// The facts of a report that are not in the conclusion: suite, catalog, target and replay options.
#[derive(Clone, Copy)]
pub struct ReportSubject<'a> {
    /// The compiled suite, with the pools that the campaign used.
    pub model: &'a Model,
    /// The catalog of the suite.
    pub schemas: &'a CompiledCatalog,
    /// `sha256:…` over the catalog's files.
    pub catalog_digest: &'a str,
    /// Which endpoint, mock or service the plans ran against.
    pub target: &'a ReportTarget,
    /// Percentage by which the bounds of transitions were multiplied; 100 for the bounds of the pages.
    pub settle_percent: u32,
    /// The pattern of the selected clauses, as the user wrote the pattern.
    pub selected: Option<&'a str>,
    /// The pattern of the excluded clauses, as the user wrote the pattern.
    pub excluded: Option<&'a str>,
    /// The known deviations of the suite.
    pub exceptions: &'a SuiteExceptions,
    /// The part of the run, such as `2/4`; none for a whole run.
    pub shard: Option<&'a str>,
    /// What a resumed run took over; none for a run in one part.
    pub resumed: Option<&'a ResumedRow>,
    /// `sha256:…` of the profile without its secrets; none for a target without a profile.
    pub profile_digest: Option<&'a str>,
    /// `sha256:…` of the times of an earlier run that told when to poll; none without such times.
    pub times_digest: Option<&'a str>,
    /// Names of response headers with the id of a request, in addition to the usual names.
    pub request_ids: &'a [String],
    /// For each caller the names of the headers that prove the caller; none for a caller whose requests are signed. None
    /// for a target without a profile.
    pub proofs: Option<&'a BTreeMap<String, Option<Vec<String>>>>,
    /// Whether the user permits that a clause stays undecided, by the id of the clause.
    pub may_stay_undecided: &'a dyn Fn(&str) -> bool,
    /// The options after `probity replay FILE` for an equal target.
    pub replay_options: &'a [String],
}
