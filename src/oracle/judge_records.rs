//! Judges the histories of a file as a stream: one exchange in memory at a time.

use super::judge::{Finding, Judge};
use super::known_findings::{FindingNovelty, KnownFindings};
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
    let mut judged = JudgedRecords::default();
    let mut known = KnownFindings::default();
    let mut judge: Option<Judge> = None;
    while let Some(record) = reader.next_record()? {
        match record {
            HistoryRecord::Header(header) => {
                add_counts(&mut judged.tally, judge.take());
                judged.plans += 1;
                let bounds = BeliefLimits { states_max, settle_percent: header.settle_percent, insight: false };
                judge = (!header.has_gaps())
                    .then(|| Judge::new(Arc::clone(model), Arc::clone(schemas), header.plan, bounds));
                judged.skipped += u64::from(judge.is_none());
            }
            HistoryRecord::Exchange(exchange) => {
                let Some(judge) = &mut judge else { continue };
                judged.exchanges += 1;
                for finding in judge.observe(&exchange).findings {
                    match known.classify_finding(&finding) {
                        FindingNovelty::New => {
                            judged.findings.push(finding);
                            continue;
                        }
                        FindingNovelty::Repeated(index) => {
                            judged.findings[index].add_repetition(&finding);
                        }
                        FindingNovelty::Unkept => {
                            judged.tally.note_unkept(finding.list_contradicted());
                            continue;
                        }
                    }
                    judged.tally.repeated += 1;
                }
            }
        }
    }
    add_counts(&mut judged.tally, judge.take());
    Ok(judged)
}

fn add_counts(tally: &mut ClauseTally, judge: Option<Judge>) {
    if let Some(judge) = judge {
        tally.merge(judge.tally());
    }
}
