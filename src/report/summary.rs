//! The report as text for a terminal.

use super::certificate::Report;
use super::row::{ClauseRow, FindingRow, Target, Totals};
use super::words::steps;
use crate::oracle::{Standing, Verdict};
use crate::schema::catalog::Source;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Widest line of a list of names, in characters.
const WIDTH: usize = 100;
/// Most permitted outcomes that are printed of one finding; the report has them all.
const PERMITTED_MAX: usize = 4;

/// What a summary names that is not part of the report.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The folder that holds the reports of all suites.
    pub reports: &'a str,
}

/// The whole summary; ends with a line feed.
#[must_use]
pub fn summary(report: &Report, shown: &Shown<'_>) -> String {
    let mut out = String::new();
    heading(&mut out, report);
    for finding in &report.findings {
        failure(&mut out, finding, shown);
    }
    undecided(
        &mut out,
        report,
        Verdict::Inconclusive,
        "Inconclusive: it applied, but something else may explain what came",
    );
    undecided(&mut out, report, Verdict::Untested, "Untested, which is not a pass: nothing is known of these");
    silence(&mut out, report);
    spending(&mut out, report);
    counts(&mut out, report);
    out
}

/// Citations in a row; a generated clause without any says so.
pub(super) fn cited(cites: &[Source]) -> String {
    if cites.is_empty() {
        return "no page: a convention of probity".to_string();
    }
    cites.iter().map(Source::to_string).collect::<Vec<_>>().join(", ")
}

