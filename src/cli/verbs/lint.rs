//! `probity lint`: errors, warnings and notes of suites.

use crate::campaign::{self, DecidabilityCheck};
use crate::cli::args::LintArguments;
use crate::cli::embedded::find_store;
use crate::cli::own_pages::OwnPages;
use crate::limits::RequestedLimits;
use crate::oracle::ClauseDecidability;
use crate::plan::SuiteHints;
use crate::schema::catalog::Citation;
use crate::session::{ExitKind, LoadedSuite, RunStart, SuiteStore, UserError, pick_worst};
use crate::suite::{self, LintInputs, ProblemSeverity, SuiteProblem, UnreachedClause};
use crate::terminal;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Lints each suite; exit 4 if a suite has an error.
pub fn lint_suites(arguments: &LintArguments) -> Result<ExitKind, UserError> {
    let store = find_store()?;
    let names = store.select_suites(&arguments.suites)?;
    let today = RunStart::now().date;
    let mut exits = Vec::new();
    for name in names {
        match store.load_untyped(&name, &today) {
            Ok(loaded) => exits.push(lint_suite(&store, &loaded, arguments)?),
            // The other suites are linted too, so that one call shows every problem.
            Err(error) => {
                terminal::print_error_line(&error.to_string());
                exits.push(error.exit);
            }
        }
    }
    Ok(pick_worst(&exits))
}

fn lint_suite(store: &SuiteStore, loaded: &LoadedSuite, arguments: &LintArguments) -> Result<ExitKind, UserError> {
    let citations = read_citations(store, &loaded.suite.catalog)?;
    let pages = arguments.pages.as_ref().map(|folder| OwnPages::open(folder, &loaded.schemas.catalog)).transpose()?;
    let fresh = |citation: &Citation| pages.as_ref().map_or(Ok(()), |pages| pages.check_citation(citation));
    let page_text = |page: &str| {
        let copy = pages.as_ref()?.find_page(page).filter(|copy| copy.same_edition)?;
        Some(copy.text)
    };
    let unreached = find_unreached_clauses(loaded);
    let evidence = LintInputs {
        citations: citations.as_deref(),
        fresh: pages.is_some().then_some(&fresh),
        page_text: pages.is_some().then_some(&page_text),
        unreached: Some(&unreached),
    };
    let found = suite::lint_suite(&loaded.suite.files, &loaded.suite, &loaded.schemas, evidence);
    let shown: Vec<SuiteProblem> = found
        .iter()
        .filter(|problem| !arguments.no_notes || problem.severity != ProblemSeverity::Note)
        .cloned()
        .collect();
    terminal::print_text(&suite::render_problems(&shown, &loaded.text));
    let count = |severity: ProblemSeverity| found.iter().filter(|problem| problem.severity == severity).count();
    terminal::print_line(&format!(
        "{}: {} errors, {} warnings, {} notes",
        loaded.file,
        count(ProblemSeverity::Error),
        count(ProblemSeverity::Warning),
        count(ProblemSeverity::Note)
    ));
    Ok(if suite::has_errors(&found) { ExitKind::BadInput } else { ExitKind::Passed })
}

/// The clauses that a search does not reach, with the mock's callers and the pools of the suite.
fn find_unreached_clauses(loaded: &LoadedSuite) -> BTreeMap<String, UnreachedClause> {
    let (model, schemas) = (&loaded.model, &loaded.schemas);
    let hints = Arc::new(SuiteHints::new(model, schemas));
    let limits = campaign::make_mock_limits(model, schemas, &RequestedLimits::NONE.for_mock());
    let found = DecidabilityCheck::new(model.clone(), schemas.clone(), hints, limits).list_decidability();
    let unreached = found.into_iter().filter_map(|(id, standing)| match standing {
        ClauseDecidability::Unreachable(why) => Some((id, UnreachedClause::CannotApply(why))),
        ClauseDecidability::NotReached(bounds) => Some((id, UnreachedClause::NotReached(bounds))),
        ClauseDecidability::Reachable | ClauseDecidability::Unobservable(_) => None,
    });
    unreached.collect()
}

/// The locked citations of a catalog; none without a lock file.
fn read_citations(store: &SuiteStore, api: &str) -> Result<Option<Vec<Citation>>, UserError> {
    let Some(bytes) = store.open_catalog(api)?.read("citations.json") else {
        return Ok(None);
    };
    let read = serde_json::from_slice(&bytes);
    read.map(Some).map_err(|error| {
        UserError::input(
            format!("schemas/{api}/citations.json"),
            format!("the file is not a list of citations: {error}"),
            "derive the schemas again",
        )
    })
}
