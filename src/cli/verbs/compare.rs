//! `probity compare`: stored runs side by side.

use super::report::write_or_print;
use crate::cli::args::{CompareArguments, ComparisonFormat};
use crate::report::{
    RunComparison, StoredRun, compare_runs, read_stored_runs, render_comparison_html, render_comparison_markdown,
    render_comparison_text,
};
use crate::session::{ExitKind, UserError};

/// Compares stored runs, and prints or writes the text.
pub fn compare_stored_runs(arguments: &CompareArguments) -> Result<ExitKind, UserError> {
    let mut runs: Vec<(String, Vec<StoredRun>)> = Vec::new();
    for place in &arguments.runs {
        let stored =
            read_stored_runs(place).map_err(|error| UserError::input(error.place, error.cause, error.remedy))?;
        runs.push((place.display().to_string(), stored));
    }
    let text = render(&compare_runs(&runs), arguments.format);
    write_or_print(arguments.out.as_deref(), &text)
}

fn render(comparison: &RunComparison, format: ComparisonFormat) -> String {
    match format {
        ComparisonFormat::Text => render_comparison_text(comparison),
        ComparisonFormat::Markdown => render_comparison_markdown(comparison),
        ComparisonFormat::Json => comparison.to_json(),
        ComparisonFormat::Html => render_comparison_html(comparison),
    }
}