/// Names separated by commas, in lines of at most [`WIDTH`] characters, each indented.
pub(super) fn listed(names: &[&str], indent: &str) -> String {
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

fn heading(out: &mut String, report: &Report) {
    let target = match &report.target {
        Target::Mock { fault: None } => "against the mock, which is not a real endpoint".to_string(),
        Target::Mock { fault: Some(fault) } => format!("against the mock with the fault `{fault}`"),
        Target::Address(address) => format!("against {address}"),
        Target::InProcess(name) => format!("against {name} in this process"),
    };
    let _ = writeln!(out, "{}: {} {target}", report.suite.name, report.title);
    let _ = writeln!(out, "  suite {}, catalog {} {}", report.suite.digest, report.catalog.name, report.catalog.digest);
    let spent = &report.spending;
    let _ = writeln!(
        out,
        "  seed {}, {}, {} requests, {} more for shrinking{}",
        report.seed,
        counted(usize::try_from(spent.plans).unwrap_or(usize::MAX), "plan", "plans"),
        spent.requests,
        spent.shrinking,
        if spent.cleaning > 0 { format!(" and {} for cleaning up", spent.cleaning) } else { String::new() }
    );
    if let Some(pattern) = &report.selected {
        let _ = writeln!(out, "  only clauses `{pattern}`");
    }
    if let Some(why) = &report.stopped {
        let _ = writeln!(out, "  stopped before its clauses were decided: {why}");
    }
}

fn failure(out: &mut String, finding: &FindingRow, shown: &Shown<'_>) {
    let ids: Vec<&str> = finding.clauses.iter().map(|clause| clause.id.as_str()).collect();
    let _ = writeln!(out, "\nFAIL {}", ids.join(", "));
    for clause in &finding.clauses {
        let _ = writeln!(out, "  {}: {} [{}]", clause.id, clause.says, cited(&clause.cites));
    }
    if finding.clauses.len() > 1 {
        let _ = writeln!(out, "  In each state that was possible, one of these is contradicted.");
    }
    let _ = writeln!(out, "  call       {}", finding.operation);
    let _ = writeln!(out, "  seen       {}", finding.seen);
    for violation in &finding.violations {
        let _ = writeln!(out, "             {violation}");
    }
    for (index, permitted) in finding.expected.iter().take(PERMITTED_MAX).enumerate() {
        let word = if index == 0 { "expected  " } else { "       or " };
        let _ = writeln!(out, "  {word} {permitted}");
    }
    if let Some(more) = finding.expected.len().checked_sub(PERMITTED_MAX).filter(|more| *more > 0) {
        let _ = writeln!(out, "             and {more} more, listed in report.json");
    }
    if let Some(narrowed) = &finding.narrowed {
        let _ = writeln!(
            out,
            "  narrowed   by exchange {} of plan {} ({}); look there too",
            narrowed.exchange,
            finding.plan,
            narrowed.clauses.join(", ")
        );
    }
    let witness = &finding.witness;
    if witness.plan.steps.is_empty() {
        let _ = writeln!(
            out,
            "  where      exchange {} of plan {}, step {}",
            finding.exchange,
            finding.plan,
            finding.step + 1
        );
        return;
    }
    let count = witness.plan.steps.len();
    let _ = match (witness.seen_again, witness.repeated) {
        (true, _) => writeln!(out, "  witness, {}:", counted(count, "step", "steps")),
        (false, false) => {
            writeln!(out, "  seen once; nothing was left to run it again; the whole plan, {count} steps:")
        }
        (false, true) => {
            writeln!(out, "  seen once, and not again when the plan was repeated; the whole plan, {count} steps:")
        }
    };
    for line in steps(&witness.plan, &witness.outcomes) {
        let _ = writeln!(out, "    {line}");
    }
    let _ = writeln!(out, "  replay     {}", replay(&witness.replay, shown));
}

/// The command that replays a witness, with the folder filled in.
#[must_use]
pub fn replay(line: &str, shown: &Shown<'_>) -> String {
    line.replace("{reports}", shown.reports)
}

fn undecided(out: &mut String, report: &Report, verdict: Verdict, title: &str) {
    let rows: Vec<&ClauseRow> = report.clauses.iter().filter(|row| row.verdict == verdict).collect();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for row in rows {
        groups.entry(reason(row)).or_default().push(&row.id);
    }
    for (reason, ids) in groups {
        let _ = writeln!(out, "  {reason} ({})", ids.len());
        out.push_str(&listed(&ids, "    "));
    }
}

/// Reasons that differ only in a count are one group.
fn reason(row: &ClauseRow) -> String {
    match (&row.standing, row.verdict) {
        (Standing::Unreachable(why), _) => format!("unreachable here: {why}"),
        (Standing::Unobservable(why), _) => format!("unobservable: {why}"),
        (_, Verdict::Inconclusive) if row.counts.exceptions > 0 => "seen only through an exception".to_string(),
        (_, Verdict::Inconclusive) => "each time something else may explain what came".to_string(),
        _ => row.reason.clone(),
    }
}

fn silence(out: &mut String, report: &Report) {
    if report.silent.is_empty() {
        return;
    }
    let calls: std::collections::BTreeSet<&str> = report.silent.iter().map(|cell| cell.operation.as_str()).collect();
    let _ = writeln!(
        out,
        "\nSilent: for {} (a stable state and a call) no clause says what happens; nothing fails there. Calls:",
        counted(report.silent.len(), "case", "cases")
    );
    out.push_str(&listed(&calls.into_iter().collect::<Vec<_>>(), "    "));
}

fn spending(out: &mut String, report: &Report) {
    let spent = &report.spending;
    if spent.requests == 0 {
        return;
    }
    let share =
        |share: &super::row::Share| format!("{} {}.{} %", share.what, share.per_mille / 10, share.per_mille % 10);
    let _ = writeln!(out, "\nRequests: {}", spent.shares.iter().map(share).collect::<Vec<_>>().join(", "));
    let trouble = [
        (spent.lost, "without a reply"),
        (spent.throttled, "throttled"),
        (spent.steps_skipped, "steps skipped"),
        (spent.repeated, "more from clauses that the same plan had contradicted already"),
    ];
    let trouble: Vec<String> =
        trouble.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if !trouble.is_empty() {
        let _ = writeln!(out, "  {}", trouble.join(", "));
    }
    if let Some(why) = &spent.given_up_because {
        let _ = writeln!(out, "  given up {} times, so that nothing was concluded there: {why}", spent.given_up);
    }
}

fn counts(out: &mut String, report: &Report) {
    let _ = writeln!(out, "\n{} clauses: {}", report.clauses.len(), tallied(&report.totals));
    for (basis, totals) in &report.totals_by_basis {
        let word = match basis {
            crate::suite::Basis::Stated => "stated by a page",
            crate::suite::Basis::Example => "shown by an example",
            crate::suite::Basis::Convention => "convention",
        };
        let _ = writeln!(out, "  {word}: {}", tallied(totals));
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn tallied(totals: &Totals) -> String {
    let Totals { pass, fail, inconclusive, untested, unreachable, unobservable } = totals;
    let mut text = format!("{pass} pass, {fail} fail, {inconclusive} inconclusive, {untested} untested");
    let apart = [(unreachable, "unreachable here"), (unobservable, "unobservable")];
    let apart: Vec<String> =
        apart.iter().filter(|(count, _)| **count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if !apart.is_empty() {
        let _ = write!(text, " (of these {})", apart.join(", "));
    }
    text
}
