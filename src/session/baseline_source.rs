//! The known deviations of a run: the baseline, which is a file or the reports of an earlier run, and the waivers of the
//! profile.

use super::claimed_parts::find_unclaimed;
use super::loaded_suite::LoadedSuite;
use super::user_error::UserError;
use crate::known_deviations::{
    BASELINE_BYTES_MAX, Baseline, ClauseAliases, NamePattern, SuiteClaims, SuiteExceptions, Waiver, WaiverScope,
};
use crate::model::ClauseInfo;
use crate::report::read_stored_runs;
use probity_input::read_input_text;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads a baseline, or takes each deviation of an earlier run as known.
///
/// # Errors
/// If the file is neither a baseline nor a report, or the folder has no reports.
pub fn load_baseline(place: &Path) -> Result<Baseline, UserError> {
    let is_report = place.is_dir() || place.file_name().is_some_and(|name| name == "report.json");
    if !is_report {
        return load_baseline_file(place);
    }
    let runs = read_stored_runs(place).map_err(|error| UserError::input(error.place, error.cause, error.remedy))?;
    let mut baseline = Baseline::empty();
    for run in &runs {
        baseline.accept(run.report.list_baseline_entries());
    }
    Ok(baseline)
}

/// Reads a file of known deviations.
///
/// # Errors
/// If the file cannot be read, or is no baseline.
pub fn load_baseline_file(file: &Path) -> Result<Baseline, UserError> {
    let text = read_input_text(file, BASELINE_BYTES_MAX)
        .map_err(|error| UserError::input(file.display().to_string(), error.cause, error.remedy))?;
    Baseline::parse(&text).map_err(|cause| {
        let remedy = "name a file of `probity baseline accept`, or the reports of a run";
        UserError::input(file.display().to_string(), cause, remedy)
    })
}

/// The entries of the baseline, the waivers for a suite, and what the profile does not claim of it. A waiver of clauses that names no suite is for the suites
/// with such a clause.
pub fn select_exceptions(
    baseline: Option<&Baseline>,
    (waivers, claims): (&[Waiver], &BTreeMap<String, SuiteClaims>),
    loaded: &LoadedSuite,
) -> SuiteExceptions {
    let is_for_suite = |waiver: &&Waiver| match (&waiver.suite, &waiver.scope) {
        (Some(suite), _) => *suite == loaded.name,
        (None, WaiverScope::Clauses(pattern)) => has_clause(loaded, pattern),
        (None, WaiverScope::Fingerprint(_)) => false,
    };
    let waivers = waivers.iter().filter(is_for_suite).cloned().collect();
    let clauses = &loaded.model.clauses;
    let aliases = clauses.iter().flat_map(|info| info.aliases.iter().map(|alias| (alias.as_str(), info.id.as_str())));
    let aliases = ClauseAliases::from_pairs(aliases);
    let unclaimed = claims.get(&loaded.name).map(|claims| find_unclaimed(claims, &loaded.model));
    SuiteExceptions::select(baseline, waivers, (&loaded.name, aliases), &loaded.model.today).with_unclaimed(unclaimed)
}

/// A warning for each waiver that names clauses which no suite of the run has, such as a misspelt one. A waiver that
/// names another suite is none.
#[must_use]
pub fn list_foreign_waivers(waivers: &[Waiver], loaded: &[LoadedSuite]) -> Vec<String> {
    let is_foreign = |waiver: &&Waiver| {
        let WaiverScope::Clauses(pattern) = &waiver.scope else { return false };
        let is_concerned = |suite: &&LoadedSuite| waiver.suite.as_ref().is_none_or(|name| *name == suite.name);
        let concerned: Vec<&LoadedSuite> = loaded.iter().filter(is_concerned).collect();
        !concerned.is_empty() && !concerned.iter().any(|suite| has_clause(suite, pattern))
    };
    let foreign = waivers.iter().filter(is_foreign);
    foreign
        .map(|waiver| {
            format!(
                "warning: {}: waiver of {}: no suite of this run has such a clause",
                waiver.place,
                waiver.describe_scope()
            )
        })
        .collect()
}

fn has_clause(loaded: &LoadedSuite, pattern: &NamePattern) -> bool {
    loaded.model.clauses.iter().flat_map(ClauseInfo::list_names).any(|name| pattern.matches(name))
}
