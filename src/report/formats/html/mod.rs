//! Reports as one page of HTML, without scripts and without other files.
//!
//! `page` prepares what the template `report.html` shows. The template escapes every text.

mod page;

use crate::report::stored_run::StoredRun;
use minijinja::{Environment, UndefinedBehavior, context, value::Serde};
use page::make_pages;

/// The name ends with `.html`, which turns escaping on.
const TEMPLATE: &str = "report.html";

/// The text of `report.html`.
///
/// # Panics
/// If the template is wrong, which a test of this module finds.
pub(super) fn render_html(runs: &[StoredRun]) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_template(TEMPLATE, include_str!("report.html")).expect("the template parses");
    let template = environment.get_template(TEMPLATE).expect("the template was added");
    let mut text =
        template.render(context! { pages => Serde(make_pages(runs)) }).expect("the page has what the template reads");
    text.push('\n');
    text
}
