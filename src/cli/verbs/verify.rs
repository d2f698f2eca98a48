//! `probity verify`: a signed folder, checked without the endpoint.

use crate::certificate::{read_public_key, verify_bundle};
use crate::cli::args::VerifyArguments;
use crate::session::{ExitKind, UserError};
use crate::terminal;
use probity_input::escape_line;

/// Checks a bundle and says what it states; exit 1 if the bundle is not what was signed, or its evidence does not give the
/// stated verdicts.
pub fn check_bundle(arguments: &VerifyArguments) -> Result<ExitKind, UserError> {
    let trusted = arguments.trusted_key.as_deref().map(read_public_key).transpose()?;
    let checked = verify_bundle(&arguments.bundle, trusted)?;
    if let (Some(statement), true) = (&checked.statement, checked.problems.is_empty()) {
        terminal::print_text(&statement.summarise());
        terminal::print_line("signature, digests and chain are whole; the evidence gives each stated verdict");
        let key = checked.key.as_deref().unwrap_or_default();
        terminal::print_line(&match trusted {
            Some(_) => format!("signed by the trusted key {key}"),
            None => format!("signed by {key}; who has this key was not checked: name the key with --trusted-key"),
        });
        return Ok(ExitKind::Passed);
    }
    terminal::print_line(&format!("{}: the bundle does not hold", arguments.bundle.display()));
    checked.problems.iter().for_each(|problem| terminal::print_line(&format!("  {}", escape_line(problem))));
    Ok(ExitKind::Deviation)
}
