//! What is wrong with a suite file, and how a terminal shows it.

use super::place::Place;
use std::fmt::Write;

/// One thing wrong with a suite file: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The suite file as the caller named it.
    pub file: String,
    pub place: Place,
    pub severity: Severity,
    /// Short stable name of the kind, in kebab case: `unknown-key`, `silent-cell`.
    pub code: &'static str,
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The line itself, where it stands in a file that the suite builds on.
    pub excerpt: Option<String>,
}

/// Whether a suite can be used in spite of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It cannot be used.
    Error,
    /// It can, and something in it is probably not what was meant.
    Warning,
    /// Nothing is wrong: what the documents or the suite leave open.
    Note,
}

impl Severity {
    /// The word in front of the message.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

impl Problem {
    pub(super) fn not_yaml(file: &str, place: Place, message: String) -> Problem {
        let file = file.to_string();
        Problem { file, place, severity: Severity::Error, code: "not-yaml", message, hint: None, excerpt: None }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Problem { file, place, severity, code, message, .. } = self;
        write!(f, "{file}:{}:{}: {}[{code}]: {message}", place.line, place.column, severity.word())
    }
}

/// The problems with the line each stands in and a caret under its column.
/// `text` is the file that they are about.
pub fn render(problems: &[Problem], text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for problem in problems {
        let _ = writeln!(out, "{problem}");
        let line = (problem.place.line as usize).checked_sub(1).and_then(|n| lines.get(n).copied());
        let line = problem.excerpt.as_deref().or(line);
        if let Some(line) = line {
            let number = problem.place.line.to_string();
            let margin = " ".repeat(number.len());
            let _ = writeln!(out, " {number} | {}", line.trim_end());
            let _ = writeln!(out, " {margin} | {}^", indent_under(line, problem.place.column));
        }
        if let Some(hint) = &problem.hint {
            let _ = writeln!(out, "  hint: {hint}");
        }
    }
    out
}

/// Whether any of them forbids using the suite.
pub fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|p| p.severity == Severity::Error)
}

/// White space as wide as what stands before the column; tabs stay tabs, so that the caret lines up.
fn indent_under(line: &str, column: u32) -> String {
    let before = (column as usize).saturating_sub(1);
    line.chars().take(before).map(|c| if c == '\t' { '\t' } else { ' ' }).collect()
}

/// Whether problems forbid using what was read.
pub(super) fn usable<T>(read: Option<T>, problems: Vec<Problem>) -> Result<T, Vec<Problem>> {
    match read {
        Some(read) if !has_errors(&problems) => Ok(read),
        _ => Err(problems),
    }
}
