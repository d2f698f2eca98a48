//! Reports as one page of HTML, without scripts and without other files.
//!
//! `page` and the modules below it prepare texts and coordinates; the template `report.html` shows them, and escapes each
//! text. Modules in reading order: `page` (a campaign), `finding_part`, `sequence_diagram`, `state_diagram`,
//! `settle_plots`, `clause_matrix`.

mod clause_matrix;
mod finding_part;
mod page;
mod sequence_diagram;
mod settle_plots;
mod state_diagram;

use crate::report::stored_run::StoredRun;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context, value::Serde};
use page::{describe_runs, make_page};

/// The name ends with `.html`, which turns escaping on.
const TEMPLATE: &str = "report.html";

/// The text of `report.html`.
///
/// # Panics
/// If the template is wrong, which the tests of the formats find.
pub(super) fn render_html(runs: &[StoredRun]) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters differ"));
    environment.add_template(TEMPLATE, include_str!("report.html")).expect("the template parses");
    environment.add_template("report.css.html", include_str!("report.css")).expect("the style sheet parses");
    let pages: Vec<_> = runs.iter().enumerate().map(|(index, run)| make_page(index + 1, run)).collect();
    let values = context! { headline => describe_runs(runs), pages => Serde(pages) };
    let template = environment.get_template(TEMPLATE).expect("the template was added");
    let mut text = template.render(values).expect("the page has what the template reads");
    text.push('\n');
    text
}
