//! Mermaid state diagrams, which forges show in Markdown.

use super::state_drawing::{GONE, NEW, StateArrow};
use super::suite_diagram::{SuiteDiagram, SuiteKindDiagram};
use std::fmt::Write;

/// The text of a Mermaid diagram: one composite state for each resource kind. Ends with a line feed.
#[must_use]
pub fn render_mermaid(diagram: &SuiteDiagram) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for (index, kind) in diagram.kinds.iter().enumerate() {
        write_kind(&mut out, index + 1, kind);
    }
    out
}

fn write_kind(out: &mut String, number: usize, kind: &SuiteKindDiagram) {
    let mut states: Vec<&str> = kind.apart.iter().map(String::as_str).collect();
    states.extend(kind.arrows.iter().flat_map(|arrow| [arrow.from.as_str(), arrow.to.as_str()]));
    states.retain(|state| *state != NEW && *state != GONE);
    states.sort_unstable();
    states.dedup();
    let name = |state: &str| match states.iter().position(|known| *known == state) {
        Some(index) => format!("k{number}s{}", index + 1),
        // A created resource comes from the start, a deleted one goes to the end.
        None => "[*]".to_string(),
    };
    let _ = writeln!(out, "    state \"{}\" as k{number} {{", escape_text(&kind.kind));
    for state in &states {
        let _ = writeln!(out, "        state \"{}\" as {}", escape_text(state), name(state));
    }
    for StateArrow { from, to, title, .. } in &kind.arrows {
        let _ = writeln!(out, "        {} --> {} : {}", name(from), name(to), escape_text(title));
    }
    out.push_str("    }\n");
}

/// Characters with a meaning in Mermaid as the entities of Mermaid: `#`, the number of the character, and `;`.
fn escape_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() || " .,_-/()".contains(letter) {
            out.push(letter);
        } else {
            let _ = write!(out, "#{};", u32::from(letter));
        }
    }
    out
}
