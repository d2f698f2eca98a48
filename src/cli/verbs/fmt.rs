//! `probity fmt`: suite files in their canonical form.

use crate::cli::args::FmtArguments;
use crate::report::write_file;
use crate::session::{ExitKind, UserError, describe_problems, pick_worst};
use crate::suite::{self, SUITE_BYTES_MAX};
use crate::terminal;
use probity_input::read_input_text;
use std::path::{Path, PathBuf};

/// Formats suite files in place. With `--check` no file is written, and the exit code is 1 if a file is
/// not formatted.
pub fn format_suites(arguments: &FmtArguments) -> Result<ExitKind, UserError> {
    let files = if arguments.files.is_empty() { list_suite_files()? } else { arguments.files.clone() };
    let mut exits = Vec::new();
    for file in &files {
        exits.push(format_file(file, arguments.check).unwrap_or_else(|error| {
            terminal::print_error_line(&error.to_string());
            error.exit
        }));
    }
    Ok(pick_worst(&exits))
}

/// Formats a file and prints the path if the file is not formatted.
fn format_file(file: &Path, check: bool) -> Result<ExitKind, UserError> {
    let text = read_input_text(file, SUITE_BYTES_MAX).map_err(UserError::from_input_file)?;
    let name = file.display().to_string();
    let formatted = suite::format_suite(&name, &text).map_err(|problems| describe_problems(&name, &text, &problems))?;
    if formatted == text {
        return Ok(ExitKind::Passed);
    }
    if check {
        terminal::print_line(&format!("not formatted: {name}"));
        return Ok(ExitKind::Deviation);
    }
    write_file(file, formatted.as_bytes()).map_err(|error| UserError::unwritable(file, &error))?;
    terminal::print_line(&format!("formatted: {name}"));
    Ok(ExitKind::Passed)
}

/// The files `./suites/*.yaml`, sorted.
fn list_suite_files() -> Result<Vec<PathBuf>, UserError> {
    let folder = Path::new("suites");
    let entries = std::fs::read_dir(folder).map_err(|error| UserError::unreadable(folder, &error))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    Ok(files)
}
