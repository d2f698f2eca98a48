//! Graphs in the language of Graphviz.

use super::state_drawing::{GONE, NEW};
use super::suite_diagram::{SuiteDiagram, SuiteKindDiagram};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The text of a DOT file: one cluster for each resource kind. Ends with a line feed.
#[must_use]
pub fn render_dot(diagram: &SuiteDiagram) -> String {
    let mut out = format!("digraph {} {{\n", quote_text(&diagram.suite));
    out.push_str("    rankdir=LR;\n    node [shape=box, style=rounded];\n");
    for (index, kind) in diagram.kinds.iter().enumerate() {
        write_kind(&mut out, index + 1, kind);
    }
    out.push_str("}\n");
    out
}

fn write_kind(out: &mut String, number: usize, kind: &SuiteKindDiagram) {
    let ends = kind.arrows.iter().flat_map(|arrow| [&arrow.from, &arrow.to]);
    let states: BTreeSet<&String> = ends.chain(&kind.apart).collect();
    let name = |state: &str| quote_text(&format!("{} {state}", kind.kind));
    let _ = writeln!(out, "    subgraph cluster_{number} {{\n        label={};", quote_text(&kind.kind));
    for state in states {
        let shape = if state == NEW || state == GONE { ", shape=ellipse, style=dashed" } else { "" };
        let _ = writeln!(out, "        {} [label={}{shape}];", name(state), quote_text(state));
    }
    for arrow in &kind.arrows {
        let (label, title) = (quote_text(&arrow.label), quote_text(&arrow.title));
        let _ = writeln!(out, "        {} -> {} [label={label}, tooltip={title}];", name(&arrow.from), name(&arrow.to));
    }
    out.push_str("    }\n");
}

/// A string in double quotes. Graphviz reads `\"` as a quote and leaves other escapes to labels.
fn quote_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
