//! The command line: flags to settings, progress, errors and exit codes.
//!
//! The only room that calls the wall clock, reads the environment and writes to the terminal;
//! all others are handed what they need.

mod clock;
pub(crate) mod drive;
pub mod exit;
mod keeping;
pub(crate) mod lead;
mod meant;
mod out;
mod own_pages;
mod progress;
mod ready;
mod rehearsal;
mod shelf;
mod signal;
mod sweeping;
pub(crate) mod target;
mod typed;
mod verbs;
mod wrong;

pub(crate) use clock::Began;
pub(crate) use meant::{Patterns, Used, limits};
pub use shelf::{Loaded, Shelf};
pub(crate) use signal::Signals;
pub use verbs::derive::places_cited;
pub use wrong::Wrong;

use clap::Parser;
use exit::Exit;
use std::process::ExitCode;
use typed::{Typed, Verb};

/// What the binary does.
#[must_use]
pub fn main() -> ExitCode {
    let typed = match Typed::try_parse() {
        Ok(typed) => typed,
        // Help and version come this way too, and are no error.
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Passed.into() };
        }
    };
    match carried_out(typed.verb) {
        Ok(exit) => exit.into(),
        Err(wrong) => {
            eprintln!("{wrong}");
            wrong.exit.into()
        }
    }
}

fn carried_out(verb: Verb) -> Result<Exit, Wrong> {
    match verb {
        Verb::Run(typed) => verbs::run::run(&typed, &lead::lead),
        Verb::Replay(typed) => verbs::replay::replay(&typed),
        Verb::Sweep(typed) => verbs::sweep::sweep(&typed),
        Verb::Mock(typed) => verbs::mock::mock(&typed),
        Verb::Init(typed) => verbs::init::init(&typed),
        Verb::Mutants(typed) => verbs::mutants::mutants(&typed),
        Verb::Explain(typed) => verbs::explain::explain(&typed),
        Verb::Derive(typed) => verbs::derive::derive(&typed),
        Verb::Lint(typed) => verbs::lint::lint(&typed),
        Verb::Judge(typed) => verbs::judge::judge(&typed),
        Verb::Doubts(typed) => verbs::doubts::doubts(&typed),
    }
}
