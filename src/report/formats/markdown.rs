//! Reports as Markdown, for the summary of a job or a comment at a change: short, with the details folded.
//!
//! Every text of a report goes through [`escape_text`] or into a fenced block, so that no text of an endpoint becomes
//! markup, a link or a mention.

use crate::known_deviations::Excuse;
use crate::oracle::Verdict;
use crate::report::claims::describe_claims;
use crate::report::compile::Report;
use crate::report::evidence_rows::DifferenceRow;
use crate::report::exceptions::WaiverRow;
use crate::report::failure_text::describe_finding;
use crate::report::phrases::{format_count, list_citations};
use crate::report::report_conclusion::ReportConclusion;
use crate::report::rows::{ClauseRow, FindingRow};
use crate::report::stored_run::StoredRun;
use probity_input::{escape_field, escape_line};
use std::fmt::Write;

/// Most findings of a campaign; `report.json` has all.
const FINDINGS_MAX: usize = 10;
/// Most differences of a finding.
const DIFFERENCES_MAX: usize = 5;
/// Most undecided clauses of a campaign.
const UNDECIDED_MAX: usize = 100;
/// Most bytes of the findings of all campaigns. Comments have a limit of 65,536 characters.
const BYTES_MAX: usize = 40_000;

/// The text of `report.md`.
pub(super) fn render_markdown(runs: &[StoredRun]) -> String {
    let mut out = format!("## probity: {}\n\n", headline(runs));
    out.push_str("| API | verdict | pass | fail | inconclusive | untested | target | requests |\n");
    out.push_str("|---|---|--:|--:|--:|--:|---|--:|\n");
    for run in runs {
        write_overview(&mut out, &run.report);
    }
    for run in runs {
        write_findings(&mut out, run);
    }
    for run in runs {
        write_undecided(&mut out, &run.report);
    }
    write_origin(&mut out, runs);
    out
}

fn headline(runs: &[StoredRun]) -> String {
    let known: usize = runs.iter().map(|run| run.report.count_known_findings()).sum();
    let findings = runs.iter().map(|run| run.report.findings.len()).sum::<usize>() - known;
    let conclusions: Vec<ReportConclusion> = runs.iter().map(|run| run.report.conclude()).collect();
    if findings > 0 || conclusions.contains(&ReportConclusion::Deviation) {
        match known {
            0 => format_count(findings, "deviation", "deviations"),
            known => format!("{}, and {known} known", format_count(findings, "new deviation", "new deviations")),
        }
    } else if conclusions.contains(&ReportConclusion::Undecided) {
        format!("no {}deviation, and undecided clauses", if known > 0 { "new " } else { "" })
    } else if known > 0 {
        format!("no new deviation, and {}", format_count(known, "known deviation", "known deviations"))
    } else {
        "every selected clause passed".to_string()
    }
}

fn write_overview(out: &mut String, report: &Report) {
    let totals = &report.totals;
    let _ = writeln!(
        out,
        "| {} | **{}** | {} | {} | {} | {} | {} | {} |",
        escape_text(&report.suite.name),
        report.conclude().word(),
        totals.pass,
        totals.fail,
        totals.inconclusive,
        totals.untested,
        escape_text(&report.target.describe()),
        report.spending.requests
    );
}

fn write_findings(out: &mut String, run: &StoredRun) {
    let (known, findings): (Vec<&FindingRow>, Vec<&FindingRow>) =
        run.report.findings.iter().partition(|finding| finding.excuse.is_some());
    let mut written = 0;
    for finding in findings.iter().take(FINDINGS_MAX) {
        let text = render_finding(run, finding);
        if out.len() + text.len() > BYTES_MAX {
            break;
        }
        out.push_str(&text);
        written += 1;
    }
    if written < findings.len() {
        let more = format_count(findings.len() - written, "more deviation", "more deviations");
        let _ = writeln!(out, "\n{more} of {}: see `report.json`.", escape_text(&run.report.suite.name));
    }
    write_known(out, &run.report, &known);
    write_claims(out, &run.report);
    if run.report.spending.unkept_findings > 0 {
        let _ = writeln!(
            out,
            "\n{} more deviations of {} were seen and are not kept as findings.",
            run.report.spending.unkept_findings,
            escape_text(&run.report.suite.name)
        );
    }
}

/// Writes what the profile claims and what the endpoint offers.
fn write_claims(out: &mut String, report: &Report) {
    let Some(claims) = &report.claims else { return };
    let _ = writeln!(out, "\n<details><summary>claims about {}</summary>\n", escape_text(&report.suite.name));
    for sentence in describe_claims(claims) {
        let _ = writeln!(out, "- {}", escape_text(&sentence));
    }
    out.push_str("\n</details>\n");
}

/// Writes the known deviations, the entries of the baseline that did not show, and the waivers that covered nothing.
fn write_known(out: &mut String, report: &Report, known: &[&FindingRow]) {
    let Some(exceptions) = &report.known_deviations else { return };
    let suite = escape_text(&report.suite.name);
    let idle: Vec<&WaiverRow> = exceptions.list_idle_waivers().collect();
    if known.is_empty() && exceptions.gone.is_empty() && idle.is_empty() {
        return;
    }
    let count = format_count(known.len(), "known deviation", "known deviations");
    let _ = writeln!(out, "\n<details><summary>{count} of {suite}, {} gone</summary>\n", exceptions.gone.len());
    for finding in known.iter().take(UNDECIDED_MAX) {
        let clauses: Vec<&str> = finding.clauses.iter().map(|clause| clause.id.as_str()).collect();
        let excuse = finding.excuse.as_ref().map(Excuse::describe).unwrap_or_default();
        let _ = writeln!(out, "- known: {}: {}", escape_text(&clauses.join(", ")), escape_text(&excuse));
    }
    for gone in exceptions.gone.iter().take(UNDECIDED_MAX) {
        let proof = if gone.passed { "its clauses passed" } else { "not decided" };
        let _ = writeln!(out, "- gone: {}: {proof}", escape_text(&gone.fingerprint));
    }
    for waiver in idle.iter().take(UNDECIDED_MAX) {
        let why = if waiver.expired { "expired" } else { "unused" };
        let _ = writeln!(out, "- waiver {why}: {} at {}", escape_text(&waiver.scope), escape_text(&waiver.place));
    }
    out.push_str("\n</details>\n");
}

