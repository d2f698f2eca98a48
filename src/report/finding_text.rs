//! A finding as text for a terminal, in at most [`LINES_MAX`] lines.

use super::call_row::{CallRow, SentTime};
use super::evidence_rows::{DifferenceRow, EvidenceRow};
use super::evidence_text::describe_time;
use super::phrases::{format_count, join_first_names, list_citations};
use super::plan_text::describe_steps;
use super::race_text::draw_race;
use super::report_location::{ReportLocation, fill_in_replay};
use super::rows::{ClauseReference, CounterexampleRow, FindingRow};
use probity_input::{escape_field, escape_line, shorten_text};

/// Most lines of one finding.
pub(super) const LINES_MAX: usize = 25;
/// Most promises, differences and reasons of one finding; `report.json` has all.
const PROMISES_MAX: usize = 3;
const DIFFERENCES_MAX: usize = 3;
const REASONS_MAX: usize = 4;
/// Longest line about a step or a reason, in characters.
const LINE_CHARS_MAX: usize = 240;

/// The lines of a finding: the promise, the difference, the reasons, the call, the counterexample, and how to see the
/// deviation again.
pub(super) fn list_finding_lines(finding: &FindingRow, place: &ReportLocation<'_>) -> Vec<String> {
    let ids: Vec<&str> = finding.clauses.iter().map(|clause| clause.id.as_str()).collect();
    let mut lines = vec![format!("FAIL {}", join_first_names(&ids, PROMISES_MAX))];
    lines.extend(label_lines("promise", list_promises(&finding.clauses)));
    match &finding.evidence {
        Some(evidence) => lines.extend(describe_evidence(evidence, &finding.seen)),
        None => add_former_evidence(&mut lines, finding),
    }
    if let Some(race) = &finding.race {
        lines.extend(label_lines("race", draw_race(race)));
    }
    if let Some(call) = &finding.call {
        add_call(&mut lines, call);
    }
    if let Some(entry) = &finding.recognise {
        let hint = "a quota or a gateway may have refused the call; if so, add this entry to the profile:";
        lines.extend(label_lines("hint", vec![hint.to_string(), entry.clone()]));
    }
    lines.extend(label_lines("likely", finding.told_apart.iter().map(|row| row.says.clone()).collect()));
    if !finding.related.is_empty() {
        let related = format!("contradicted by such responses, or in a longer plan: {}", finding.related.join(", "));
        lines.extend(label_lines("also", vec![related]));
    }
    let counterexample = &finding.counterexample;
    let mut end = Vec::new();
    if finding.count > 1 {
        end.extend(label_lines("seen", vec![describe_repetitions(finding)]));
    }
    if !counterexample.plan.steps.is_empty() {
        end.extend(label_lines("script", describe_script(finding, place)));
        end.extend(label_lines("replay", vec![fill_in_replay(&counterexample.replay, place)]));
    }
    let room = LINES_MAX.saturating_sub(lines.len() + end.len());
    lines.extend(list_step_lines(finding, counterexample, room));
    lines.extend(end);
    lines.iter().map(|line| escape_line(line).into_owned()).collect()
}

/// The differences of a finding as sentences: the expected side and the other side of each.
pub(super) fn list_difference_sentences(finding: &FindingRow) -> Vec<String> {
    let Some(evidence) = &finding.evidence else {
        let former = finding.expected.iter().map(|expected| format!("expected: {expected}"));
        return finding.violations.iter().cloned().chain(former).collect();
    };
    let sides = evidence.differences.iter();
    let sides = sides.map(|difference| {
        let (expected, got) = (describe_side(difference, &difference.expected, true), describe_got(difference));
        format!("expected {expected}; got {got}")
    });
    sides.collect()
}

