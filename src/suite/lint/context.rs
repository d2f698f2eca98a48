//! The state shared by the checks of the lint.

use super::spots::Spots;
use crate::schema::Schemas;
use crate::schema::catalog::Citation;
use crate::suite::pages::pages_of;
use crate::suite::place::Place;
use crate::suite::problem::{Problem, Severity};
use crate::suite::sheets::Sheets;
use crate::suite::types::Suite;
use std::collections::BTreeSet;

/// Checks that a page still has the text of a locked citation; the error describes the difference.
pub type Freshness<'a> = &'a dyn Fn(&Citation) -> Result<(), String>;

/// Inputs of the lint besides the suite and the schemas.
#[derive(Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// The lock file. Without a lock file, citations are not checked.
    pub citations: Option<&'a [Citation]>,
    /// The check against a local copy of the pages, if there is a copy.
    pub fresh: Option<Freshness<'a>>,
    /// Ids of the clauses that a search through the model reached, if the search ran.
    pub reachable: Option<&'a BTreeSet<String>>,
}

/// The suite under check and the problems found so far.
pub(super) struct Lint<'a> {
    pub(super) file: &'a str,
    pub(super) suite: &'a Suite,
    pub(super) schemas: &'a Schemas,
    pub(super) spots: Spots<'a>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Lint<'a> {
    pub(super) fn begin(sheets: &'a Sheets, suite: &'a Suite, schemas: &'a Schemas) -> Lint<'a> {
        let operations: Vec<&str> = schemas.catalog.operations.iter().map(|operation| operation.id.as_str()).collect();
        let (tree, _) = sheets.tree(&pages_of(&schemas.catalog), &operations);
        let spots = Spots { text: sheets.text(), tree };
        Lint { file: sheets.whence(0).0, suite, schemas, spots, problems: Vec::new() }
    }

    pub(super) fn error(&mut self, place: Place, code: &'static str, message: String, hint: Option<String>) {
        self.tell(Severity::Error, place, code, message, hint);
    }

    pub(super) fn warn(&mut self, place: Place, code: &'static str, message: String, hint: Option<String>) {
        self.tell(Severity::Warning, place, code, message, hint);
    }

    pub(super) fn note(&mut self, place: Place, code: &'static str, message: String) {
        self.tell(Severity::Note, place, code, message, None);
    }

    fn tell(&mut self, severity: Severity, place: Place, code: &'static str, message: String, hint: Option<String>) {
        let file = self.file.to_string();
        self.problems.push(Problem { file, place, severity, code, message, hint, excerpt: None });
    }
}
