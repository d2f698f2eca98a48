//! Renders a page of HTML from a template, in the style of all pages: without scripts and without other files.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};

/// The name ends with `.html`, which turns escaping on.
const TEMPLATE: &str = "page.html";
/// What a template includes for the style sheet.
const STYLE: &str = "report.css.html";
/// What a template includes for everything before the body; the title is the value `headline`.
const HEAD: &str = "page_head.html";

/// Renders a template, which includes `page_head.html` for everything before the body. Each value is escaped. Ends with a line feed.
///
/// # Panics
/// If the template is wrong, or reads what `values` does not have: tests of each page find that.
#[must_use]
pub fn render_html_template(source: &'static str, values: Value) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters differ"));
    environment.add_template(TEMPLATE, source).expect("the template parses");
    environment.add_template(STYLE, include_str!("report.css")).expect("the style sheet parses");
    environment.add_template(HEAD, include_str!("page_head.html")).expect("the head parses");
    let template = environment.get_template(TEMPLATE).expect("the template was added");
    let mut text = template.render(values).expect("the values are what the template reads");
    text.push('\n');
    text
}
