//! `probity lint`: what is wrong or left open in suites.

use crate::campaign::{self, Standings};
use crate::cli::exit::{Exit, worst};
use crate::cli::own_pages::OwnPages;
use crate::cli::shelf::{Loaded, Shelf};
use crate::cli::wrong::Wrong;
use crate::cli::{clock, out, typed};
use crate::limits::RequestedLimits;
use crate::plan::Hints;
use crate::schema::catalog::Citation;
use crate::suite::{self, Evidence, Problem, Severity};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Lints each suite; 4 if one has an error.
pub fn lint(typed: &typed::Lint) -> Result<Exit, Wrong> {
    let shelf = Shelf::find(Path::new(""))?;
    let names = shelf.select(&typed.suites)?;
    let today = clock::Began::now().day;
    let mut exits = Vec::new();
    for name in names {
        match shelf.load_ill_typed(&name, &today) {
            Ok(loaded) => exits.push(one(&shelf, &loaded, typed)?),
            // The other suites are looked at too: one reading shows everything that is wrong.
            Err(wrong) => {
                eprintln!("{wrong}");
                exits.push(wrong.exit);
            }
        }
    }
    Ok(worst(&exits))
}

fn one(shelf: &Shelf, loaded: &Loaded, typed: &typed::Lint) -> Result<Exit, Wrong> {
    let citations = citations(shelf, &loaded.suite.catalog)?;
    let pages = typed.pages.as_ref().map(|folder| OwnPages::open(folder, &loaded.schemas.catalog)).transpose()?;
    let fresh = |citation: &Citation| pages.as_ref().map_or(Ok(()), |pages| pages.fresh(citation));
    let reachable = reachable(loaded);
    let evidence = Evidence {
        citations: citations.as_deref(),
        fresh: pages.is_some().then_some(&fresh),
        reachable: Some(&reachable),
    };
    let found = suite::lint(&loaded.suite.sheets, &loaded.suite, &loaded.schemas, evidence);
    let shown: Vec<Problem> =
        found.iter().filter(|it| !typed.no_notes || it.severity != Severity::Note).cloned().collect();
    out::print(&suite::render(&shown, &loaded.text));
    let count = |severity: Severity| found.iter().filter(|it| it.severity == severity).count();
    out::line(&format!(
        "{}: {} errors, {} warnings, {} notes",
        loaded.file,
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Note)
    ));
    Ok(if suite::has_errors(&found) { Exit::BadInput } else { Exit::Passed })
}

/// Clauses that calls at the mock, with its callers and the suite's own pools, may make apply.
fn reachable(loaded: &Loaded) -> BTreeSet<String> {
    let (model, schemas) = (&loaded.model, &loaded.schemas);
    let hints = Arc::new(Hints::new(model, schemas));
    let limits = campaign::mock_limits(model, schemas, &RequestedLimits::NONE.for_mock());
    Standings::new(model.clone(), schemas.clone(), hints, limits).ids()
}

/// The lock file of a catalog; none if there is none.
fn citations(shelf: &Shelf, api: &str) -> Result<Option<Vec<Citation>>, Wrong> {
    let Some(bytes) = shelf.catalog(api)?.read("citations.json") else {
        return Ok(None);
    };
    let read = serde_json::from_slice(&bytes);
    read.map(Some).map_err(|error| {
        Wrong::input(
            format!("schemas/{api}/citations.json"),
            format!("it is not a list of citations: {error}"),
            "derive the schemas again",
        )
    })
}