fn list_promises(clauses: &[ClauseReference]) -> Vec<String> {
    let mut lines: Vec<String> = clauses
        .iter()
        .take(PROMISES_MAX)
        .map(|clause| {
            let name = if clauses.len() > 1 { format!("{}: ", clause.id) } else { String::new() };
            format!("{name}{} [{}]", clause.says, list_sources(clause))
        })
        .collect();
    if clauses.len() > PROMISES_MAX {
        lines.push(format!("and {} more clauses", clauses.len() - PROMISES_MAX));
    }
    if clauses.len() > 1 {
        lines.push("At least one of these clauses is broken.".to_string());
    }
    lines
}

/// The citations of a clause, and the convention without which the pages do not make the promise.
fn list_sources(clause: &ClauseReference) -> String {
    let cites = list_citations(&clause.cites);
    match clause.rule.as_ref().filter(|_| !clause.cites.is_empty()) {
        Some(rule) => format!("{cites}; with the convention `{rule}`"),
        None => cites,
    }
}

/// The lines of an evidence: expected, got, and why. `seen` is the response in words.
#[must_use]
pub fn describe_evidence(evidence: &EvidenceRow, seen: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let shown = evidence.differences.iter().take(DIFFERENCES_MAX);
    let mut expected: Vec<String> =
        shown.clone().map(|difference| describe_side(difference, &difference.expected, true)).collect();
    let mut got: Vec<String> = shown.map(describe_got).collect();
    if let Some(more) = evidence.differences.len().checked_sub(DIFFERENCES_MAX).filter(|more| *more > 0) {
        got.push(format!("and {more} more differences, listed in report.json"));
    }
    if got.is_empty() {
        got.push(seen.to_string());
    }
    match evidence.other_states {
        0 => {}
        1 => expected.push("(the nearer of 2 possible states)".to_string()),
        others => expected.push(format!("(the nearest of {} possible states)", others + 1)),
    }
    lines.extend(label_lines("expected", expected));
    lines.extend(label_lines("got", got));
    let mut because: Vec<String> =
        evidence.because.iter().take(REASONS_MAX).map(|reason| reason.says.clone()).collect();
    if let Some(more) = evidence.because.len().checked_sub(REASONS_MAX).filter(|more| *more > 0) {
        because.push(format!("and {more} more reasons, listed in report.json"));
    }
    lines.extend(label_lines("because", because));
    lines
}

/// The evidence of reports before format 3.
fn add_former_evidence(lines: &mut Vec<String>, finding: &FindingRow) {
    let got = std::iter::once(&finding.seen).chain(&finding.violations);
    lines.extend(label_lines("got", got.take(DIFFERENCES_MAX).cloned().collect()));
    lines.extend(label_lines("expected", finding.expected.iter().take(DIFFERENCES_MAX).cloned().collect()));
}

fn add_call(lines: &mut Vec<String>, call: &CallRow) {
    let name = match call.poll {
        true => format!("{} after step {}", call.operation, call.step + 1),
        false => format!("step {}, {}", call.step + 1, call.operation),
    };
    let sent = match &call.sent {
        SentTime::At(time) => format!("at {time}"),
        SentTime::AfterMs(ms) => format!("{} after the start of the plan", describe_time(*ms)),
    };
    lines.extend(label_lines(
        "call",
        vec![format!("{} {}", call.method, escape_field(&call.url)), format!("({name}; {sent})")],
    ));
    let status = call.status.map_or_else(|| "no response".to_string(), |status| status.to_string());
    lines.extend(label_lines("response", vec![format!("{status} {}", escape_field(&call.body))]));
    let ids = call.request_ids.iter().map(|(name, id)| format!("{name}: {}", escape_field(id)));
    lines.extend(label_lines("request id", ids.collect()));
}

fn describe_side(difference: &DifferenceRow, side: &str, with_cite: bool) -> String {
    let cite = difference.cite.as_ref().filter(|_| with_cite);
    let cite = cite.map(|cite| format!(" [{cite}]")).unwrap_or_default();
    let place = match difference.kind.as_str() {
        _ if difference.place.is_empty() => String::new(),
        "field" | "derived" => format!("{} is ", difference.place),
        _ => format!("{}: ", difference.place),
    };
    format!("{place}{side}{cite}")
}

