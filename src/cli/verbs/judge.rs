//! `probity judge`: a recorded history, judged again without the endpoint. A HAR file goes to `judge_traffic`.

use super::judge_traffic::{judge_traffic, read_har_file};
use super::judged_summary::print_judgement;
use crate::cli::args::JudgeArguments;
use crate::cli::config::ALLOW_UNDECIDED;
use crate::cli::embedded::find_store;
use crate::cli::recorded::{convert_read_error, load_recorded_suite, open_history, warn_of_torn_history};
use crate::oracle::judge_records;
use crate::session::{ClausePatterns, ExitKind, STATES_MAX, UserError};
use crate::terminal;

/// Judges a history or a HAR file, and prints the summary.
pub fn judge_file(arguments: &JudgeArguments) -> Result<ExitKind, UserError> {
    if let Some(bytes) = read_har_file(&arguments.history)? {
        return judge_traffic(arguments, &bytes);
    }
    let flags = [
        ("--suite", arguments.suite.is_some()),
        ("--profile", arguments.profile.is_some()),
        ("--base-url", arguments.base_url.is_some()),
    ];
    if let Some((flag, _)) = flags.iter().find(|(_, given)| *given) {
        let cause = format!("{} is a history, which names its suite and its endpoint", arguments.history.display());
        return Err(UserError::usage(*flag, cause, "leave out the flag, or name a HAR file"));
    }
    judge_history_file(arguments)
}

/// Judges every plan of a history.
fn judge_history_file(arguments: &JudgeArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let mut reader = open_history(&arguments.history)?;
    let header = reader.read_first_header().map_err(convert_read_error)?;
    let loaded = load_recorded_suite(&store, &header)?;
    let allowed = ClausePatterns::new(ALLOW_UNDECIDED, &arguments.allow_undecided)?;
    allowed.check_matching(ALLOW_UNDECIDED, std::slice::from_ref(&loaded))?;
    let target = format!("none; {} was recorded at {}", arguments.history.display(), header.endpoint);
    terminal::print_line(&store.describe_origin(std::slice::from_ref(&loaded), &target));
    let judged = judge_records(&mut reader, &loaded.model, &loaded.schemas, STATES_MAX).map_err(convert_read_error)?;
    warn_of_torn_history(&arguments.history, &reader);
    if judged.skipped > 0 {
        terminal::print_line(&format!(
            "{} of {} plans are not judged: the history has only a part of their exchanges, because it reached its limit",
            judged.skipped, judged.plans
        ));
    }
    Ok(print_judgement(&loaded, &header, judged, &allowed))
}
