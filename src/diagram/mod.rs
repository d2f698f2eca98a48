//! Diagrams of the states of resource kinds: as coordinates, and those of a suite as SVG, Mermaid and DOT.
//!
//! The module does not know campaigns, reports or files. Modules in reading order: `suite_diagram`, `state_drawing`,
//! `mermaid`, `dot`, `svg`.

mod dot;
mod mermaid;
mod state_drawing;
mod suite_diagram;
mod svg;

#[cfg(test)]
mod tests;

pub use dot::render_dot;
pub use mermaid::render_mermaid;
pub use state_drawing::{GONE, NEW, StateArrow, StateDrawing, draw_states};
pub use suite_diagram::{SuiteDiagram, SuiteKindDiagram, make_suite_diagram};
pub use svg::render_svg;