fn describe_got(difference: &DifferenceRow) -> String {
    describe_side(difference, &difference.got, false)
}

fn list_step_lines(finding: &FindingRow, counterexample: &CounterexampleRow, room: usize) -> Vec<String> {
    let CounterexampleRow { seen_again, repeated, plan, outcomes, file, .. } = counterexample;
    if plan.steps.is_empty() {
        let place = format!("exchange {} of plan {}, step {}", finding.exchange, finding.plan, finding.step + 1);
        return label_lines("where", vec![place]);
    }
    let count = format_count(plan.steps.len(), "step", "steps");
    let title = match (seen_again, repeated) {
        (true, _) if counterexample.runs > 0 => format!(
            "  counterexample, {count}, with the deviation in {} of {}:",
            counterexample.shown,
            format_count(usize::try_from(counterexample.runs).unwrap_or(usize::MAX), "run", "runs")
        ),
        (true, _) => format!("  counterexample, {count}:"),
        (false, false) => {
            let reason = counterexample.prevented.as_deref().unwrap_or("the limits left no repetition");
            let seen = if finding.count > 1 { "" } else { "seen once, and " };
            format!("  {seen}not run again: {reason}; the whole plan, {count}:")
        }
        (false, true) => format!(
            "  seen once, and not again in {} of the plan or of smaller plans; the whole plan, {count}:",
            format_count(usize::try_from(counterexample.runs.max(1)).unwrap_or(usize::MAX), "run", "runs")
        ),
    };
    let mut lines = vec![title];
    let steps = describe_steps(plan, outcomes);
    let room = room.saturating_sub(2).max(2);
    let shown = select_step_lines(&steps, room);
    lines.extend(shown.iter().map(|index| format!("    {}", shorten_text(&steps[*index], LINE_CHARS_MAX))));
    let hidden = steps.len() - shown.len();
    if hidden > 0 {
        lines.push(format!("    left out: {}, in {file}", format_count(hidden, "line", "lines")));
    }
    lines
}

/// The indexes of the lines of steps that fit into `room` lines. Bodies and waits are left out first, those of the first steps
/// before others; then steps in the middle, because the last steps show the deviation.
fn select_step_lines(lines: &[String], room: usize) -> Vec<usize> {
    let last = lines.iter().rposition(|line| !line.starts_with(' ')).unwrap_or(0);
    let mut kept: Vec<usize> = (0..lines.len()).collect();
    while kept.len() > room {
        let Some(detail) = kept.iter().position(|index| *index < last && lines[*index].starts_with(' ')) else { break };
        kept.remove(detail);
    }
    let surplus = kept.len().saturating_sub(room);
    let first = (room / 2).min(kept.len());
    if surplus > 0 {
        kept.drain(first..first + surplus);
    }
    kept
}

/// How often the deviation was seen, and at which operations.
fn describe_repetitions(finding: &FindingRow) -> String {
    if finding.operations.is_empty() {
        return format!("{} times in this run, with the same difference", finding.count);
    }
    format!(
        "{} times in this run, at {} operations: {}, {}",
        finding.count,
        finding.operations.len() + 1,
        finding.operation,
        finding.operations.join(", ")
    )
}

/// How to see the deviation with curl, or why there is no script.
fn describe_script(finding: &FindingRow, place: &ReportLocation<'_>) -> Vec<String> {
    let CounterexampleRow { script, no_script, file, .. } = &finding.counterexample;
    let folder = fill_in_replay("{reports}", place);
    match (script, no_script) {
        (Some(script), _) => vec![format!("sh {folder}/{}/{script}", finding.counterexample.plan.suite)],
        (None, Some(reason)) => vec![format!("none for {file}: {reason}")],
        (None, None) => Vec::new(),
    }
}

/// Lines with a label before the first.
fn label_lines(label: &str, texts: Vec<String>) -> Vec<String> {
    let label = |index: usize| if index == 0 { label } else { "" };
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| format!("  {:<10} {}", label(index), shorten_text(text, 2 * LINE_CHARS_MAX)))
        .collect()
}
