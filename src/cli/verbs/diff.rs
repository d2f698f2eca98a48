//! `probity diff`: where two derived references differ, and which clauses cite the lines.

use crate::cli::args::DiffArguments;
use crate::cli::embedded::find_store;
use crate::pages::reference_diff::{DerivedReference, ReferenceChange, compare_references, render_changes};
use crate::schema::catalog::SourceLines;
use crate::session::{ExitKind, RunStart, UserError};
use crate::terminal;
use std::path::Path;

/// Prints the differences between two folders that `derive` wrote.
pub fn compare_folders(arguments: &DiffArguments) -> Result<ExitKind, UserError> {
    let old = load_reference(&arguments.old)?;
    let new = load_reference(&arguments.new)?;
    let changes = compare_references(&old, &new);
    let clauses = list_citing_clauses(&old.catalog.api);
    let cited = |change: &ReferenceChange| -> Vec<String> {
        let Some(at) = &change.old_at else { return Vec::new() };
        let touches = |it: &SourceLines| it.page == at.page && it.first <= at.last && at.first <= it.last;
        let citing = clauses.iter().filter(|(_, cites)| cites.iter().any(touches));
        citing.map(|(name, _)| name.clone()).collect()
    };
    terminal::print_text(&render_changes(&changes, &cited));
    Ok(ExitKind::Passed)
}

fn load_reference(folder: &Path) -> Result<DerivedReference, UserError> {
    DerivedReference::load(folder).map_err(|error| {
        UserError::input(error.path.display().to_string(), error.cause, "name a folder that `probity derive` wrote")
    })
}

/// The clauses of the suites of an API with their citations, as `suite::clause`. Suites that cannot be read cite nothing.
fn list_citing_clauses(api: &str) -> Vec<(String, Vec<SourceLines>)> {
    let Ok(store) = find_store() else { return Vec::new() };
    let today = RunStart::now().date;
    let mut out = Vec::new();
    for name in store.list_suites().unwrap_or_default() {
        let Ok(loaded) = store.load(&name, &today) else { continue };
        if loaded.schemas.catalog.api != api {
            continue;
        }
        for clause in &loaded.suite.clauses {
            out.push((format!("{name}::{}", clause.id), clause.cites.clone()));
        }
    }
    out
}
