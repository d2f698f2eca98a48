//! A report as text for a terminal.

use super::compile::Report;
use super::plan_text::describe_steps;
use super::rows::{ClauseRow, CounterexampleRow, FindingRow, PurposeRequestsRow, ReportTarget, VerdictTotals};
use crate::oracle::{ClauseDecidability, Verdict};
use crate::schema::catalog::SourceLines;
use probity_input::escape_line;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Widest line of a list of names, in characters.
const WIDTH: usize = 100;
/// Most expected outcomes that are printed for a finding; `report.json` has all.
const PERMITTED_MAX: usize = 4;

/// Where a report lies, which is not part of the report.
#[derive(Debug, Clone, Copy)]
pub struct ReportLocation<'a> {
    /// The folder of all suites' reports.
    pub reports: &'a str,
}

/// The whole summary. Ends with a line feed.
#[must_use]
pub fn render_summary(report: &Report, place: &ReportLocation<'_>) -> String {
    let mut out = String::new();
    write_heading(&mut out, report);
    for finding in &report.findings {
        write_failure(&mut out, finding, place);
    }
    let title = "Inconclusive: the clause applied, but another cause may explain each response";
    write_undecided(&mut out, report, Verdict::Inconclusive, title);
    let title = "Untested: the clause never applied, which is not a pass";
    write_undecided(&mut out, report, Verdict::Untested, title);
    write_silent_cells(&mut out, report);
    write_spending(&mut out, report);
    write_counts(&mut out, report);
    out
}

/// Citations, separated by commas; a note for a clause without citations.
pub(super) fn list_citations(cites: &[SourceLines]) -> String {
    if cites.is_empty() {
        return "no page: a convention of probity".to_string();
    }
    cites.iter().map(SourceLines::to_string).collect::<Vec<_>>().join(", ")
}

