//! The entry points of the lint.

use super::context::{LintContext, LintInputs};
use super::{citations, conditions, observability, overlap, reachability, silent_cells, typing};
use crate::schema::CompiledCatalog;
use crate::suite::problem::{ProblemSeverity, SuiteProblem};
use crate::suite::questions::note_open_questions;
use crate::suite::suite_files::SuiteFiles;
use crate::suite::types::Suite;

/// Every problem of a parsed suite, in the order of lines. `suite` was parsed from `sheets`.
pub fn lint_suite(
    sheets: &SuiteFiles,
    suite: &Suite,
    schemas: &CompiledCatalog,
    evidence: LintInputs,
) -> Vec<SuiteProblem> {
    let mut lint = LintContext::new(sheets, suite, schemas);
    typing::check_types(&mut lint);
    citations::check_citations(&mut lint, evidence);
    conditions::note_uncited_conditions(&mut lint, evidence);
    reachability::check_reachability(&mut lint, evidence.unreached);
    overlap::check_overlaps(&mut lint);
    silent_cells::check_silent_cells(&mut lint);
    observability::check_observability(&mut lint);
    lint.problems.extend(note_open_questions(sheets.find_file(0).0, sheets.get_own_text()));
    sheets.place_problems(lint.problems)
}

/// The type errors of a suite: expressions that read a field absent from schemas, pools and resources. A suite with
/// type errors cannot be used for a run.
pub fn find_type_errors(sheets: &SuiteFiles, suite: &Suite, schemas: &CompiledCatalog) -> Vec<SuiteProblem> {
    let mut lint = LintContext::new(sheets, suite, schemas);
    typing::check_types(&mut lint);
    lint.problems.retain(|problem| problem.severity == ProblemSeverity::Error);
    sheets.place_problems(lint.problems)
}
