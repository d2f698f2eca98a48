//! The state shared by the checks of the lint.

use super::merged_tree::MergedTree;
use crate::schema::CompiledCatalog;
use crate::schema::catalog::Citation;
use crate::suite::pages::collect_page_digests;
use crate::suite::place::SuitePlace;
use crate::suite::problem::{ProblemSeverity, SuiteProblem};
use crate::suite::suite_files::SuiteFiles;
use crate::suite::types::Suite;
use std::collections::BTreeMap;

/// Checks that a page still has the text of a locked citation; the error describes the difference.
pub type CitationCheck<'a> = &'a dyn Fn(&Citation) -> Result<(), String>;

/// The text of a page by id, if a copy has the text from which the catalog was derived.
pub type PageText<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Inputs of the lint besides the suite and the schemas.
#[derive(Clone, Copy, Default)]
pub struct LintInputs<'a> {
    /// The lock file. Without a lock file, citations are not checked.
    pub citations: Option<&'a [Citation]>,
    /// The check against a local copy of the pages, if there is a copy.
    pub fresh: Option<CitationCheck<'a>>,
    /// The texts of the pages, if there is a local copy.
    pub page_text: Option<PageText<'a>>,
    /// The clauses that a search through the model did not reach, by id, if the search ran.
    pub unreached: Option<&'a BTreeMap<String, UnreachedClause>>,
}

/// Why a search through the model did not reach a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreachedClause {
    /// The clause cannot apply; with the condition that cannot hold.
    CannotApply(String),
    /// The bounds of the search, beyond which the clause may apply.
    NotReached(String),
}

/// The suite under check and the problems found so far.
pub(super) struct LintContext<'a> {
    pub(super) file: &'a str,
    pub(super) suite: &'a Suite,
    pub(super) schemas: &'a CompiledCatalog,
    pub(super) tree: MergedTree<'a>,
    pub(super) problems: Vec<SuiteProblem>,
}

impl<'a> LintContext<'a> {
    pub(super) fn new(sheets: &'a SuiteFiles, suite: &'a Suite, schemas: &'a CompiledCatalog) -> LintContext<'a> {
        let operations: Vec<&str> = schemas.catalog.operations.iter().map(|operation| operation.id.as_str()).collect();
        let (tree, _) = sheets.merge_trees(&collect_page_digests(&schemas.catalog), &operations);
        let spots = MergedTree { text: sheets.text(), tree };
        LintContext { file: sheets.find_file(0).0, suite, schemas, tree: spots, problems: Vec::new() }
    }

    pub(super) fn report_error(
        &mut self,
        place: SuitePlace,
        code: &'static str,
        message: String,
        hint: Option<String>,
    ) {
        self.report_problem(ProblemSeverity::Error, place, code, message, hint);
    }

    pub(super) fn report_warning(
        &mut self,
        place: SuitePlace,
        code: &'static str,
        message: String,
        hint: Option<String>,
    ) {
        self.report_problem(ProblemSeverity::Warning, place, code, message, hint);
    }

    pub(super) fn report_note(&mut self, place: SuitePlace, code: &'static str, message: String) {
        self.report_problem(ProblemSeverity::Note, place, code, message, None);
    }

    fn report_problem(
        &mut self,
        severity: ProblemSeverity,
        place: SuitePlace,
        code: &'static str,
        message: String,
        hint: Option<String>,
    ) {
        let file = self.file.to_string();
        self.problems.push(SuiteProblem { file, place, severity, code, message, hint, excerpt: None });
    }
}
