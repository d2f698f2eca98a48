//! `probity report`: a stored run in another format.

use crate::cli::args::ReportArguments;
use crate::report::{read_stored_runs, write_file};
use crate::session::{ExitKind, UserError};
use crate::terminal;
use std::path::Path;

/// Renders the stored run and prints or writes the text.
pub fn render_report(arguments: &ReportArguments) -> Result<ExitKind, UserError> {
    let runs =
        read_stored_runs(&arguments.run).map_err(|error| UserError::input(error.place, error.cause, error.remedy))?;
    let text = arguments.format.0.render(&runs);
    write_or_print(arguments.out.as_deref(), &text)
}

/// Writes a rendered text to a file, or prints the text.
pub(super) fn write_or_print(out: Option<&Path>, text: &str) -> Result<ExitKind, UserError> {
    match out {
        None => terminal::print_text(text),
        Some(file) => {
            write_file(file, text.as_bytes()).map_err(|error| UserError::unwritable(file, &error))?;
            terminal::print_line(&format!("written: {}", file.display()));
        }
    }
    Ok(ExitKind::Passed)
}
