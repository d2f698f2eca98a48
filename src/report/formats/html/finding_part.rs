//! A finding, prepared for the template.

use super::race_lanes::{RaceLanes, make_lanes};
use super::sequence_diagram::{SequenceDiagram, make_sequence};
use crate::report::call_row::{CallRow, SentTime};
use crate::report::compile::Report;
use crate::report::evidence_text::describe_time;
use crate::report::phrases::format_count;
use crate::report::plan_text::describe_steps;
use crate::report::report_location::fill_in_replay;
use crate::report::rows::{CounterexampleRow, FindingRow};
use crate::report::stored_run::StoredRun;
use crate::schema::catalog::SourceLines;
use probity_input::{escape_field, escape_line, escape_lines, shorten_text};
use serde::Serialize;

/// Most promises, differences and reasons; `report.json` has all.
const ROWS_MAX: usize = 20;
/// Longest script in characters.
const SCRIPT_CHARS_MAX: usize = 20_000;
/// Longest value in characters.
const VALUE_CHARS_MAX: usize = 600;

/// A finding.
#[derive(Debug, Serialize)]
pub(super) struct FindingPart {
    id: String,
    number: usize,
    /// The contradicted clauses, for the heading.
    clauses: String,
    operation: String,
    promises: Vec<PromisePart>,
    promises_hidden: usize,
    seen: String,
    differences: Vec<DifferencePart>,
    differences_hidden: usize,
    /// How many possible states the response contradicts besides the nearest one.
    other_states: usize,
    because: Vec<String>,
    told_apart: Vec<String>,
    call: Option<CallPart>,
    hint: Option<String>,
    related: String,
    repetitions: String,
    heading: String,
    steps: Vec<StepPart>,
    race: Option<RaceLanes>,
    sequence: Option<SequenceDiagram>,
    script: String,
    no_script: Option<String>,
    replay: String,
    fingerprints: Vec<String>,
    /// Why the deviation does not fail the run; none for a new deviation.
    excuse: Option<String>,
}

#[derive(Debug, Serialize)]
struct PromisePart {
    clause: String,
    says: String,
    cites: Vec<CitePart>,
    /// Titles of the cited pages.
    pages: String,
    /// The convention without which the pages do not make the promise.
    rule: Option<String>,
}

/// Lines of a page.
#[derive(Debug, Serialize)]
pub(super) struct CitePart {
    /// `page:lines`.
    text: String,
    /// The address of the page, if it is one of the web; else empty.
    url: String,
}

#[derive(Debug, Serialize)]
struct DifferencePart {
    place: String,
    expected: String,
    got: String,
    cite: Option<CitePart>,
    clauses: String,
}

