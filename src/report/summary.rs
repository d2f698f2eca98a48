//! A report as text for a terminal.

use super::cell_text::write_cells;
use super::claims::describe_claims;
use super::compile::Report;
use super::exceptions::{KnownDeviationsRow, WaiverRow};
use super::finding_text::list_finding_lines;
use super::phrases::{format_count, wrap_names, wrap_words};
use super::race_text::describe_races;
use super::report_location::ReportLocation;
use super::rows::{ClauseRow, FailedExpressionRow, FindingRow, PurposeRequestsRow, VerdictTotals};
use crate::oracle::{ClauseDecidability, NOT_SENT, Verdict};
use probity_input::escape_line;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Most findings that are printed in full; the others are printed by name.
const FINDINGS_MAX: usize = 10;

/// How much of a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SummaryDetail {
    /// Everything; known deviations by name.
    #[default]
    Whole,
    /// Everything except known deviations.
    OnlyNew,
    /// The new deviations alone.
    Quiet,
}

/// The summary. Ends with a line feed, or is empty for a quiet run without a new deviation.
#[must_use]
pub fn render_summary(report: &Report, place: &ReportLocation<'_>, detail: SummaryDetail) -> String {
    let mut out = String::new();
    if detail == SummaryDetail::Quiet {
        write_findings(&mut out, report, place);
        return out;
    }
    write_heading(&mut out, report);
    write_findings(&mut out, report, place);
    if let Some(known) = &report.known_deviations {
        write_exceptions(&mut out, report, known, detail);
    }
    if let Some(claims) = &report.claims {
        let _ = writeln!(out, "\nClaims of the profile:");
        describe_claims(claims).iter().for_each(|sentence| out.push_str(&wrap_words(sentence, "  ")));
    }
    let title = "Inconclusive: the clause applied, and the responses do not decide it";
    write_undecided(&mut out, report, Verdict::Inconclusive, title);
    write_failed_expressions(&mut out, report);
    let title = "Untested: the clause never applied, which is not a pass";
    write_undecided(&mut out, report, Verdict::Untested, title);
    write_unproven_transitions(&mut out, report);
    out.push_str(&describe_races(&report.races));
    write_cells(&mut out, report);
    write_silent_cells(&mut out, report);
    write_spending(&mut out, report);
    write_counts(&mut out, report);
    write_excused(&mut out, report);
    out
}

fn write_heading(out: &mut String, report: &Report) {
    let target = report.target.describe();
    let _ = writeln!(out, "{}: {} against {target}", report.suite.name, report.title);
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
    if let Some(pattern) = &report.excluded {
        let _ = writeln!(out, "  without clauses `{pattern}`");
    }
    if let Some(shard) = &report.shard {
        let _ = writeln!(out, "  shard {shard} of the run; `probity merge` joins the shards");
    }
    if let Some(resumed) = &report.resumed {
        let _ = writeln!(out, "  {}", escape_line(&resumed.describe()));
    }
    if report.covered {
        let _ = writeln!(
            out,
            "  ended before its requests were spent: each clause that can be decided is, and no cell is left that more \
             requests are expected to fill"
        );
    }
    if let Some(why) = &report.stopped {
        let _ = writeln!(out, "  stopped before the clauses were decided: {}", escape_line(why));
    }
}

/// Writes the first new findings in full, and the names of the others.
fn write_findings(out: &mut String, report: &Report, place: &ReportLocation<'_>) {
    let new: Vec<&FindingRow> = report.findings.iter().filter(|finding| finding.excuse.is_none()).collect();
    for finding in new.iter().take(FINDINGS_MAX) {
        out.push('\n');
        for line in list_finding_lines(finding, place) {
            let _ = writeln!(out, "{line}");
        }
    }
    let names: Vec<String> = new.iter().skip(FINDINGS_MAX).map(|finding| name_finding(finding)).collect();
    if !names.is_empty() {
        let _ = writeln!(out, "\n{} more findings, described in report.json", names.len());
        out.push_str(&wrap_names(&names.iter().map(String::as_str).collect::<Vec<_>>(), "  "));
    }
    if report.spending.unkept_findings > 0 {
        let count = report.spending.unkept_findings;
        let _ = writeln!(out, "\nand {count} more, not kept: a campaign keeps {} findings", report.findings.len());
    }
}

/// A finding by number, clauses and operation.
fn name_finding(finding: &FindingRow) -> String {
    let clauses: Vec<&str> = finding.clauses.iter().map(|clause| clause.id.as_str()).collect();
    format!("{}. {} at {}", finding.number, clauses.join(" or "), finding.operation)
}