fn render_finding(run: &StoredRun, finding: &FindingRow) -> String {
    let suite = escape_text(&run.report.suite.name);
    let mut out = format!("\n### {suite} {}: {}\n\n", finding.number, escape_text(&finding.operation));
    for clause in &finding.clauses {
        let cites = list_citations(&clause.cites);
        let _ =
            writeln!(out, "- **{}**: {} [{}]", escape_text(&clause.id), escape_text(&clause.says), escape_text(&cites));
    }
    let differences = finding.evidence.as_ref().map_or(&[][..], |evidence| &evidence.differences);
    if differences.is_empty() {
        let _ = writeln!(out, "\nGot: {}", format_code(&finding.seen));
    } else {
        out.push_str("\n| where | expected | got |\n|---|---|---|\n");
        for difference in differences.iter().take(DIFFERENCES_MAX) {
            write_difference(&mut out, difference);
        }
        if differences.len() > DIFFERENCES_MAX {
            let _ = writeln!(out, "| and {} more | | |", differences.len() - DIFFERENCES_MAX);
        }
    }
    for reason in finding.evidence.iter().flat_map(|evidence| &evidence.because).take(3) {
        let _ = writeln!(out, "\nExpected because {}.", escape_text(&reason.says));
    }
    for row in &finding.told_apart {
        let _ = writeln!(out, "\nTold apart: {}.", escape_text(&row.says));
    }
    let lines = describe_finding(finding, &run.location());
    let steps = format_count(finding.counterexample.plan.steps.len(), "step", "steps");
    let _ = writeln!(out, "\n<details><summary>Counterexample, {steps}, and the command that replays it</summary>\n");
    write_block(&mut out, &lines.join("\n"));
    out.push_str("\n</details>\n");
    out
}

fn write_difference(out: &mut String, difference: &DifferenceRow) {
    let place = if difference.place.is_empty() { "the response" } else { &difference.place };
    let cite =
        difference.cite.as_ref().map(|cite| format!(" [{}]", escape_text(&cite.to_string()))).unwrap_or_default();
    let (expected, got) = (format_code(&difference.expected), format_code(&difference.got));
    let _ = writeln!(out, "| {} | {expected}{cite} | {got} |", escape_text(place));
}

fn write_undecided(out: &mut String, report: &Report) {
    let is_undecided = |row: &&ClauseRow| matches!(row.verdict, Verdict::Inconclusive | Verdict::Untested);
    let rows: Vec<&ClauseRow> = report.clauses.iter().filter(is_undecided).collect();
    if rows.is_empty() {
        return;
    }
    let count = format_count(rows.len(), "undecided clause", "undecided clauses");
    let suite = escape_text(&report.suite.name);
    let _ = writeln!(out, "\n<details><summary>{count} of {suite}</summary>\n");
    for row in rows.iter().take(UNDECIDED_MAX) {
        let excused = if row.may_stay_undecided { ", excused" } else { "" };
        let reason = escape_text(&row.reason);
        let _ = writeln!(out, "- {}: {}{excused}: {reason}", escape_text(&row.id), row.verdict.word());
    }
    if rows.len() > UNDECIDED_MAX {
        let _ = writeln!(out, "- and {} more, in `report.json`", rows.len() - UNDECIDED_MAX);
    }
    out.push_str("\n</details>\n");
}

fn write_origin(out: &mut String, runs: &[StoredRun]) {
    for run in runs {
        if let Some(resumed) = &run.report.resumed {
            let _ =
                writeln!(out, "\n{} was {}.", escape_text(&run.report.suite.name), escape_text(&resumed.describe()));
        }
    }
    let Some(facts) = runs.iter().find_map(|run| run.facts.as_ref()) else { return };
    let seeds: Vec<String> = runs.iter().map(|run| run.report.seed.to_string()).collect();
    let _ = writeln!(
        out,
        "\nprobity {}, started {}, seed {}.",
        escape_text(&facts.version),
        escape_text(&facts.started),
        seeds.first().map_or("", String::as_str)
    );
}

/// A foreign text as code.
fn format_code(text: &str) -> String {
    format!("<code>{}</code>", escape_text(text))
}

/// A text of one line without any character that Markdown or HTML takes as markup.
pub(in crate::report) fn escape_text(text: &str) -> String {
    let shown = escape_field(text);
    let mut out = String::with_capacity(shown.len());
    for character in shown.chars() {
        match character {
            '-' | '.' | ',' | ' ' | ';' | '(' | ')' | '/' | '=' | '\'' | '"' | '?' => out.push(character),
            _ if character.is_ascii_punctuation() => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out
}

/// A fenced block, with a fence that the text does not have.
fn write_block(out: &mut String, text: &str) {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(out, "{fence}text");
    for line in text.lines() {
        let _ = writeln!(out, "{}", escape_line(line));
    }
    let _ = writeln!(out, "{fence}");
}
