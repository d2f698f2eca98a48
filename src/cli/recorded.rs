//! Recorded histories: reading, finding the suite, judging again.

use crate::history::{History, read_histories};
use crate::model::BeliefLimits;
use crate::oracle::{ExchangeFindings, Judge};
use crate::session::{LoadedSuite, STATES_MAX, SuiteStore, UserError, suggest_name};
use crate::terminal;
use probity_input::open_input_file;
use std::io::BufReader;
use std::path::Path;

/// The history of a plan in a file, with the suite. Without a number, the last plan of the file.
pub fn read_plan_history(
    store: &SuiteStore,
    file: &Path,
    plan: Option<u64>,
) -> Result<(LoadedSuite, History), UserError> {
    let histories = read_recorded_histories(file)?;
    let plans: Vec<String> = histories.iter().map(|history| history.header.plan.to_string()).collect();
    let chosen = match plan {
        Some(plan) => histories.into_iter().find(|history| history.header.plan == plan),
        None => histories.into_iter().next_back(),
    };
    let history = chosen.ok_or_else(|| {
        let plan = plan.map(|plan| plan.to_string()).unwrap_or_default();
        let all: Vec<&str> = plans.iter().map(String::as_str).collect();
        let cause = format!("{} does not have this plan", file.display());
        UserError::usage(format!("--plan {plan}"), cause, suggest_name(&plan, &all))
    })?;
    Ok((load_recorded_suite(store, &history)?, history))
}

/// Judges a history from its start.
pub fn judge_again(
    loaded: &LoadedSuite,
    history: &History,
    insight: bool,
) -> Result<(Judge, Vec<ExchangeFindings>), UserError> {
    let bounds = BeliefLimits { states_max: STATES_MAX, settle_percent: history.header.settle_percent, insight };
    crate::oracle::judge_history(history, &loaded.model, &loaded.schemas, bounds).map_err(|fault| {
        UserError::input(&loaded.file, fault.to_string(), "correct the expression; `probity lint` checks its types")
    })
}

/// All histories of a file.
pub fn read_recorded_histories(file: &Path) -> Result<Vec<History>, UserError> {
    let opened = open_input_file(file).map_err(UserError::from_input_file)?;
    let (histories, torn) = read_histories(&mut BufReader::new(opened), &file.display().to_string())
        .map_err(|error| UserError::input(format!("{}:{}", error.place, error.line), error.cause, error.remedy))?;
    if let Some(torn) = torn {
        terminal::print_error_line(&format!(
            "warning: {}:{}: the last line is incomplete and is ignored: {}",
            file.display(),
            torn.line,
            torn.cause
        ));
    }
    Ok(histories)
}

/// The suite of a history, with the endpoint's pools and the date of the recording.
pub fn load_recorded_suite(store: &SuiteStore, history: &History) -> Result<LoadedSuite, UserError> {
    let header = &history.header;
    let name = store.select_suites(std::slice::from_ref(&header.suite))?.remove(0);
    let loaded = store.load(&name, &header.today)?.with_pools(&header.pools, &header.today)?;
    if loaded.suite.digest != header.suite_digest {
        let note = "note: the suite has changed since the recording; the present suite judges the history";
        terminal::print_error_line(note);
    }
    Ok(loaded)
}