/// Writes the known deviations, the entries of the baseline that did not show, and the waivers without an effect.
fn write_exceptions(out: &mut String, report: &Report, known: &KnownDeviationsRow, detail: SummaryDetail) {
    let excused = report.findings.iter().filter_map(|finding| Some((finding, finding.excuse.as_ref()?)));
    if known.known > 0 && detail == SummaryDetail::Whole {
        let _ = writeln!(out, "\nKnown deviations, which do not fail the run ({})", known.known);
        for (finding, excuse) in excused {
            let line = format!("{}: {}", name_finding(finding), excuse.describe());
            let _ = writeln!(out, "  {}", escape_line(&line));
        }
    }
    if !known.gone.is_empty() {
        let _ = writeln!(out, "\nDeviations of the baseline that did not show ({})", known.gone.len());
        for gone in &known.gone {
            let proof = if gone.passed { "its clauses passed" } else { "its clauses were not decided" };
            let _ = writeln!(out, "  {}: {proof}", escape_line(&gone.fingerprint));
        }
    }
    let idle: Vec<&WaiverRow> = known.list_idle_waivers().collect();
    if !idle.is_empty() {
        let _ = writeln!(out, "\nWaivers that cover nothing ({})", idle.len());
        for waiver in idle {
            let why = match &waiver.until {
                Some(until) if waiver.expired => format!("expired after {until}"),
                _ => "no deviation of this run".to_string(),
            };
            let line = format!("{}: {}: {why}", waiver.place, waiver.scope);
            let _ = writeln!(out, "  {}", escape_line(&line));
        }
    }
}

fn write_undecided(out: &mut String, report: &Report, verdict: Verdict, title: &str) {
    let rows: Vec<&ClauseRow> =
        report.clauses.iter().filter(|row| row.verdict == verdict && !has_failed_expression(report, row)).collect();
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

/// Whether an expression of an inconclusive clause could not be evaluated.
fn has_failed_expression(report: &Report, row: &ClauseRow) -> bool {
    row.verdict == Verdict::Inconclusive
        && report.failed_expressions.iter().any(|failed| failed.clauses.contains(&row.id))
}

/// Writes the expressions that could not be evaluated, each with its clauses.
fn write_failed_expressions(out: &mut String, report: &Report) {
    if report.failed_expressions.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nInconclusive: the expression of the clause could not be evaluated; correct the suite");
    for failed in &report.failed_expressions {
        let FailedExpressionRow { place, expression, cause, clauses, exchanges, always } = failed;
        let extent = if *always { "each time" } else { "for some inputs" };
        let times = format_count(usize::try_from(*exchanges).unwrap_or(usize::MAX), "exchange", "exchanges");
        let text = format!("{place}: `{expression}`: {cause}");
        let _ = writeln!(out, "  {} ({extent}, at {times})", escape_line(&text));
        out.push_str(&wrap_names(&clauses.iter().map(String::as_str).collect::<Vec<_>>(), "    "));
    }
}

/// The reason without counts, so that clauses with the same reason form one group.
fn describe_reason(row: &ClauseRow) -> String {
    match (&row.standing, row.verdict) {
        (ClauseDecidability::Unreachable(why), _) => format!("unreachable here: {why}"),
        (ClauseDecidability::Unobservable(why), _) => format!("unobservable: {why}"),
        (ClauseDecidability::NotReached(bounds), Verdict::Untested) => {
            format!("the clause never applied; by a search of the model it was {bounds}")
        }
        // The kinds of calls differ from clause to clause; report.json names them.
        (_, Verdict::Inconclusive) if row.missing_proof.iter().any(|what| what.starts_with(NOT_SENT)) => {
            "kinds of calls were not sent".to_string()
        }
        (_, Verdict::Inconclusive) if !row.missing_proof.is_empty() => row.reason.clone(),
        (_, Verdict::Inconclusive) if row.counts.exceptions > 0 => "seen only through an exception".to_string(),
        (_, Verdict::Inconclusive) => "each time another cause may explain the response".to_string(),
        _ => row.reason.clone(),
    }
}

fn write_unproven_transitions(out: &mut String, report: &Report) {
    let rows = &report.unproven_transitions;
    if rows.is_empty() {
        return;
    }
    let count: u64 = rows.iter().map(|row| row.count).sum();
    let _ = writeln!(
        out,
        "\nNot waited for: only the passing of the bound could tell whether {} had ended, so that later calls decide less \
         (`bound_waits: always` in the profile waits each time). Clauses:",
        format_count(usize::try_from(count).unwrap_or(usize::MAX), "transition", "transitions")
    );
    out.push_str(&wrap_names(&rows.iter().map(|row| row.clause.as_str()).collect::<Vec<_>>(), "    "));
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
    if let Some(entry) = &spent.recognise_throttled {
        let _ = writeln!(
            out,
            "  a throttled response names a quota; if waiting does not help against it, the profile needs\n    {}",
            escape_line(entry)
        );
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

/// The undecided clauses that the user excused, so that a green run shows what it does not prove.
fn write_excused(out: &mut String, report: &Report) {
    let is_excused =
        |row: &&ClauseRow| row.may_stay_undecided && matches!(row.verdict, Verdict::Inconclusive | Verdict::Untested);
    let ids: Vec<&str> = report.clauses.iter().filter(is_excused).map(|row| row.id.as_str()).collect();
    if !ids.is_empty() {
        let _ = writeln!(out, "\nExcused by --allow-undecided, and not proved ({}):", ids.len());
        out.push_str(&wrap_names(&ids, "    "));
    }
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
