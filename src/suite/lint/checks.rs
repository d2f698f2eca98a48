//! The checks of the lint, one after the other.

use super::context::{Evidence, Lint};
use super::{citations, observe, overlap, reach, silence, typing};
use crate::schema::Schemas;
use crate::suite::problem::{Problem, Severity};
use crate::suite::sheets::Sheets;
use crate::suite::types::Suite;

/// Everything questionable in a suite, in the order of its lines. `sheets` is what `suite` was parsed
/// from.
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

/// What makes a suite unfit to judge by: expressions that ask for what no schema, pool or resource has.
pub fn ill_typed(sheets: &Sheets, suite: &Suite, schemas: &Schemas) -> Vec<Problem> {
    let mut lint = Lint::begin(sheets, suite, schemas);
    typing::check(&mut lint);
    lint.problems.retain(|problem| problem.severity == Severity::Error);
    sheets.told(lint.problems)
}
