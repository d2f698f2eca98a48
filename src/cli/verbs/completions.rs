//! `probity completions` and `probity man`: texts that are generated from the command line.

use crate::cli::args::{Arguments, CompletionsArguments, ManArguments};
use crate::session::{ExitKind, UserError};
use crate::terminal;
use clap::CommandFactory;

/// Prints the completions of a shell.
pub fn print_completions(arguments: &CompletionsArguments) -> Result<ExitKind, UserError> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "probity", &mut text);
    terminal::print_text(&String::from_utf8_lossy(&text));
    Ok(ExitKind::Passed)
}

/// Writes one manual page for the command and one for each verb.
pub fn write_manual_pages(arguments: &ManArguments) -> Result<ExitKind, UserError> {
    let folder = &arguments.folder;
    let unwritable = |error: std::io::Error| UserError::unwritable(folder, &error);
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let command = Arguments::command().disable_help_subcommand(true);
    clap_mangen::generate_to(command, folder).map_err(unwritable)?;
    terminal::print_line(&format!("written: the manual pages in {}", folder.display()));
    Ok(ExitKind::Passed)
}