/// Names, separated by commas, in indented lines of at most [`WIDTH`] characters.
fn wrap_names(names: &[&str], indent: &str) -> String {
    let mut out = String::new();
    let mut line = String::from(indent);
    for (index, name) in names.iter().enumerate() {
        let comma = if index + 1 < names.len() { "," } else { "" };
        if line.trim().is_empty() {
            line = format!("{indent}{name}{comma}");
        } else if line.chars().count() + name.chars().count() + 2 > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = format!("{indent}{name}{comma}");
        } else {
            let _ = write!(line, " {name}{comma}");
        }
    }
    if !line.trim().is_empty() {
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn write_heading(out: &mut String, report: &Report) {
    let target = match &report.target {
        ReportTarget::Mock { fault: None } => "against the mock, which is not a real endpoint".to_string(),
        ReportTarget::Mock { fault: Some(fault) } => format!("against the mock with the fault `{fault}`"),
        ReportTarget::Address(address) => format!("against {address}"),
        ReportTarget::InProcess(name) => format!("against {name} in this process"),
    };
    let _ = writeln!(out, "{}: {} {target}", report.suite.name, report.title);
    let _ = writeln!(out, "  suite {}, catalog {} {}", report.suite.digest, report.catalog.name, report.catalog.digest);
    let spent = &report.spending;
    let _ = writeln!(
        out,
        "  seed {}, {}, {} requests, {} more for shrinking{}",
        report.seed,
        format_count(usize::try_from(spent.plans).unwrap_or(usize::MAX), "plan", "plans"),
        spent.requests,
        spent.shrinking,
        if spent.cleaning > 0 { format!(" and {} for cleaning up", spent.cleaning) } else { String::new() }
    );
    if spent.cleaning + spent.checking > 0 {
        let all = spent.requests + spent.shrinking + spent.cleaning + spent.checking;
        let _ = writeln!(out, "  {all} requests in all, {} of them for checks and tokens", spent.checking);
    }
    if let Some(pattern) = &report.selected {
        let _ = writeln!(out, "  only clauses `{pattern}`");
    }
    if let Some(why) = &report.stopped {
        let _ = writeln!(out, "  stopped before the clauses were decided: {}", escape_line(why));
    }
}

fn write_failure(out: &mut String, finding: &FindingRow, place: &ReportLocation<'_>) {
    let ids: Vec<&str> = finding.clauses.iter().map(|clause| clause.id.as_str()).collect();
    let _ = writeln!(out, "\nFAIL {}", ids.join(", "));
    for clause in &finding.clauses {
        let _ = writeln!(out, "  {}: {} [{}]", clause.id, clause.says, list_citations(&clause.cites));
    }
    if finding.clauses.len() > 1 {
        let _ = writeln!(out, "  Each state that was possible contradicts one of these clauses.");
    }
    let _ = writeln!(out, "  call       {}", finding.operation);
    let _ = writeln!(out, "  got        {}", escape_line(&finding.seen));
    for violation in &finding.violations {
        let _ = writeln!(out, "             {}", escape_line(violation));
    }
    for (index, permitted) in finding.expected.iter().take(PERMITTED_MAX).enumerate() {
        let word = if index == 0 { "expected  " } else { "       or " };
        let _ = writeln!(out, "  {word} {}", escape_line(permitted));
    }
    if let Some(more) = finding.expected.len().checked_sub(PERMITTED_MAX).filter(|more| *more > 0) {
        let _ = writeln!(out, "             and {more} more, listed in report.json");
    }
    if let Some(narrowed) = &finding.narrowed {
        let _ = writeln!(
            out,
            "  narrowed   by exchange {} of plan {} ({}), which may be the origin",
            narrowed.exchange,
            finding.plan,
            narrowed.clauses.join(", ")
        );
    }
    if let Some(entry) = &finding.recognise {
        let _ = writeln!(
            out,
            "  hint       a quota or a gateway may have refused the call; if so, add this entry to the profile:"
        );
        let _ = writeln!(out, "             {}", escape_line(entry));
    }
    if !finding.related.is_empty() {
        let _ = writeln!(out, "  also       such responses contradict {}", finding.related.join(", "));
    }
    write_counterexample(out, finding, place);
}

fn write_counterexample(out: &mut String, finding: &FindingRow, place: &ReportLocation<'_>) {
    let CounterexampleRow { seen_again, repeated, plan, outcomes, replay, .. } = &finding.counterexample;
    if plan.steps.is_empty() {
        let _ = writeln!(
            out,
            "  where      exchange {} of plan {}, step {}",
            finding.exchange,
            finding.plan,
            finding.step + 1
        );
        return;
    }
    let count = format_count(plan.steps.len(), "step", "steps");
    let _ = match (seen_again, repeated) {
        (true, _) => writeln!(out, "  counterexample, {count}:"),
        (false, false) => {
            writeln!(out, "  seen once; the budget left no repetition; the whole plan, {count}:")
        }
        (false, true) => {
            writeln!(out, "  seen once, and not in the repetition of the plan; the whole plan, {count}:")
        }
    };
    for line in describe_steps(plan, outcomes) {
        let _ = writeln!(out, "    {}", escape_line(&line));
    }
    let _ = writeln!(out, "  replay     {}", fill_in_replay(replay, place));
}

/// The replay line of a finding, with the folder of the reports filled in.
#[must_use]
pub fn fill_in_replay(line: &str, place: &ReportLocation<'_>) -> String {
    line.replace("{reports}", place.reports)
}

fn write_undecided(out: &mut String, report: &Report, verdict: Verdict, title: &str) {
    let rows: Vec<&ClauseRow> = report.clauses.iter().filter(|row| row.verdict == verdict).collect();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for row in rows {
        groups.entry(describe_reason(row)).or_default().push(&row.id);
    }
    for (reason, ids) in groups {
        let _ = writeln!(out, "  {reason} ({})", ids.len());
        out.push_str(&wrap_names(&ids, "    "));
    }
}

/// The reason without counts, so that clauses with the same reason form one group.
fn describe_reason(row: &ClauseRow) -> String {
    match (&row.standing, row.verdict) {
        (ClauseDecidability::Unreachable(why), _) => format!("unreachable here: {why}"),
        (ClauseDecidability::Unobservable(why), _) => format!("unobservable: {why}"),
        (_, Verdict::Inconclusive) if row.counts.exceptions > 0 => "seen only through an exception".to_string(),
        (_, Verdict::Inconclusive) => "each time another cause may explain the response".to_string(),
        _ => row.reason.clone(),
    }
}

fn write_silent_cells(out: &mut String, report: &Report) {
    if report.silent.is_empty() {
        return;
    }
    let calls: std::collections::BTreeSet<&str> = report.silent.iter().map(|cell| cell.operation.as_str()).collect();
    let _ = writeln!(
        out,
        "\nSilent: for {} of operation and state no clause says whether the call is accepted; no failure. Operations:",
        format_count(report.silent.len(), "combination", "combinations")
    );
    out.push_str(&wrap_names(&calls.into_iter().collect::<Vec<_>>(), "    "));
}

fn write_spending(out: &mut String, report: &Report) {
    let spent = &report.spending;
    if spent.requests == 0 {
        return;
    }
    let share =
        |share: &PurposeRequestsRow| format!("{} {}.{} %", share.what, share.per_mille / 10, share.per_mille % 10);
    let _ = writeln!(out, "\nRequests: {}", spent.shares.iter().map(share).collect::<Vec<_>>().join(", "));
    let trouble = [
        (spent.lost, "without a response"),
        (spent.throttled, "throttled"),
        (spent.steps_skipped, "steps skipped"),
        (spent.repeated, "repeated deviations from clauses that the same plan had contradicted before"),
    ];
    let trouble: Vec<String> =
        trouble.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if !trouble.is_empty() {
        let _ = writeln!(out, "  {}", trouble.join(", "));
    }
    if let Some(why) = &spent.given_up_because {
        let _ = writeln!(
            out,
            "  a limit of judging was reached {} times, without a conclusion there: {why}",
            spent.given_up
        );
    }
}

fn write_counts(out: &mut String, report: &Report) {
    let _ = writeln!(out, "\n{} clauses: {}", report.clauses.len(), format_totals(&report.totals));
    for (basis, totals) in &report.totals_by_basis {
        let word = match basis {
            crate::suite::ClauseBasis::Stated => "stated by a page",
            crate::suite::ClauseBasis::Example => "shown by an example",
            crate::suite::ClauseBasis::Convention => "convention",
        };
        let _ = writeln!(out, "  {word}: {}", format_totals(totals));
    }
}

fn format_count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn format_totals(totals: &VerdictTotals) -> String {
    let VerdictTotals { pass, fail, inconclusive, untested, unreachable, unobservable } = totals;
    let mut text = format!("{pass} pass, {fail} fail, {inconclusive} inconclusive, {untested} untested");
    let apart = [(unreachable, "unreachable here"), (unobservable, "unobservable")];
    let apart: Vec<String> =
        apart.iter().filter(|(count, _)| **count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if !apart.is_empty() {
        let _ = write!(text, " (of these {})", apart.join(", "));
    }
    text
}
