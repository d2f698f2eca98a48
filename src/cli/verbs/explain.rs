//! `probity explain`: a clause, or a step of a history.

use crate::cli::args::ExplainArguments;
use crate::cli::embedded::find_store;
use crate::cli::own_pages::OwnPages;
use crate::cli::recorded::{judge_again, read_plan_history};
use crate::mock;
use crate::model::ClauseId;
use crate::report::{self, REPORT_BYTES_MAX, Report};
use crate::session::{ExitKind, LoadedSuite, RunStart, SuiteStore, UserError, suggest_name};
use crate::terminal;
use probity_input::read_input_text;
use std::path::Path;

/// Prints the facts about a clause, and why a step was judged as it was.
pub fn explain_clause_or_step(arguments: &ExplainArguments) -> Result<ExitKind, UserError> {
    if arguments.clause.is_none() && arguments.why.is_none() {
        return Err(UserError::usage(
            "explain",
            "neither a clause nor a step is named",
            "name a clause, or give --why STEP --history FILE",
        ));
    }
    let store = find_store()?;
    if let Some(name) = &arguments.clause {
        let today = RunStart::now().date;
        for (loaded, clause) in find_clause(&store, name, &today)? {
            terminal::print_text(&render_clause(&loaded, clause, arguments)?);
        }
    }
    if let (Some(step), Some(file)) = (arguments.why, &arguments.history) {
        let step = step.checked_sub(1).ok_or_else(|| {
            UserError::usage("--why 0", "steps count from 1", "give the number of the step in the counterexample")
        })?;
        let (loaded, history) = read_plan_history(&store, file, arguments.plan)?;
        let (_, seen) = judge_again(&loaded, &history, true);
        terminal::print_text(&report::explain_step(&loaded.model, &history, &seen, step));
    }
    Ok(ExitKind::Passed)
}

fn render_clause(loaded: &LoadedSuite, clause: ClauseId, arguments: &ExplainArguments) -> Result<String, UserError> {
    let last = read_last_report(loaded, &arguments.reports);
    let id = &loaded.model.clause_info(clause).id;
    let row = last.as_ref().and_then(|report| report.find_clause(id));
    let pages = arguments.pages.as_ref().map(|folder| OwnPages::open(folder, &loaded.schemas.catalog)).transpose()?;
    let page = |id: &str| pages.as_ref().and_then(|pages| pages.find_page(id));
    let mutants = mock::list_mutants(&loaded.model, &loaded.schemas).into_iter();
    let mutants: Vec<String> = mutants.filter(|mutant| mutant.clause == clause).map(|mutant| mutant.name).collect();
    let tests = report::explain_clause_testing(&loaded.model, clause, row, &mutants);
    Ok(report::explain_clause(&loaded.model, clause, row, pages.is_some().then_some(&page)) + &tests)
}

/// The clause of this id, in each suite that has one.
fn find_clause(store: &SuiteStore, name: &str, today: &str) -> Result<Vec<(LoadedSuite, ClauseId)>, UserError> {
    let (suites, id) = match name.split_once("::") {
        Some((suite, id)) => (store.select_suites(&[suite.to_string()])?, id),
        None => (store.select_suites(&[])?, name),
    };
    let mut found = Vec::new();
    let mut known = Vec::new();
    for suite in suites {
        let loaded = store.load(&suite, today)?;
        match loaded.model.find_clause(id) {
            Some(clause) => found.push((loaded, clause)),
            None => known.extend(loaded.model.clauses.iter().map(|info| info.id.clone())),
        }
    }
    if found.is_empty() {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let remedy = suggest_name(id, &known);
        return Err(UserError::usage(format!("clause `{name}`"), "no suite has a clause of that id", remedy));
    }
    Ok(found)
}

/// The last report of this suite; none if the suite has changed since the report.
fn read_last_report(loaded: &LoadedSuite, reports: &Path) -> Option<Report> {
    let text = read_input_text(&reports.join(&loaded.name).join("report.json"), REPORT_BYTES_MAX).ok()?;
    let report = Report::read(&text).ok()?;
    (report.suite.digest == loaded.suite.digest).then_some(report)
}
