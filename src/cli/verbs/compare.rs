//! `probity compare`: stored runs side by side.

use crate::cli::args::{CompareArguments, ComparisonFormat};
use crate::report::{
    RunComparison, StoredRun, compare_runs, read_stored_runs, render_comparison_html, render_comparison_markdown,
    render_comparison_text, write_file,
};
use crate::session::{ExitKind, UserError};
use crate::terminal;

/// Compares stored runs, and prints or writes the text.
pub fn compare_stored_runs(arguments: &CompareArguments) -> Result<ExitKind, UserError> {
    let mut runs: Vec<(String, Vec<StoredRun>)> = Vec::new();
    for place in &arguments.runs {
        let stored =
            read_stored_runs(place).map_err(|error| UserError::input(error.place, error.cause, error.remedy))?;
        runs.push((place.display().to_string(), stored));
    }
    let text = render(&compare_runs(&runs), arguments.format);
    match &arguments.out {
        None => terminal::print_text(&text),
        Some(file) => {
            write_file(file, text.as_bytes()).map_err(|error| UserError::unwritable(file, &error))?;
            terminal::print_line(&format!("written: {}", file.display()));
        }
    }
    Ok(ExitKind::Passed)
}

fn render(comparison: &RunComparison, format: ComparisonFormat) -> String {
    match format {
        ComparisonFormat::Text => render_comparison_text(comparison),
        ComparisonFormat::Markdown => render_comparison_markdown(comparison),
        ComparisonFormat::Json => comparison.to_json(),
        ComparisonFormat::Html => render_comparison_html(comparison),
    }
}
