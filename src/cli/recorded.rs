//! Recorded histories: reading, finding the suite, judging again.

use crate::history::{History, HistoryHeader, HistoryReadError, HistoryReader, HistoryRecord};
use crate::model::BeliefLimits;
use crate::oracle::{ExchangeFindings, Judge};
use crate::session::{LoadedSuite, STATES_MAX, SuiteStore, UserError, suggest_name};
use crate::terminal;
use probity_input::open_input_file;
use std::path::Path;

/// The history of a plan in a file, with the suite. Without a number, the last plan of the file. Only one plan is in
/// memory at a time.
pub fn read_plan_history(
    store: &SuiteStore,
    file: &Path,
    plan: Option<u64>,
) -> Result<(LoadedSuite, History), UserError> {
    let mut reader = open_history(file)?;
    let mut plans: Vec<String> = Vec::new();
    let mut chosen: Option<History> = None;
    let mut is_chosen = false;
    while let Some(record) = reader.next_record().map_err(convert_read_error)? {
        match record {
            HistoryRecord::Header(header) => {
                plans.push(header.plan.to_string());
                is_chosen = plan.is_none_or(|plan| header.plan == plan);
                if is_chosen {
                    chosen = Some(History { header, exchanges: Vec::new() });
                }
            }
            HistoryRecord::Exchange(exchange) if is_chosen => {
                chosen.iter_mut().for_each(|history| history.exchanges.push((*exchange).clone()));
            }
            HistoryRecord::Exchange(_) => {}
        }
    }
    warn_of_torn_history(file, &reader);
    let history = chosen.ok_or_else(|| {
        let plan = plan.map(|plan| plan.to_string()).unwrap_or_default();
        let all: Vec<&str> = plans.iter().map(String::as_str).collect();
        let cause = format!("{} does not have this plan", file.display());
        UserError::usage(format!("--plan {plan}"), cause, suggest_name(&plan, &all))
    })?;
    if history.header.has_gaps() {
        terminal::print_error_line(&format!(
            "warning: {}: the history has only a part of plan {}, because it reached its limit",
            file.display(),
            history.header.plan
        ));
    }
    Ok((load_recorded_suite(store, &history.header)?, history))
}

/// Judges a history from its start.
pub fn judge_again(loaded: &LoadedSuite, history: &History, insight: bool) -> (Judge, Vec<ExchangeFindings>) {
    let bounds = BeliefLimits { states_max: STATES_MAX, settle_percent: history.header.settle_percent, insight };
    crate::oracle::judge_history(history, &loaded.model, &loaded.schemas, bounds)
}

/// Opens a history file, plain or compressed.
pub fn open_history(file: &Path) -> Result<HistoryReader<'static>, UserError> {
    let opened = open_input_file(file).map_err(UserError::from_input_file)?;
    HistoryReader::new(opened, &file.display().to_string()).map_err(convert_read_error)
}

/// The error of an unreadable history file.
pub fn convert_read_error(error: HistoryReadError) -> UserError {
    UserError::input(format!("{}:{}", error.place, error.line), error.cause, error.remedy)
}

/// Says that a file ends within a record, as a killed run leaves it.
pub fn warn_of_torn_history(file: &Path, reader: &HistoryReader<'_>) {
    if let Some(torn) = reader.torn_line() {
        terminal::print_error_line(&format!(
            "warning: {}:{}: the file is incomplete from here on, and the rest is ignored: {}",
            file.display(),
            torn.line,
            torn.cause
        ));
    }
}

/// The suite of a history, with the endpoint's pools and the date of the recording.
pub fn load_recorded_suite(store: &SuiteStore, header: &HistoryHeader) -> Result<LoadedSuite, UserError> {
    let name = store.select_suites(std::slice::from_ref(&header.suite))?.remove(0);
    let loaded = store.load(&name, &header.today)?.with_pools(&header.pools, &header.today)?;
    if loaded.suite.digest != header.suite_digest {
        let note = "note: the suite has changed since the recording; the present suite judges the history";
        terminal::print_error_line(note);
    }
    Ok(loaded)
}
