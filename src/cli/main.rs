//! From the arguments to a verb, and from its result to the exit code.

use super::args::{Arguments, CliVerb};
use super::exit::to_exit_code;
use super::panic_text::install_panic_hook;
use super::verbs;
use crate::session::{ExitKind, UserError, survive_file_size_limit};
use crate::terminal;
use clap::Parser;
use std::process::ExitCode;

/// Runs the command `probity`.
#[must_use]
pub fn main() -> ExitCode {
    install_panic_hook();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // clap reports `--help` and `--version` as errors too.
        Err(error) => {
            let _ = error.print();
            return to_exit_code(if error.use_stderr() { ExitKind::Usage } else { ExitKind::Passed });
        }
    };
    survive_file_size_limit();
    let tests_endpoint =
        matches!(arguments.verb, CliVerb::Run(_) | CliVerb::Replay(_) | CliVerb::Try(_) | CliVerb::Sweep(_));
    let _finish = FinishWriting;
    let exit = run_verb(arguments.verb).unwrap_or_else(|error| {
        terminal::print_error_line(&error.to_string());
        error.exit
    });
    terminal::finish_writing();
    // The result of most verbs is the output. The result of a run is its report and its exit code.
    let lost = exit == ExitKind::Passed && terminal::is_output_lost() && !tests_endpoint;
    to_exit_code(if lost { ExitKind::BadInput } else { exit })
}

/// Writes the remaining texts, also after a panic.
struct FinishWriting;

impl Drop for FinishWriting {
    fn drop(&mut self) {
        terminal::finish_writing();
    }
}

fn run_verb(verb: CliVerb) -> Result<ExitKind, UserError> {
    match verb {
        CliVerb::Run(arguments) => verbs::run::run_campaigns(&arguments),
        CliVerb::Replay(arguments) => verbs::replay::replay_file(&arguments),
        CliVerb::Try(arguments) => verbs::try_calls::try_calls(&arguments),
        CliVerb::Sweep(arguments) => verbs::sweep::sweep_suites(&arguments),
        CliVerb::Mock(arguments) => verbs::mock::serve_mock(&arguments),
        CliVerb::Init(arguments) => verbs::init::write_template(&arguments),
        CliVerb::Mutants(arguments) => verbs::mutants::list_or_run_mutants(&arguments),
        CliVerb::Explain(arguments) => verbs::explain::explain_clause_or_step(&arguments),
        CliVerb::Diagram(arguments) => verbs::diagram::draw_suite(&arguments),
        CliVerb::Derive(arguments) => verbs::derive::derive_catalog(&arguments),
        CliVerb::Lint(arguments) => verbs::lint::lint_suites(&arguments),
        CliVerb::Fmt(arguments) => verbs::fmt::format_suites(&arguments),
        CliVerb::Judge(arguments) => verbs::judge::judge_file(&arguments),
        CliVerb::Doubts(arguments) => verbs::doubts::list_doubts(&arguments),
        CliVerb::Diff(arguments) => verbs::diff::compare_folders(&arguments),
        CliVerb::Report(arguments) => verbs::report::render_report(&arguments),
        CliVerb::Baseline(arguments) => verbs::baseline::change_baseline(&arguments),
        CliVerb::Export(arguments) => verbs::export::export_catalog(&arguments),
        CliVerb::Merge(arguments) => verbs::merge::merge_runs(&arguments),
        CliVerb::Compare(arguments) => verbs::compare::compare_stored_runs(&arguments),
        CliVerb::Score(arguments) => verbs::score::score_record(&arguments),
        CliVerb::Certify(arguments) => verbs::certify::write_certificate(&arguments),
        CliVerb::Verify(arguments) => verbs::verify::check_bundle(&arguments),
        CliVerb::Completions(arguments) => verbs::completions::print_completions(&arguments),
        CliVerb::Man(arguments) => verbs::completions::write_manual_pages(&arguments),
        CliVerb::Sign(arguments) => verbs::sign::print_signed_headers(&arguments),
    }
}
