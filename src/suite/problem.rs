//! Problems of a suite file, and their text for a terminal.

use super::place::SuitePlace;
use probity_input::escape_line;
use std::fmt::Write;

/// A problem of a suite file, with its place and a hint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SuiteProblem {
    /// The suite file, as named by the caller.
    pub file: String,
    /// Where the problem is.
    pub place: SuitePlace,
    /// Whether the suite can be used.
    pub severity: ProblemSeverity,
    /// Stable code of the kind of problem, in kebab case: `unknown-key`, `silent-cell`.
    pub code: &'static str,
    /// Description of the problem.
    pub message: String,
    /// How to solve the problem.
    pub hint: Option<String>,
    /// The text of the line, if the line is in a base suite.
    pub excerpt: Option<String>,
}

/// Whether a suite with the problem can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemSeverity {
    /// The suite cannot be used.
    Error,
    /// The suite can be used, and is probably not what its author meant.
    Warning,
    /// Nothing is wrong: a case that the pages or the suite leave open.
    Note,
}

impl ProblemSeverity {
    /// The word in front of the message.
    pub fn word(self) -> &'static str {
        match self {
            ProblemSeverity::Error => "error",
            ProblemSeverity::Warning => "warning",
            ProblemSeverity::Note => "note",
        }
    }
}

impl SuiteProblem {
    pub(super) fn new_yaml_problem(file: &str, place: SuitePlace, message: String) -> SuiteProblem {
        let file = file.to_string();
        SuiteProblem {
            file,
            place,
            severity: ProblemSeverity::Error,
            code: "not-yaml",
            message,
            hint: None,
            excerpt: None,
        }
    }
}

impl std::fmt::Display for SuiteProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let SuiteProblem { file, place, severity, code, message, .. } = self;
        write!(f, "{file}:{}:{}: {}[{code}]: {message}", place.line, place.column, severity.word())
    }
}

/// The problems as text, each with its line and a caret under the column. `text` is the text of the suite file.
pub fn render_problems(problems: &[SuiteProblem], text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for problem in problems {
        let _ = writeln!(out, "{}", escape_line(&problem.to_string()));
        let line = (problem.place.line as usize).checked_sub(1).and_then(|n| lines.get(n).copied());
        let line = problem.excerpt.as_deref().or(line);
        if let Some(line) = line {
            let number = problem.place.line.to_string();
            let margin = " ".repeat(number.len());
            let (shown, column) = cut_source_line(line.trim_end(), problem.place.column);
            let _ = writeln!(out, " {number} | {shown}");
            let _ = writeln!(out, " {margin} | {}^", build_caret_indent(&shown, column));
        }
        if let Some(hint) = &problem.hint {
            let _ = writeln!(out, "  hint: {hint}");
        }
    }
    out
}

/// Whether a problem makes the suite unusable.
pub fn has_errors(problems: &[SuiteProblem]) -> bool {
    problems.iter().any(|p| p.severity == ProblemSeverity::Error)
}

/// Most characters of a source line in an error, on both sides of the column.
const SOURCE_CHARS_MAX: usize = 100;

/// The part of a source line around a column, and the column within that part.
fn cut_source_line(line: &str, column: u32) -> (String, u32) {
    let at = (column as usize).saturating_sub(1);
    let cut = at.saturating_sub(SOURCE_CHARS_MAX);
    let rest = line.chars().count().saturating_sub(cut + 2 * SOURCE_CHARS_MAX);
    let part: String = line.chars().skip(cut).take(2 * SOURCE_CHARS_MAX).collect();
    let begins = if cut > 0 { "…" } else { "" };
    let ends = if rest > 0 { "…" } else { "" };
    (format!("{begins}{part}{ends}"), column - cut as u32 + u32::from(cut > 0))
}

/// White space as wide as the text before the column. Tabs are kept, so that the caret lines up.
fn build_caret_indent(line: &str, column: u32) -> String {
    let before = (column as usize).saturating_sub(1);
    line.chars().take(before).map(|c| if c == '\t' { '\t' } else { ' ' }).collect()
}

/// The value that was read, unless a problem is an error.
pub(super) fn require_usable<T>(read: Option<T>, problems: Vec<SuiteProblem>) -> Result<T, Vec<SuiteProblem>> {
    match read {
        Some(read) if !has_errors(&problems) => Ok(read),
        _ => Err(problems),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_source_line_is_cut_around_the_column() {
        let line = format!("{}X{}", "a".repeat(1_000_000), "b".repeat(1_000_000));
        let (shown, column) = cut_source_line(&line, 1_000_001);
        assert_eq!(shown.chars().nth(column as usize - 1), Some('X'));
        assert!(shown.starts_with("…a") && shown.ends_with("b…") && shown.chars().count() < 210, "{shown}");
        assert_eq!(cut_source_line("short", 3), ("short".to_string(), 3));
    }
}
