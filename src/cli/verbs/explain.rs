//! `probity explain`: one clause, or one step of a history.

use super::judge::{last_of, replayed};
use crate::cli::exit::Exit;
use crate::cli::own_pages::OwnPages;
use crate::cli::shelf::{Loaded, Shelf};
use crate::cli::wrong::{Wrong, meant};
use crate::cli::{clock, out, typed};
use crate::model::ClauseId;
use crate::report::{self, Report};
use std::path::Path;

/// Prints what is known of a clause, and why a step was judged as it was.
pub fn explain(typed: &typed::Explain) -> Result<Exit, Wrong> {
    if typed.clause.is_none() && typed.why.is_none() {
        return Err(Wrong::usage(
            "explain",
            "it names neither a clause nor a step",
            "name a clause, or give --why STEP --history FILE",
        ));
    }
    let shelf = Shelf::find(Path::new(""))?;
    if let Some(name) = &typed.clause {
        let today = clock::Began::now().day;
        for (loaded, clause) in named(&shelf, name, &today)? {
            out::print(&clause_text(&loaded, clause, typed)?);
        }
    }
    if let (Some(step), Some(file)) = (typed.why, &typed.history) {
        let step = step
            .checked_sub(1)
            .ok_or_else(|| Wrong::usage("--why 0", "steps count from 1", "give the number that the witness shows"))?;
        let (loaded, history) = last_of(&shelf, file, typed.plan)?;
        let (_, seen) = replayed(&loaded, &history, true)?;
        out::print(&report::why(&loaded.model, &history, &seen, step));
    }
    Ok(Exit::Passed)
}

fn clause_text(loaded: &Loaded, clause: ClauseId, typed: &typed::Explain) -> Result<String, Wrong> {
    let last = last_report(loaded, &typed.reports);
    let id = &loaded.model.info(clause).id;
    let row = last.as_ref().and_then(|report| report.clause(id));
    let pages = typed.pages.as_ref().map(|folder| OwnPages::open(folder, &loaded.schemas.catalog)).transpose()?;
    let page = |id: &str| pages.as_ref().and_then(|pages| pages.page(id));
    Ok(report::explain(&loaded.model, clause, row, pages.is_some().then_some(&page)))
}

/// The clause in each suite that has it.
fn named(shelf: &Shelf, name: &str, today: &str) -> Result<Vec<(Loaded, ClauseId)>, Wrong> {
    let (suites, id) = match name.split_once("::") {
        Some((suite, id)) => (shelf.select(&[suite.to_string()])?, id),
        None => (shelf.select(&[])?, name),
    };
    let mut found = Vec::new();
    let mut known = Vec::new();
    for suite in suites {
        let loaded = shelf.load(&suite, today)?;
        match loaded.model.named(id) {
            Some(clause) => found.push((loaded, clause)),
            None => known.extend(loaded.model.clauses.iter().map(|info| info.id.clone())),
        }
    }
    if found.is_empty() {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(Wrong::usage(format!("clause `{name}`"), "no suite has a clause of that id", meant(id, &known)));
    }
    Ok(found)
}

/// The last report of this very suite; one of an older text of it says nothing of this clause.
fn last_report(loaded: &Loaded, reports: &Path) -> Option<Report> {
    let text = std::fs::read_to_string(reports.join(&loaded.name).join("report.json")).ok()?;
    let report = Report::read(&text).ok()?;
    (report.suite.digest == loaded.suite.digest).then_some(report)
}
