//! Deletes what the earlier parts of a run left behind at the endpoint, before the run goes on.

use super::earlier_record::EarlierRecord;
use crate::cleanup::{JournalFile, JournalLines, Leftover, RunFilter, read_journal};
use crate::limits::Limits;
use crate::session::listener::{SessionEvent, SessionListener};
use crate::session::settings::{CampaignSettings, JournalSettings};
use crate::session::sweep::sweep_endpoint;
use crate::session::user_error::UserError;
use std::path::{Path, PathBuf};

/// Sweeps the runs of the earlier parts, within the requests that they left. Returns the leftovers, and the number of
/// requests.
///
/// # Errors
/// If a part has not ended, or the endpoint cannot be swept.
pub fn sweep_earlier_parts(
    settings: &CampaignSettings<'_>,
    record: &EarlierRecord,
    listener: &mut dyn SessionListener,
) -> Result<(Vec<Leftover>, u64), UserError> {
    let mut leftovers = Vec::new();
    let mut requests = record.count_shares().total();
    let before = requests;
    for (index, part) in record.parts.iter().enumerate() {
        let Some(run) = &part.run else { continue };
        let journal = open_journal(settings, run, part.journal.as_deref())?;
        // A journal without leftovers was deleted. The last part may have been killed before its journal was named.
        if journal.is_none() && index + 1 < record.parts.len() {
            continue;
        }
        let limits = limit_sweep(&settings.limits, requests);
        // Nothing of the campaign has begun, so the first signal ends the sweep.
        let keeping = JournalSettings { give_up: settings.cancel.clone(), ..settings.journal.clone() };
        let settings = CampaignSettings { limits, journal: keeping, ..settings.clone() };
        let wanted =
            RunFilter { run: Some(run.to_string()), now_s: settings.journal.start.seconds, ..RunFilter::default() };
        let lines: Vec<(String, JournalLines)> =
            journal.iter().map(|(_, lines)| (run.to_string(), lines.clone())).collect();
        let swept = sweep_endpoint(&settings, &lines, &wanted, false)?;
        requests += swept.requests;
        listener.hear_session(&SessionEvent::EarlierSwept { run, deleted: swept.deleted.len() });
        let is_clean = swept.leftovers.is_empty() && swept.found.unproven.is_empty();
        if let (true, None, Some((file, _))) = (is_clean, &swept.found.unread_reason, journal) {
            file.remove_file().map_err(|error| UserError::unwritable(file.path(), &error))?;
        }
        leftovers.extend(swept.leftovers);
        leftovers.extend(swept.found.unproven);
    }
    Ok((leftovers, requests - before))
}

/// The journal of a part, locked; none if the file is gone. The file may have been moved with the reports.
fn open_journal(
    settings: &CampaignSettings<'_>,
    run: &str,
    named: Option<&str>,
) -> Result<Option<(JournalFile, JournalLines)>, UserError> {
    let moved = settings.journal.folder.join(format!("{run}.jsonl"));
    let places = named.map(|path| Path::new(path).to_path_buf()).into_iter().chain([moved]);
    let Some(path) = places.into_iter().find(|path: &PathBuf| path.is_file()) else { return Ok(None) };
    let unreadable = |error: std::io::Error| UserError::unreadable(&path, &error);
    let Some(file) = JournalFile::lock_finished(&path).map_err(unreadable)? else {
        let remedy = "wait until it has ended, or stop it";
        return Err(UserError::input(path.display().to_string(), "the run has not ended", remedy));
    };
    let lines = read_journal(&path).map_err(unreadable)?;
    Ok(Some((file, lines)))
}

/// The limits of a sweep after `spent` requests: everything that is left is for cleaning up.
fn limit_sweep(limits: &Limits, spent: u64) -> Limits {
    let left = limits.total_requests().saturating_sub(spent);
    Limits { requests: 0, shrink_requests: 0, cleanup_requests: left, ..*limits }
}