#[derive(Debug, Serialize)]
struct CallPart {
    name: String,
    request: String,
    sent: String,
    response: String,
    request_ids: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct StepPart {
    text: String,
    details: Vec<String>,
}

pub(super) fn make_finding(campaign: &str, run: &StoredRun, finding: &FindingRow) -> FindingPart {
    let report = &run.report;
    let evidence = finding.evidence.as_ref();
    let differences = evidence.map_or(&[][..], |evidence| &evidence.differences);
    let ids: Vec<&str> = finding.clauses.iter().map(|clause| clause.id.as_str()).collect();
    let counterexample = &finding.counterexample;
    FindingPart {
        id: format!("{campaign}-finding-{}", finding.number),
        number: finding.number,
        clauses: shorten_text(&ids.join(" or "), 200).into_owned(),
        operation: finding.operation.clone(),
        promises: finding
            .clauses
            .iter()
            .take(ROWS_MAX)
            .map(|clause| PromisePart {
                clause: clause.id.clone(),
                says: clause.says.clone(),
                cites: clause.cites.iter().map(|cite| make_cite(report, cite)).collect(),
                pages: list_titles(report, &clause.cites),
                rule: clause.rule.clone().filter(|_| !clause.cites.is_empty()),
            })
            .collect(),
        promises_hidden: finding.clauses.len().saturating_sub(ROWS_MAX),
        seen: escape_line(&finding.seen).into_owned(),
        differences: differences
            .iter()
            .take(ROWS_MAX)
            .map(|difference| DifferencePart {
                place: if difference.place.is_empty() { "the response".into() } else { show_value(&difference.place) },
                expected: show_value(&difference.expected),
                got: show_value(&difference.got),
                cite: difference.cite.as_ref().map(|cite| make_cite(report, cite)),
                clauses: difference.clauses.join(", "),
            })
            .collect(),
        differences_hidden: differences.len().saturating_sub(ROWS_MAX),
        other_states: evidence.map_or(0, |evidence| evidence.other_states),
        because: evidence
            .map_or(&[][..], |evidence| &evidence.because)
            .iter()
            .take(ROWS_MAX)
            .map(|reason| show_value(&reason.says))
            .collect(),
        told_apart: finding.told_apart.iter().map(|row| show_value(&row.says)).collect(),
        call: finding.call.as_ref().map(make_call),
        hint: finding.recognise.as_ref().map(|entry| escape_lines(entry).into_owned()),
        related: finding.related.join(", "),
        repetitions: describe_repetitions(finding),
        heading: describe_counterexample(finding),
        steps: list_steps(counterexample),
        race: finding.race.as_ref().map(make_lanes),
        sequence: make_sequence(finding),
        script: escape_lines(&shorten_text(&counterexample.script_text, SCRIPT_CHARS_MAX)).into_owned(),
        no_script: counterexample.no_script.as_ref().map(|reason| escape_line(reason).into_owned()),
        replay: fill_in_replay(&counterexample.replay, &run.location()),
        excuse: finding.excuse.as_ref().map(|excuse| escape_line(&excuse.describe()).into_owned()),
        fingerprints: finding.fingerprints.iter().take(ROWS_MAX).cloned().collect(),
    }
}

/// A citation with the title of its page.
pub(super) fn make_cite(report: &Report, cite: &SourceLines) -> CitePart {
    let page = report.pages.iter().find(|page| page.id == cite.page);
    let url = page.and_then(|page| page.url.clone()).unwrap_or_default();
    CitePart {
        text: cite.to_string(),
        url: if url.starts_with("https://") || url.starts_with("http://") { url } else { String::new() },
    }
}

/// The titles of the pages, each once.
fn list_titles(report: &Report, cites: &[SourceLines]) -> String {
    let pages = report.pages.iter().filter(|page| cites.iter().any(|cite| cite.page == page.id));
    pages.map(|page| format!("“{}”", page.title)).collect::<Vec<_>>().join(", ")
}

fn show_value(text: &str) -> String {
    escape_line(&shorten_text(text, VALUE_CHARS_MAX)).into_owned()
}

fn make_call(call: &CallRow) -> CallPart {
    let step = call.step + 1;
    CallPart {
        name: if call.poll {
            format!("{}, a poll after step {step}", call.operation)
        } else {
            format!("{}, step {step}", call.operation)
        },
        request: format!("{} {}", call.method, show_value(&call.url)),
        sent: match &call.sent {
            SentTime::At(time) => time.clone(),
            SentTime::AfterMs(ms) => format!("{} after the start of the plan", describe_time(*ms)),
        },
        response: format!(
            "{} {}",
            call.status.map_or_else(|| "no response".to_string(), |status| status.to_string()),
            show_value(&call.body)
        ),
        request_ids: call
            .request_ids
            .iter()
            .map(|(name, id)| (escape_field(name).into_owned(), escape_field(id).into_owned()))
            .collect(),
    }
}

fn describe_repetitions(finding: &FindingRow) -> String {
    let times = match finding.count {
        0 | 1 => "once in this run".to_string(),
        count => format!("{count} times in this run, with the same difference"),
    };
    if finding.operations.is_empty() { times } else { format!("{times}, also at {}", finding.operations.join(", ")) }
}

fn describe_counterexample(finding: &FindingRow) -> String {
    let shown = &finding.counterexample;
    let count = format_count(shown.plan.steps.len(), "step", "steps");
    let runs = format_count(usize::try_from(shown.runs).unwrap_or(usize::MAX), "run", "runs");
    match (shown.seen_again, shown.repeated) {
        (true, _) if shown.runs > 0 => {
            format!("Counterexample: {count}, with the deviation in {} of {runs}", shown.shown)
        }
        (true, _) => format!("Counterexample: {count}"),
        (false, true) => format!("Seen once, and not again in {runs} of the plan or of smaller plans: {count}"),
        (false, false) => {
            let reason = shown.prevented.as_deref().unwrap_or("the limits left no repetition");
            let seen = if finding.count > 1 { "Not" } else { "Seen once, and not" };
            format!("{seen} run again ({}): {count}", escape_line(reason))
        }
    }
}

/// The steps: the lines of [`describe_steps`], without numbers, each with the lines below it.
fn list_steps(shown: &CounterexampleRow) -> Vec<StepPart> {
    let mut steps: Vec<StepPart> = Vec::new();
    for line in describe_steps(&shown.plan, &shown.outcomes) {
        match (line.strip_prefix("   "), steps.last_mut()) {
            (Some(detail), Some(step)) => step.details.push(show_value(detail)),
            _ => {
                let text = line.split_once(". ").map_or(line.as_str(), |(_, text)| text);
                steps.push(StepPart { text: show_value(text), details: Vec::new() });
            }
        }
    }
    steps
}
