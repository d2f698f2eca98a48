//! `probity score`: the mutants that the recorded calls of a run would have detected.

use crate::campaign::MutantKindScore;
use crate::cli::args::ScoreArguments;
use crate::cli::embedded::find_store;
use crate::cli::recorded::{convert_read_error, load_recorded_suite, open_history, warn_of_torn_history};
use crate::cli::signal;
use crate::session::{ExitKind, UserError, score_history};
use crate::terminal;

/// Carries out the recorded calls at each mutant of the suite and prints the counts by kind of fault.
pub fn score_record(arguments: &ScoreArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let mut reader = open_history(&arguments.history)?;
    let header = reader.read_first_header().map_err(convert_read_error)?;
    let loaded = load_recorded_suite(&store, &header)?;
    let signals = signal::listen_for_signals();
    let kinds = score_history(&loaded, &mut reader, &signals.cancel).map_err(convert_read_error)?;
    warn_of_torn_history(&arguments.history, &reader);
    if let Some(signal) = signals.exit_kind() {
        return Ok(signal);
    }
    terminal::print_text(&describe_score(&loaded.name, &kinds, arguments.survivors));
    Ok(ExitKind::Passed)
}

/// A line for each kind of fault, the survivors if asked for, and a total.
fn describe_score(suite: &str, kinds: &[MutantKindScore], survivors: bool) -> String {
    let mut text = String::new();
    for kind in kinds {
        text.push_str(&format!("{:>5} of {:>4}  {}\n", kind.detected, kind.mutants, kind.kind));
        if survivors {
            kind.survivors.iter().for_each(|name| text.push_str(&format!("               survives: {name}\n")));
        }
    }
    let mutants: usize = kinds.iter().map(|kind| kind.mutants).sum();
    let detected: usize = kinds.iter().map(|kind| kind.detected).sum();
    let percent = (detected * 100).checked_div(mutants).unwrap_or(0);
    text.push_str(&format!(
        "{suite}: the recorded calls would have detected {detected} of {mutants} mutants ({percent} %)\n"
    ));
    text
}
