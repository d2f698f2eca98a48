//! Differences as text.

use super::comparison::{ChangeKind, ReferenceChange};
use probity_input::{escape_line, shorten_text};
use std::fmt::Write;

/// Longest value in characters.
const VALUE_CHARS_MAX: usize = 80;

/// Renders the differences by operation. `cited_by` returns the clauses that cite the lines of a change.
#[must_use]
pub fn render_changes(changes: &[ReferenceChange], cited_by: &dyn Fn(&ReferenceChange) -> Vec<String>) -> String {
    if changes.is_empty() {
        return "no difference\n".into();
    }
    let mut text = String::new();
    let mut operation = "";
    for change in changes {
        if change.operation != operation {
            operation = &change.operation;
            let _ = writeln!(text, "{operation}");
        }
        let value = |it: &Option<String>| {
            let whole = it.as_deref().unwrap_or_default();
            shorten_text(&escape_line(whole), VALUE_CHARS_MAX).into_owned()
        };
        let place = if change.place.is_empty() { "operation" } else { &change.place };
        let at = change.old_at.as_ref().or(change.new_at.as_ref()).map(|at| format!("  [{at}]")).unwrap_or_default();
        let line = match change.kind {
            ChangeKind::Removed => format!("- {place}: {}", value(&change.old)),
            ChangeKind::Added => format!("+ {place}: {}", value(&change.new)),
            ChangeKind::Changed => format!("~ {place}: {} -> {}", value(&change.old), value(&change.new)),
        };
        let _ = writeln!(text, "  {line}{at}");
        let clauses = cited_by(change);
        if !clauses.is_empty() {
            let _ = writeln!(text, "      cited by {}", clauses.join(", "));
        }
    }
    let _ = writeln!(text, "\n{} differences", changes.len());
    text
}
