//! The part of the page about one campaign, prepared for the template.

use super::cells_part::{CellsPart, make_cells};
use super::clause_matrix::{ClauseMatrix, UndecidedGroup, group_undecided, make_matrix};
use super::finding_part::{FindingPart, make_finding};
use super::settle_plots::{SettlePlot, format_ms, make_plots};
use super::state_diagram::{StateDiagram, make_diagrams};
use crate::report::claims::describe_claims;
use crate::report::compile::Report;
use crate::report::exceptions::{KnownDeviationsRow, WaiverRow};
use crate::report::phrases::format_count;
use crate::report::race_rows::RacedPairRow;
use crate::report::race_text::name_pair;
use crate::report::report_conclusion::ReportConclusion;
use crate::report::report_target::ReportTarget;
use crate::report::shell_word::quote_word;
use crate::report::stored_run::StoredRun;
use probity_input::escape_field;
use serde::Serialize;

/// Most findings that are shown; `report.json` has all.
const FINDINGS_MAX: usize = 40;
/// Most silent cells that are shown.
const SILENT_MAX: usize = 100;

/// The part of the page about one campaign.
#[derive(Debug, Serialize)]
pub(super) struct CampaignPage {
    /// Distinguishes the ids of the elements of several campaigns.
    id: String,
    suite: String,
    title: String,
    /// `passed`, `deviation` or `undecided`.
    conclusion: &'static str,
    /// What the verdict rests on, in sentences.
    grounds: Vec<String>,
    /// Verdict, number and share of all clauses in percent with one decimal.
    shares: Vec<VerdictShare>,
    facts: Vec<(&'static str, String)>,
    findings: Vec<FindingPart>,
    findings_hidden: usize,
    diagrams: Vec<StateDiagram>,
    plots: Vec<SettlePlot>,
    matrix: ClauseMatrix,
    undecided: Vec<UndecidedGroup>,
    races: Vec<RacePart>,
    /// Races in all, and those whose calls overlapped.
    raced: u64,
    overlapped: u64,
    cells: Option<CellsPart>,
    silent: Vec<SilentPart>,
    silent_hidden: usize,
    run_again: String,
    files: String,
}

#[derive(Debug, Serialize)]
struct VerdictShare {
    verdict: &'static str,
    count: usize,
    /// Place and width of the segment, in thousandths of the bar.
    x: usize,
    width: usize,
}

/// The races of one pair of calls.
#[derive(Debug, Serialize)]
struct RacePart {
    pair: String,
    conflict: String,
    raced: u64,
    overlapped: u64,
    result: String,
}

#[derive(Debug, Serialize)]
struct SilentPart {
    operation: String,
    states: String,
    statuses: String,
}

/// The verdict over all campaigns in a sentence.
pub(super) fn describe_runs(runs: &[StoredRun]) -> String {
    let findings: usize = runs.iter().map(|run| run.report.findings.len()).sum();
    let is_undecided = |run: &StoredRun| run.report.conclude() == ReportConclusion::Undecided;
    let known: usize = runs.iter().map(|run| run.report.count_known_findings()).sum();
    if known > 0 && known == findings {
        let count = format_count(known, "known deviation", "known deviations");
        let undecided = if runs.iter().any(is_undecided) { "; some clauses are undecided" } else { "" };
        return format!("No new deviation, and {count}{undecided}");
    }
    if known > 0 {
        let new = format_count(findings - known, "new deviation", "new deviations");
        return format!("{new} from the documentation, and {known} known");
    }
    if findings > 0 {
        return format!("{} from the documentation", format_count(findings, "deviation", "deviations"));
    }
    if runs.iter().any(|run| run.report.conclude() == ReportConclusion::Deviation) {
        return "Deviations from the documentation".to_string();
    }
    if runs.iter().any(is_undecided) {
        return "No deviation, and some clauses are undecided".to_string();
    }
    "Every selected clause passed".to_string()
}

pub(super) fn make_page(number: usize, run: &StoredRun) -> CampaignPage {
    let report = &run.report;
    let id = format!("c{number}");
    CampaignPage {
        suite: report.suite.name.clone(),
        title: report.title.clone(),
        conclusion: report.conclude().word(),
        grounds: describe_grounds(report),
        shares: share_verdicts(report),
        facts: list_facts(run),
        findings: report.findings.iter().take(FINDINGS_MAX).map(|finding| make_finding(&id, run, finding)).collect(),
        findings_hidden: report.findings.len().saturating_sub(FINDINGS_MAX),
        diagrams: make_diagrams(&id, run),
        plots: make_plots(run),
        matrix: make_matrix(report),
        undecided: group_undecided(report),
        races: report.races.iter().map(make_race).collect(),
        raced: report.races.iter().map(|pair| pair.raced).sum(),
        overlapped: report.races.iter().map(|pair| pair.overlapped).sum(),
        cells: report.cells.as_ref().map(make_cells),
        silent: report.silent.iter().take(SILENT_MAX).map(make_silent).collect(),
        silent_hidden: report.silent.len().saturating_sub(SILENT_MAX),
        run_again: write_run_command(report),
        files: format!("{}/{}", run.reports, report.suite.name),
        id,
    }
}

/// What baseline and waivers mean for the verdict, in sentences.
fn describe_exceptions(known: &KnownDeviationsRow) -> Vec<String> {
    let mut sentences = vec![format!(
        "{} known from a baseline or by a waiver, without an effect on the verdict; {} new.",
        format_count(known.known, "deviation is", "deviations are"),
        format_count(known.new, "deviation is", "deviations are")
    )];
    let passed = known.gone.iter().filter(|gone| gone.passed).count();
    if !known.gone.is_empty() {
        sentences.push(format!(
            "{} of the baseline did not show; the clauses of {passed} of them passed.",
            format_count(known.gone.len(), "deviation", "deviations")
        ));
    }
    let describe =
        |row: &WaiverRow| format!("{} ({}, {})", row.scope, row.place, if row.expired { "expired" } else { "unused" });
    let idle: Vec<String> = known.list_idle_waivers().map(describe).collect();
    if !idle.is_empty() {
        sentences.push(format!("Waivers that covered nothing: {}.", idle.join("; ")));
    }
    sentences
}

fn describe_grounds(report: &Report) -> Vec<String> {
    let totals = &report.totals;
    let clauses = report.clauses.len();
    let mut grounds = vec![format!(
        "{} of {clauses} clauses passed: for each, at least one response agrees with the clause and has no other explanation.",
        totals.pass
    )];
    if totals.fail > 0 {
        let verb = if totals.fail == 1 { "is" } else { "are" };
        grounds.push(format!(
            "{} {verb} contradicted by a response, in {}.",
            format_count(totals.fail, "clause", "clauses"),
            format_count(report.findings.len(), "finding", "findings")
        ));
    }
    if let Some(known) = &report.known_deviations {
        grounds.extend(describe_exceptions(known));
    }
    if let Some(claims) = &report.claims {
        grounds.extend(describe_claims(claims));
    }
    if report.spending.unkept_findings > 0 {
        grounds.push(format!(
            "{} more deviations were seen and are not kept as findings, because a campaign keeps a bounded number.",
            report.spending.unkept_findings
        ));
    }
    let undecided = totals.inconclusive + totals.untested;
    if undecided > 0 {
        let counted = report.clauses.iter().filter(|row| report.misses_decision(row)).count();
        let verb = if undecided == 1 { "is" } else { "are" };
        grounds.push(format!(
            "{} {verb} undecided, and {counted} of these count: nothing is proved about them.",
            format_count(undecided, "clause", "clauses")
        ));
    }
    let unproven: u64 = report.unproven_transitions.iter().map(|row| row.count).sum();
    if unproven > 0 {
        let clauses: Vec<&str> = report.unproven_transitions.iter().map(|row| row.clause.as_str()).collect();
        grounds.push(format!(
            "Only the passing of the bound could tell whether {} had ended, and the run did not wait for it ({}).",
            format_count(usize::try_from(unproven).unwrap_or(usize::MAX), "transition", "transitions"),
            clauses.join(", ")
        ));
    }
    if let Some(resumed) = &report.resumed {
        grounds.push(format!("The run was {}.", escape_field(&resumed.describe())));
    }
    if report.covered {
        let ended = "The run ended once each clause that can be decided was, and no cell was left that more requests were expected \
                     to fill.";
        grounds.push(ended.to_string());
    }
    if let Some(reason) = &report.stopped {
        grounds.push(format!("The run stopped before the clauses were decided: {}.", escape_field(reason)));
    }
    if let Some(pattern) = &report.selected {
        grounds.push(format!("Only the clauses {pattern} were selected."));
    }
    if matches!(report.target, ReportTarget::Mock { .. }) {
        grounds
            .push("The target was the built-in mock, so that this report says nothing about a real endpoint.".into());
    }
    grounds
}

fn share_verdicts(report: &Report) -> Vec<VerdictShare> {
    let totals = &report.totals;
    let all = (totals.pass + totals.fail + totals.inconclusive + totals.untested).max(1);
    let counts = [
        ("fail", totals.fail),
        ("pass", totals.pass),
        ("inconclusive", totals.inconclusive),
        ("untested", totals.untested),
    ];
    let mut before = 0;
    counts
        .into_iter()
        .map(|(verdict, count)| {
            let x = before * 1000 / all;
            before += count;
            VerdictShare { verdict, count, x, width: before * 1000 / all - x }
        })
        .collect()
}

fn list_facts(run: &StoredRun) -> Vec<(&'static str, String)> {
    let report = &run.report;
    let spent = &report.spending;
    let mut facts = vec![("Target", report.target.describe())];
    if let Some(known) = &run.facts {
        facts.push(("Started", known.started.clone()));
        facts.push(("Duration", format_ms(known.duration_ms)));
        facts.push(("probity", format!("{}, on {} {}", known.version, known.machine.os, known.machine.arch)));
    }
    facts.push(("Requests", format!("{} in {}", spent.requests, format_plans(spent.plans))));
    facts.push(("Further requests", describe_further(report)));
    facts.push(("Seed", report.seed.to_string()));
    facts.push(("Date for lifecycles", report.today.clone()));
    if report.settle_percent != 100 {
        facts.push(("Bounds for settling", format!("{} % of what the suite states", report.settle_percent)));
    }
    facts.push(("Suite", report.suite.digest.clone()));
    facts.push(("Catalog", format!("{} {}", report.catalog.name, report.catalog.digest)));
    facts.into_iter().map(|(name, value)| (name, escape_field(&value).into_owned())).collect()
}

fn format_plans(plans: u64) -> String {
    format_count(usize::try_from(plans).unwrap_or(usize::MAX), "plan", "plans")
}

fn describe_further(report: &Report) -> String {
    let spent = &report.spending;
    format!(
        "{} for shrinking, {} for cleaning up, {} for checks and tokens",
        spent.shrinking, spent.cleaning, spent.checking
    )
}

fn make_race(pair: &RacedPairRow) -> RacePart {
    let mut results = Vec::new();
    if pair.explained > 0 {
        results.push(format!("{} explained", pair.explained));
    }
    if pair.unexplained > 0 {
        let meaning = if pair.atomic { "" } else { ", no failure: the suite does not name calls-are-atomic" };
        results.push(format!("{} without an order{meaning}", pair.unexplained));
    }
    results.extend(pair.undecided.iter().map(|(why, count)| format!("{count} not judged: {why}")));
    results.extend(pair.explain_idleness().map(str::to_string));
    RacePart {
        pair: escape_field(&name_pair(pair)).into_owned(),
        conflict: escape_field(&pair.conflict).into_owned(),
        raced: pair.raced,
        overlapped: pair.overlapped,
        result: escape_field(&results.join("; ")).into_owned(),
    }
}

fn make_silent(cell: &crate::report::rows::SilentCellRow) -> SilentPart {
    let statuses: Vec<String> = cell.statuses.iter().map(|(status, count)| format!("{status} ({count}×)")).collect();
    let states = if cell.states.is_empty() { "no resource".to_string() } else { cell.states.join(", ") };
    SilentPart {
        operation: cell.operation.clone(),
        states: escape_field(&states).into_owned(),
        statuses: statuses.join(", "),
    }
}

/// The command for an equal run.
fn write_run_command(report: &Report) -> String {
    let mut words = vec!["probity".to_string(), "run".into(), report.suite.name.clone()];
    match &report.target {
        ReportTarget::Mock { fault: None } => {}
        ReportTarget::Mock { fault: Some(fault) } => words.extend(["--fault".into(), fault.clone()]),
        ReportTarget::Address(address) => {
            words.extend(["--endpoint".into(), address.clone(), "--profile".into(), "PROFILE".into()]);
        }
        ReportTarget::InProcess(_) => return "cargo test".to_string(),
    }
    words.extend(["--seed".into(), report.seed.to_string(), "--today".into(), report.today.clone()]);
    if report.settle_percent != 100 {
        words.extend(["--settle".into(), report.settle_percent.to_string()]);
    }
    words.iter().map(|word| quote_word(word).to_string()).collect::<Vec<_>>().join(" ")
}
