//! Reports as one page of HTML, without scripts and without other files.
//!
//! `page` and the modules below it prepare texts and coordinates; the template `report.html` shows them, and escapes each
//! text. Modules in reading order: `page` (a campaign), `finding_part`, `sequence_diagram`, `state_diagram`,
//! `settle_plots`, `clause_matrix`.

mod cells_part;
mod clause_matrix;
mod finding_part;
mod page;
mod race_lanes;
mod sequence_diagram;
mod settle_plots;
mod state_diagram;

use crate::report::html_template::render_html_template;
use crate::report::stored_run::StoredRun;
use minijinja::{context, value::Serde};
use page::{describe_runs, make_page};

/// The text of `report.html`.
///
/// # Panics
/// If the template is wrong, which the tests of the formats find.
pub(super) fn render_html(runs: &[StoredRun]) -> String {
    let pages: Vec<_> = runs.iter().enumerate().map(|(index, run)| make_page(index + 1, run)).collect();
    let values = context! { headline => describe_runs(runs), pages => Serde(pages) };
    render_html_template(include_str!("report.html"), values)
}
