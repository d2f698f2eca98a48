//! The entry points of the lint.

use super::context::{Evidence, Lint};
use super::{citations, observe, overlap, reach, silence, typing};
use crate::schema::Schemas;
use crate::suite::problem::{Problem, Severity};
use crate::suite::sheets::Sheets;
use crate::suite::types::Suite;

/// Every problem of a parsed suite, in the order of lines. `suite` was parsed from `sheets`.
pub fn lint(sheets: &Sheets, suite: &Suite, schemas: &Schemas, evidence: Evidence) -> Vec<Problem> {
    let mut lint = Lint::begin(sheets, suite, schemas);
    typing::check(&mut lint);
    citations::check(&mut lint, evidence);
    reach::check(&mut lint, evidence.reachable);
    overlap::check(&mut lint);
    silence::check(&mut lint);
    observe::check(&mut lint);
    sheets.told(lint.problems)
}

/// The type errors of a suite: expressions that read a field absent from schemas, pools and resources. A suite with
/// type errors cannot be used for a run.
pub fn ill_typed(sheets: &Sheets, suite: &Suite, schemas: &Schemas) -> Vec<Problem> {
    let mut lint = Lint::begin(sheets, suite, schemas);
    typing::check(&mut lint);
    lint.problems.retain(|problem| problem.severity == Severity::Error);
    sheets.told(lint.problems)
}
