//! What a suite takes over from the earlier parts of its run, before its campaign begins.

use super::earlier_leftovers::sweep_earlier_parts;
use super::earlier_record::{EarlierPlansFile, EarlierRecord};
use super::resume_file::{ResumeHeader, ResumePart};
use crate::cleanup::Leftover;
use crate::plan_execution::RequestShares;
use crate::report::ResumedRow;
use crate::session::listener::{SessionEvent, SessionListener};
use crate::session::settings::{CampaignSettings, RunSettings};
use crate::session::target::SuiteTarget;
use crate::session::user_error::UserError;

/// What a suite takes over, apart from the files that the campaign goes on to write.
pub struct Takeover {
    /// The whole plans.
    pub plans: EarlierPlansFile,
    /// Everything that the earlier parts sent, and what deleting their leftovers took.
    pub shares: RequestShares,
    /// Wall-clock milliseconds of the earlier parts.
    pub elapsed_ms: u64,
    /// What the earlier parts left at the endpoint and could not be deleted.
    pub leftovers: Vec<Leftover>,
    /// The same in the report.
    pub row: ResumedRow,
}

/// Checks the record of the earlier parts of a suite, and deletes what they left at the endpoint. None for a suite that
/// begins. `now` describes the run that the user asks for.
///
/// # Errors
/// If the record is damaged or of another run, or the endpoint cannot be swept. No file was changed then.
pub fn take_over_suite(
    run: &RunSettings<'_>,
    settings: &CampaignSettings<'_>,
    now: &ResumeHeader,
    listener: &mut dyn SessionListener,
) -> Result<Option<(EarlierRecord, Takeover)>, UserError> {
    let suite = &settings.loaded.name;
    let Some(earlier) = run.resumed.filter(|earlier| earlier.continues_suite(suite)) else { return Ok(None) };
    let record = EarlierRecord::open_record(&earlier.reports.join(suite))?;
    record.check_run(now)?;
    let mut shares = record.count_shares();
    let row = ResumedRow {
        from: earlier.place.clone(),
        parts: record.parts.len() as u64,
        plans: record.plans,
        requests: record.exchanges,
        left_out: record.left_out,
        unrecorded: shares.unrecorded,
    };
    listener.hear_session(&SessionEvent::Resumed { suite, earlier: &row });
    let mut leftovers = Vec::new();
    if matches!(settings.target, SuiteTarget::Address(..)) && !settings.target.is_read_only() {
        let requests;
        (leftovers, requests) = sweep_earlier_parts(settings, &record, listener)?;
        shares.cleaning += requests;
    }
    let takeover = Takeover { plans: record.plans_file(), shares, elapsed_ms: record.elapsed_ms, leftovers, row };
    Ok(Some((record, takeover)))
}

/// The part that begins now, after what it takes over.
pub fn begin_part(run: &RunSettings<'_>, takeover: Option<&Takeover>) -> ResumePart {
    ResumePart {
        started: run.reports.start.at.clone(),
        run: None,
        journal: None,
        requests_before: takeover.map_or(0, |takeover| takeover.shares.total()),
        elapsed_before_ms: takeover.map_or(0, |takeover| takeover.elapsed_ms),
    }
}
