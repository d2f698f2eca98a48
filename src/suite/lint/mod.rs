//! What a suite that parses may still have wrong: types, citations, clauses that never
//! apply, and what it leaves unsaid.

mod citations;
mod observe;
mod overlap;
mod reach;
mod silence;
mod sketch;
mod spoken;
mod spots;
mod typing;

use super::problem::{Problem, Severity};
use super::sheets::{Sheets, pages_of};
use super::types::{Place, Suite};
use crate::schema::Schemas;
use crate::schema::catalog::Citation;
use spots::Spots;
use std::collections::BTreeSet;

pub use silence::{SilentCell, silent_cells};
pub(super) use spots::citations_in;

/// Whether a page still says what a citation was locked to; the error says what became of it.
pub type Freshness<'a> = &'a dyn Fn(&Citation) -> Result<(), String>;

/// What the lint knows besides the suite and its schemas.
#[derive(Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// The lock file; none if there is none, and then citations are not checked.
    pub citations: Option<&'a [Citation]>,
    /// Against the reader's own copy of the pages, where one is given.
    pub fresh: Option<Freshness<'a>>,
    /// Ids of the clauses that some walk through the model reaches, where that was tried.
    pub reachable: Option<&'a BTreeSet<String>>,
}

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

/// The suite under scrutiny and what was found so far.
struct Lint<'a> {
    file: &'a str,
    suite: &'a Suite,
    schemas: &'a Schemas,
    spots: Spots<'a>,
    problems: Vec<Problem>,
}

impl<'a> Lint<'a> {
    fn begin(sheets: &'a Sheets, suite: &'a Suite, schemas: &'a Schemas) -> Lint<'a> {
        let operations: Vec<&str> = schemas.catalog.operations.iter().map(|operation| operation.id.as_str()).collect();
        let (tree, _) = sheets.tree(&pages_of(&schemas.catalog), &operations);
        let spots = Spots { text: sheets.text(), tree };
        Lint { file: sheets.whence(0).0, suite, schemas, spots, problems: Vec::new() }
    }

    fn error(&mut self, place: Place, code: &'static str, message: String, hint: Option<String>) {
        self.tell(Severity::Error, place, code, message, hint);
    }

    fn warn(&mut self, place: Place, code: &'static str, message: String, hint: Option<String>) {
        self.tell(Severity::Warning, place, code, message, hint);
    }

    fn note(&mut self, place: Place, code: &'static str, message: String) {
        self.tell(Severity::Note, place, code, message, None);
    }

    fn tell(&mut self, severity: Severity, place: Place, code: &'static str, message: String, hint: Option<String>) {
        let file = self.file.to_string();
        self.problems.push(Problem { file, place, severity, code, message, hint, excerpt: None });
    }
}
