//! The shards of a run, joined into the reports of the whole run.

use super::exit_kind::{ExitKind, find_lasting_exit, list_exit_kinds, pick_worst};
use super::run_files::HISTORY_NAME;
use super::run_suite::write_files;
use super::user_error::UserError;
use crate::report::{
    Report, ReportFormat, RunFacts, StoredRun, digest_bytes, merge_facts, merge_reports, read_stored_runs,
};
use probity_input::open_input_file;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The merged reports of one suite.
#[derive(Debug)]
pub struct MergedSuite {
    /// The report of the whole run.
    pub report: Report,
    /// Why the process does not end with 0; empty if it does.
    pub exits: Vec<ExitKind>,
}

/// Joins the reports of the shards in the folders `runs`, suite by suite, and writes the reports and histories of the whole
/// run to `reports`.
///
/// # Errors
/// If a folder has no reports, the reports are not those of all shards of one run, or files cannot be written.
pub fn merge_shards(runs: &[PathBuf], reports: &Path, formats: &[ReportFormat]) -> Result<Vec<MergedSuite>, UserError> {
    let mut by_suite: BTreeMap<String, Vec<StoredRun>> = BTreeMap::new();
    for place in runs {
        let stored =
            read_stored_runs(place).map_err(|error| UserError::input(error.place, error.cause, error.remedy))?;
        for run in stored {
            by_suite.entry(run.report.suite.name.clone()).or_default().push(run);
        }
    }
    by_suite.into_iter().map(|(suite, shards)| merge_suite(&suite, shards, (reports, formats))).collect()
}

fn merge_suite(
    suite: &str,
    mut shards: Vec<StoredRun>,
    (reports, formats): (&Path, &[ReportFormat]),
) -> Result<MergedSuite, UserError> {
    shards.sort_by(|a, b| a.report.shard.cmp(&b.report.shard));
    let report = merge_reports(shards.iter().map(|run| run.report.clone()).collect()).map_err(|error| {
        let remedy =
            "name the folder of each shard of one run once: `probity run --shard 1/4 --reports shard-1` and so on";
        UserError::input(format!("suite `{suite}`"), error.to_string(), remedy)
    })?;
    let facts: Vec<RunFacts> = shards.iter().filter_map(|run| run.facts.clone()).collect();
    let mut exits = list_exit_kinds(&report);
    exits.extend(facts.iter().filter_map(|facts| find_lasting_exit(facts.exit_code)));
    let facts = merge_facts(&facts).map(|facts| RunFacts {
        report: digest_bytes(report.to_json().as_bytes()),
        exit_code: pick_worst(&exits).code(),
        ..facts
    });
    let folder = reports.join(suite);
    let histories = shards.iter().map(|run| Path::new(&run.reports).join(suite).join(HISTORY_NAME));
    join_histories(&histories.collect::<Vec<PathBuf>>(), &folder)?;
    write_files(&report, facts.as_ref(), reports, formats)?;
    Ok(MergedSuite { report, exits })
}

/// Writes the histories one after the other: a compressed file is a sequence of members. A shard without a plan has none.
fn join_histories(histories: &[PathBuf], folder: &Path) -> Result<(), UserError> {
    let present: Vec<&PathBuf> = histories.iter().filter(|path| path.is_file()).collect();
    if present.is_empty() {
        return Ok(());
    }
    let place = folder.join(HISTORY_NAME);
    let part = folder.join(format!("{HISTORY_NAME}.merging"));
    let unwritable = |error: io::Error| UserError::unwritable(&place, &error);
    fs::create_dir_all(folder).map_err(unwritable)?;
    let mut joined = File::create(&part).map_err(unwritable)?;
    for path in present {
        let mut history = open_input_file(path).map_err(UserError::from_input_file)?;
        io::copy(&mut history, &mut joined).map_err(unwritable)?;
    }
    joined.sync_all().and_then(|()| fs::rename(&part, &place)).map_err(unwritable)
}
