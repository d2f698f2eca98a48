//! Judges the histories of a file, or of recorded traffic, as a stream: one exchange in memory at a time.

use super::judge::{Finding, Judge};
use super::known_findings::{FindingNovelty, KnownFindings};
use super::race::RaceRecord;
use crate::history::{HistoryReadError, HistoryReader, HistoryRecord};
use crate::model::{BeliefLimits, ClauseTally, Model};
use crate::schema::CompiledCatalog;
use std::sync::Arc;

/// The result of judging the histories of a file.
#[derive(Debug, Clone, Default)]
pub struct JudgedRecords {
    /// Counts by clause, of all plans.
    pub tally: ClauseTally,
    /// The deviations. A deviation that repeats an earlier one is counted in `tally.repeated`, as in a run.
    pub findings: Vec<Finding>,
    /// Number of plans.
    pub plans: u64,
    /// Number of judged exchanges.
    pub exchanges: u64,
    /// Number of plans that were not judged, because the history lacks content.
    pub skipped: u64,
    /// The races of all plans.
    pub races: Vec<RaceRecord>,
}

/// Judges the rest of a file, each plan from the beginning. The header of a plan has the factor for bounds; `states_max`
/// bounds the possible states.
///
/// # Errors
/// If the file cannot be read.
pub fn judge_records(
    reader: &mut HistoryReader<'_>,
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    states_max: usize,
) -> Result<JudgedRecords, HistoryReadError> {
    judge_stream(std::iter::from_fn(|| reader.next_record().transpose()), model, schemas, states_max)
}

/// As [`judge_records`], for records from anywhere. The first record is a header.
///
/// # Errors
/// The first error of the records.
pub fn judge_stream<E>(
    records: impl Iterator<Item = Result<HistoryRecord, E>>,
    model: &Arc<Model>,
    schemas: &Arc<CompiledCatalog>,
    states_max: usize,
) -> Result<JudgedRecords, E> {
    let mut judged = JudgedRecords::default();
    let mut known = KnownFindings::default();
    let mut judge: Option<Judge> = None;
    for record in records {
        match record? {
            HistoryRecord::Header(header) => {
                judged.end_plan(judge.take(), &mut known);
                judged.plans += 1;
                let bounds = BeliefLimits { states_max, settle_percent: header.settle_percent, insight: false };
                let new = || Judge::new(Arc::clone(model), Arc::clone(schemas), header.plan, bounds);
                judge = (!header.has_gaps()).then(|| new().with_earlier_resources(header.earlier_resources));
                judged.skipped += u64::from(judge.is_none());
            }
            HistoryRecord::Exchange(exchange) => {
                let Some(judge) = &mut judge else { continue };
                judged.exchanges += 1;
                let seen = judge.observe(&exchange);
                judged.take_findings(seen.findings, &mut known);
            }
        }
    }
    judged.end_plan(judge.take(), &mut known);
    Ok(judged)
}

impl JudgedRecords {
    /// Takes in the deviations of an exchange.
    fn take_findings(&mut self, findings: Vec<Finding>, known: &mut KnownFindings) {
        for finding in findings {
            match known.classify_finding(&finding) {
                FindingNovelty::New => self.findings.push(finding),
                FindingNovelty::Repeated(index) => {
                    self.findings[index].add_repetition(&finding);
                    self.tally.repeated += 1;
                }
                FindingNovelty::Unkept => self.tally.note_unkept(finding.list_contradicted()),
            }
        }
    }

    /// Judges the last race of a plan, and takes in the counts of the plan.
    fn end_plan(&mut self, judge: Option<Judge>, known: &mut KnownFindings) {
        let Some(mut judge) = judge else { return };
        let seen = judge.close_race();
        self.take_findings(seen.findings, known);
        self.tally.merge(judge.tally());
        self.races.extend(judge.list_races().iter().cloned());
    }
}
