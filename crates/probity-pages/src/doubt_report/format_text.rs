//! Doubts as text for the terminal and as Markdown.

use super::listing::{DoubtListing, ListedDoubt};
use probity_input::escape_line;
use std::fmt::Write;

/// Renders doubts for the terminal.
#[must_use]
pub fn render_doubts_text(listing: &DoubtListing) -> String {
    let mut text = format!("{}: {} doubts\n", listing.api, listing.doubts.len());
    let mut group = String::new();
    for listed in &listing.doubts {
        let head = listing.head_group(listed);
        if head != group {
            let _ = writeln!(text, "\n{head}");
            group = head;
        }
        let _ = writeln!(text, "\n{}  ({})", listed.doubt.id, listed.weight.word());
        for (index, side) in listed.doubt.sides.iter().enumerate() {
            let mark = if listed.doubt.taken == Some(index) { "taken" } else { "     " };
            let at = side.at.as_ref().map(|at| format!(" [{at}]")).unwrap_or_default();
            let _ = writeln!(text, "  {mark}  {}{at}", escape_line(&side.says));
        }
        let _ = writeln!(text, "  rule   {}", listed.doubt.rule);
        if let Some(ruling) = describe_ruling(listed) {
            let _ = writeln!(text, "  ruling {ruling}");
        }
    }
    for id in &listing.gone {
        let _ = writeln!(text, "\n{id}\n  ruling about a doubt that the pages no longer raise");
    }
    text.push('\n');
    text
}

/// Renders doubts as Markdown, one table for each group.
#[must_use]
pub fn render_doubts_markdown(listing: &DoubtListing) -> String {
    let mut text = format!("# Doubts of {}\n\n{} doubts.\n", escape_cell(&listing.api), listing.doubts.len());
    let mut group: Option<String> = None;
    for listed in &listing.doubts {
        let head = listing.head_group(listed);
        if group.as_ref() != Some(&head) {
            if !head.is_empty() {
                let _ = write!(text, "\n## {}\n", escape_cell(&head));
            }
            text.push_str("\n| doubt | weight | sides | taken | ruling |\n|---|---|---|---|---|\n");
            group = Some(head);
        }
        let side = |nth: usize| {
            let side = &listed.doubt.sides[nth];
            let place = listed.files[nth].as_deref().zip(side.at.as_ref());
            let at = place.map(|(file, at)| format!(" ({file}:{})", at.first)).unwrap_or_default();
            escape_cell(&format!("{}{at}", side.says))
        };
        let sides: Vec<String> = (0..listed.doubt.sides.len()).map(side).collect();
        let taken = listed.doubt.taken.map_or(String::new(), |nth| escape_cell(&listed.doubt.sides[nth].says));
        let ruling = escape_cell(&describe_ruling(listed).unwrap_or_default());
        let _ = writeln!(
            text,
            "| {} | {} | {} | {taken} | {ruling} |",
            escape_cell(&listed.doubt.id),
            listed.weight.word(),
            sides.join("<br>")
        );
    }
    for id in &listing.gone {
        let _ = writeln!(text, "\nThe ruling about {} has no doubt any more.", escape_cell(id));
    }
    text
}

/// The ruling on one line, with a flag if the page changed.
pub(super) fn describe_ruling(listed: &ListedDoubt) -> Option<String> {
    let ruling = listed.ruling.as_ref()?;
    let flag = if ruling.stale { " (the page changed after the ruling)" } else { "" };
    Some(format!("{}: {}{flag}", escape_line(&ruling.take), escape_line(&ruling.because)))
}

/// A text inside of a Markdown table.
fn escape_cell(text: &str) -> String {
    let mut out = String::new();
    for c in escape_line(text).chars() {
        if matches!(c, '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '\\' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
