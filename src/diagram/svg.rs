//! One SVG image for all resource kinds of a suite.

use super::state_drawing::{StateDrawing, draw_states};
use super::suite_diagram::SuiteDiagram;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;

/// More distance than in reports, where labels are counts.
const SPREAD: f64 = 1.45;
/// Height of the title above the drawing of a kind.
const TITLE_HEIGHT: f64 = 40.0;

#[derive(Serialize)]
struct PlacedDrawing {
    kind: String,
    /// Distance from the top of the image.
    top: String,
    drawing: StateDrawing,
    apart: String,
}

/// The text of an SVG image with the drawings below one another, without scripts and without other files.
///
/// # Panics
/// If the template is wrong, which the tests find.
#[must_use]
pub fn render_svg(diagram: &SuiteDiagram) -> String {
    let (mut height, mut width) = (0.0, 0.0_f64);
    let mut kinds = Vec::new();
    for kind in &diagram.kinds {
        let drawing = draw_states(&kind.arrows, SPREAD);
        let size = |length: &str| length.parse::<f64>().expect("a length is a number");
        let next = height + TITLE_HEIGHT + size(&drawing.height);
        width = width.max(size(&drawing.width));
        kinds.push(PlacedDrawing {
            kind: kind.kind.clone(),
            top: format!("{height:.1}"),
            drawing,
            apart: kind.apart.join(", "),
        });
        height = next;
    }
    let values = context! {
        suite => diagram.suite.as_str(), width => format!("{width:.1}"), height => format!("{height:.1}"), kinds => Serde(kinds)
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters differ"));
    let text = environment.render_str(include_str!("suite_diagram.svg"), values);
    let mut text = text.expect("the values are what the template reads");
    text.push('\n');
    text
}
