//! What the calls of a stored run would have detected.

use super::environment_setup::STATES_MAX;
use super::loaded_suite::LoadedSuite;
use crate::campaign::{MutantKindScore, make_mock_limits, score_recorded_plans};
use crate::history::{Exchange, HistoryReadError, HistoryReader, HistoryRecord};
use crate::limits::Limits;
use crate::mock::list_mutants;
use crate::model::BeliefLimits;
use crate::plan::{Plan, recover_plan};
use crate::plan_execution::Cancellation;

/// Carries out the recorded calls at each mutant of the suite, in this process, and counts the mutants at which they show a
/// deviation. `loaded` has the pools of the record.
///
/// # Errors
/// If the record cannot be read.
pub fn score_history(
    loaded: &LoadedSuite,
    reader: &mut HistoryReader<'_>,
    cancel: &Cancellation,
) -> Result<Vec<MutantKindScore>, HistoryReadError> {
    let limits = Limits { first_only: true, ..Limits::NONE };
    let (plans, settle_percent) = recover_plans(loaded, reader)?;
    let mutants = list_mutants(&loaded.model, &loaded.schemas);
    let bounds = BeliefLimits { states_max: STATES_MAX, settle_percent, insight: false };
    Ok(score_recorded_plans(&loaded.model, &loaded.schemas, &plans, &mutants, (limits, bounds), cancel))
}

/// The plans behind a record, and the factor on the bounds of the suite.
fn recover_plans(loaded: &LoadedSuite, reader: &mut HistoryReader<'_>) -> Result<(Vec<Plan>, u32), HistoryReadError> {
    let filled = make_mock_limits(&loaded.model, &loaded.schemas, &Limits::NONE).filled_parameters;
    let recover = |exchanges: &[Exchange]| recover_plan(&loaded.model, exchanges, &filled);
    let (mut plans, mut exchanges, mut settle_percent) = (Vec::new(), Vec::new(), 100);
    while let Some(record) = reader.next_record()? {
        match record {
            HistoryRecord::Header(header) => {
                settle_percent = header.settle_percent;
                if !exchanges.is_empty() {
                    plans.push(recover(&std::mem::take(&mut exchanges)));
                }
            }
            HistoryRecord::Exchange(exchange) => exchanges.push(*exchange),
        }
    }
    plans.push(recover(&exchanges));
    Ok((plans, settle_percent))
}
