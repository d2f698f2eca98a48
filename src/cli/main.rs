//! From the arguments to a verb, and from its result to the exit code.

use super::args::{Arguments, Verb};
use super::exit::to_exit_code;
use super::verbs;
use crate::session::{ExitKind, UserError};
use clap::Parser;
use std::process::ExitCode;

/// Runs the command `probity`.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // clap reports `--help` and `--version` as errors too.
        Err(error) => {
            let _ = error.print();
            return to_exit_code(if error.use_stderr() { ExitKind::Usage } else { ExitKind::Passed });
        }
    };
    to_exit_code(run_verb(arguments.verb).unwrap_or_else(|error| {
        eprintln!("{error}");
        error.exit
    }))
}

fn run_verb(verb: Verb) -> Result<ExitKind, UserError> {
    match verb {
        Verb::Run(arguments) => verbs::run::run(&arguments),
        Verb::Replay(arguments) => verbs::replay::replay(&arguments),
        Verb::Sweep(arguments) => verbs::sweep::sweep(&arguments),
        Verb::Mock(arguments) => verbs::mock::serve_mock(&arguments),
        Verb::Init(arguments) => verbs::init::init(&arguments),
        Verb::Mutants(arguments) => verbs::mutants::mutants(&arguments),
        Verb::Explain(arguments) => verbs::explain::explain(&arguments),
        Verb::Derive(arguments) => verbs::derive::derive(&arguments),
        Verb::Lint(arguments) => verbs::lint::lint(&arguments),
        Verb::Fmt(arguments) => verbs::fmt::format_suites(&arguments),
        Verb::Judge(arguments) => verbs::judge::judge(&arguments),
        Verb::Doubts(arguments) => verbs::doubts::list_doubts(&arguments),
    }
}
