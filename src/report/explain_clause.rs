//! A clause as text: its sentence, citations, guard, effects and last verdict.

use super::phrases::list_citations;
use super::rows::ClauseRow;
use crate::model::{ClauseId, ClauseOrigin, Model};
use crate::schema::catalog::SourceLines;
use crate::suite::{
    Clause, ClauseBasis, ClauseDecision, ClauseOperations, ClauseTiming, Effect, EffectValue, Event, PermittedStatuses,
    StageExpression,
};
use std::fmt::Write;

/// Most printed lines of a citation.
const LINES_MAX: usize = 40;

/// The user's own copy of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageCopy {
    /// Path of the file.
    pub file: String,
    /// The whole text of the file; citations count its lines from 1.
    pub text: String,
    /// The copy has the digest of the page that the citation was made for.
    pub same_edition: bool,
}

/// Finds the user's own copy of a page by the page's id.
pub type PageLookup<'a> = &'a dyn Fn(&str) -> Option<PageCopy>;

/// The text of `probity explain CLAUSE`. `row` is the clause's row in the last report of the suite; `page`
/// finds the user's copies of cited pages.
#[must_use]
pub fn explain_clause(
    model: &Model,
    clause: ClauseId,
    row: Option<&ClauseRow>,
    page: Option<PageLookup<'_>>,
) -> String {
    let info = model.clause_info(clause);
    let mut out = format!("{}\n  {}\n", info.id, info.says);
    let rule = info.rule.as_ref().map(|rule| format!(", rule `{rule}`")).unwrap_or_default();
    if !info.aliases.is_empty() {
        let _ = writeln!(out, "  aliases  {}", info.aliases.join(", "));
    }
    let _ = writeln!(out, "  basis    {}{rule}", basis_word(info.basis));
    let _ = writeln!(out, "  cites    {}", list_citations(&info.cites));
    match &info.origin {
        ClauseOrigin::Clause(index) => write_clause(&mut out, &model.suite.clauses[*index]),
        ClauseOrigin::Event(index) => write_event(&mut out, model, &model.suite.events[*index]),
        ClauseOrigin::Generated(_) => {
            let _ = writeln!(
                out,
                "  origin   generated from the suite's resources and the catalog; no line of the suite states the clause"
            );
        }
    }
    match row {
        Some(row) => write_verdict(&mut out, row),
        None => out.push_str("  verdict  none: there is no report of this suite\n"),
    }
    if let Some(page) = page {
        for cite in &info.cites {
            quote_lines(&mut out, cite, page(&cite.page));
        }
    }
    out
}

/// The word of suite files for a basis.
pub(super) fn basis_word(basis: ClauseBasis) -> &'static str {
    match basis {
        ClauseBasis::Stated => "stated",
        ClauseBasis::Example => "example",
        ClauseBasis::Convention => "convention",
    }
}

fn write_clause(out: &mut String, clause: &Clause) {
    let calls = match &clause.calls {
        ClauseOperations::Only(calls) => calls.join(", "),
        ClauseOperations::AllBut(none) if none.is_empty() => "every call".to_string(),
        ClauseOperations::AllBut(except) => format!("every call except {}", except.join(", ")),
    };
    let _ = writeln!(out, "  call     {calls}");
    let _ = writeln!(out, "  line     {} of the suite", clause.place.line);
    let during = match clause.timing {
        ClauseTiming::Settled => "every resource that the call names is settled",
        ClauseTiming::Any => "at any time",
    };
    let _ = writeln!(out, "  while    {during}");
    if let Some(when) = &clause.when {
        let _ = writeln!(out, "  when     {when}");
    }
    let (word, statuses) = match &clause.decision {
        ClauseDecision::Accept(statuses) => {
            ("accept  ", describe_statuses(statuses, "any success that the page documents"))
        }
        ClauseDecision::Refuse(statuses) => {
            ("refuse  ", describe_statuses(statuses, "any client error that the page documents"))
        }
        ClauseDecision::MayRefuse(statuses) => {
            ("may refuse", describe_statuses(statuses, "any client error that the page documents"))
        }
    };
    let _ = writeln!(out, "  {word} {statuses}");
    write_effects(out, "then    ", &clause.then);
    for alternative in &clause.or {
        let when = alternative.when.as_ref().map(|when| format!(", when {when}")).unwrap_or_default();
        let _ = writeln!(out, "  or       {}{when} [{}]", alternative.because, list_citations(&alternative.cites));
        write_effects(out, "  then  ", &alternative.then);
    }
    for (first, second) in &clause.order {
        let _ = writeln!(out, "  order    {first} ends after {second}");
    }
    for (ensure, _) in &clause.ensure {
        let _ = writeln!(out, "  ensure   {ensure}");
    }
}

fn write_event(out: &mut String, model: &Model, event: &Event) {
    let _ = writeln!(
        out,
        "  event    of a {}: the endpoint may cause the event without a call; an event is not a promise",
        model.suite.resources[event.resource].name
    );
    if let Some(when) = &event.when {
        let _ = writeln!(out, "  when     {when}");
    }
    write_effects(out, "then    ", &event.then);
}

fn describe_statuses(statuses: &PermittedStatuses, documented: &str) -> String {
    match statuses {
        PermittedStatuses::Documented => documented.to_string(),
        PermittedStatuses::Exactly(codes) => codes.iter().map(u16::to_string).collect::<Vec<_>>().join(" or "),
    }
}

fn write_effects(out: &mut String, word: &str, effects: &[Effect]) {
    for effect in effects {
        let value = match &effect.value {
            EffectValue::Expr(expr) => expr.to_string(),
            EffectValue::Anything => "any value".to_string(),
            EffectValue::Transition(stages) => stages.iter().map(describe_stage).collect::<Vec<_>>().join(", then "),
        };
        let _ = writeln!(out, "  {word} {}: {value}", effect.key);
    }
}

fn describe_stage(stage: &StageExpression) -> String {
    match stage {
        StageExpression::State(state) => state.clone(),
        StageExpression::Expr(expr) => expr.to_string(),
        StageExpression::Anything => "any state".to_string(),
        StageExpression::Gone => "gone".to_string(),
    }
}

fn write_verdict(out: &mut String, row: &ClauseRow) {
    let reason = if row.reason.is_empty() { String::new() } else { format!(": {}", row.reason) };
    let _ = writeln!(out, "  verdict  {}{reason}", row.verdict.word());
    let counts = &row.counts;
    let _ = writeln!(
        out,
        "           applied {}, passed {}, by an exception {}, unclear {}",
        counts.applied, counts.passed, counts.exceptions, counts.unclear
    );
}

fn quote_lines(out: &mut String, cite: &SourceLines, page: Option<PageCopy>) {
    let Some(page) = page else {
        let _ = writeln!(out, "\n{cite}: your folder of pages lacks the page");
        return;
    };
    let edition = if page.same_edition { "" } else { " (not the edition of the citation; lines may have moved)" };
    let _ = writeln!(out, "\n{cite} in {}{edition}", page.file);
    let (first, last) = (cite.first as usize, cite.last as usize);
    let lines = page.text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let cited: Vec<(usize, &str)> = lines.filter(|(number, _)| (first..=last).contains(number)).collect();
    if cited.is_empty() {
        let _ = writeln!(out, "  the page lacks these lines");
    }
    for (number, line) in cited.iter().take(LINES_MAX) {
        let _ = writeln!(out, "  {number:>5} | {}", line.trim_end());
    }
    if cited.len() > LINES_MAX {
        let _ = writeln!(out, "        | and {} more lines", cited.len() - LINES_MAX);
    }
}
