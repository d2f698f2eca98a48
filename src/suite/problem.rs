//! Problems of a suite file, and their text for a terminal.

use super::place::SuitePlace;
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
        let _ = writeln!(out, "{problem}");
        let line = (problem.place.line as usize).checked_sub(1).and_then(|n| lines.get(n).copied());
        let line = problem.excerpt.as_deref().or(line);
        if let Some(line) = line {
            let number = problem.place.line.to_string();
            let margin = " ".repeat(number.len());
            let _ = writeln!(out, " {number} | {}", line.trim_end());
            let _ = writeln!(out, " {margin} | {}^", build_caret_indent(line, problem.place.column));
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
