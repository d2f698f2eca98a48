//! One clause for a reader: what it says, where it stands, when it speaks, what became of it.

use super::row::ClauseRow;
use super::summary::cited;
use crate::model::{ClauseId, Model, Origin};
use crate::schema::catalog::Source;
use crate::suite::{Basis, Calls, Clause, Effect, EffectValue, Event, Stage, Statuses, Verb, While};
use std::fmt::Write;

/// Most lines shown of one citation.
const LINES_MAX: usize = 40;

/// The reader's own copy of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The file as the reader named it.
    pub file: String,
    pub text: String,
    /// It is the very edition that the citation was made for.
    pub same_edition: bool,
}

/// The reader's own copy of a page, by the page's id.
pub type Pages<'a> = &'a dyn Fn(&str) -> Option<Page>;

/// The text of `probity explain CLAUSE`. `page` gives the reader's copy of a page by its id,
/// if there is one; `row` is the clause's row in the last report of this suite.
#[must_use]
pub fn explain(model: &Model, clause: ClauseId, row: Option<&ClauseRow>, page: Option<Pages<'_>>) -> String {
    let info = model.info(clause);
    let mut out = format!("{}\n  {}\n", info.id, info.says);
    let rule = info.rule.as_ref().map(|rule| format!(", rule `{rule}`")).unwrap_or_default();
    let _ = writeln!(out, "  basis    {}{rule}", basis(info.basis));
    let _ = writeln!(out, "  cites    {}", cited(&info.cites));
    match &info.origin {
        Origin::Clause(index) => written(&mut out, &model.suite.clauses[*index]),
        Origin::Event(index) => event(&mut out, model, &model.suite.events[*index]),
        Origin::Generated(_) => {
            let _ = writeln!(
                out,
                "  origin   follows from the suite's resources and the catalog; no line of the suite states it"
            );
        }
    }
    match row {
        Some(row) => verdict(&mut out, row),
        None => out.push_str("  verdict  none yet: there is no report of this suite to read it from\n"),
    }
    if let Some(page) = page {
        for cite in &info.cites {
            quote(&mut out, cite, page(&cite.page));
        }
    }
    out
}

/// The word for a basis, as suites write it.
pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Stated => "stated",
        Basis::Example => "example",
        Basis::Convention => "convention",
    }
}

fn written(out: &mut String, clause: &Clause) {
    let calls = match &clause.calls {
        Calls::Only(calls) => calls.join(", "),
        Calls::AllBut(none) if none.is_empty() => "every call".to_string(),
        Calls::AllBut(except) => format!("every call but {}", except.join(", ")),
    };
    let _ = writeln!(out, "  call     {calls}");
    let _ = writeln!(out, "  line     {} of the suite", clause.place.line);
    let during = match clause.during {
        While::Rest => "while everything that the call names is at rest",
        While::Any => "at any time",
    };
    let _ = writeln!(out, "  while    {during}");
    if let Some(when) = &clause.when {
        let _ = writeln!(out, "  when     {when}");
    }
    let (word, statuses) = match &clause.verb {
        Verb::Accept(statuses) => ("accept  ", said(statuses, "any success that the page documents")),
        Verb::Refuse(statuses) => ("refuse  ", said(statuses, "any client error that the page documents")),
        Verb::MayRefuse(statuses) => ("may refuse", said(statuses, "any client error that the page documents")),
    };
    let _ = writeln!(out, "  {word} {statuses}");
    effects(out, "then    ", &clause.then);
    for alternative in &clause.or {
        let when = alternative.when.as_ref().map(|when| format!(", when {when}")).unwrap_or_default();
        let _ = writeln!(out, "  or       {}{when} [{}]", alternative.because, cited(&alternative.cites));
        effects(out, "  then  ", &alternative.then);
    }
    for (first, second) in &clause.order {
        let _ = writeln!(out, "  order    {first} ends after {second}");
    }
    for (ensure, _) in &clause.ensure {
        let _ = writeln!(out, "  ensure   {ensure}");
    }
}

fn event(out: &mut String, model: &Model, event: &Event) {
    let _ = writeln!(
        out,
        "  event    of a {}: the endpoint may do it by itself; it is no promise",
        model.suite.resources[event.resource].name
    );
    if let Some(when) = &event.when {
        let _ = writeln!(out, "  when     {when}");
    }
    effects(out, "then    ", &event.then);
}

fn said(statuses: &Statuses, documented: &str) -> String {
    match statuses {
        Statuses::Documented => documented.to_string(),
        Statuses::Exactly(codes) => codes.iter().map(u16::to_string).collect::<Vec<_>>().join(" or "),
    }
}

fn effects(out: &mut String, word: &str, effects: &[Effect]) {
    for effect in effects {
        let value = match &effect.value {
            EffectValue::Expr(expr) => expr.to_string(),
            EffectValue::Anything => "anything".to_string(),
            EffectValue::Course(stages) => stages.iter().map(stage).collect::<Vec<_>>().join(", then "),
        };
        let _ = writeln!(out, "  {word} {}: {value}", effect.key);
    }
}

fn stage(stage: &Stage) -> String {
    match stage {
        Stage::State(state) => state.clone(),
        Stage::Expr(expr) => expr.to_string(),
        Stage::Anything => "whatever it shows".to_string(),
        Stage::Gone => "gone".to_string(),
    }
}

fn verdict(out: &mut String, row: &ClauseRow) {
    let reason = if row.reason.is_empty() { String::new() } else { format!(": {}", row.reason) };
    let _ = writeln!(out, "  verdict  {}{reason}", row.verdict.word());
    let counts = &row.counts;
    let _ = writeln!(
        out,
        "           applied {}, earned {}, through an exception {}, unclear {}",
        counts.applied, counts.passed, counts.exceptions, counts.unclear
    );
}

fn quote(out: &mut String, cite: &Source, page: Option<Page>) {
    let Some(page) = page else {
        let _ = writeln!(out, "\n{cite}: your folder of pages does not have it");
        return;
    };
    let edition =
        if page.same_edition { "" } else { " (another edition than the citation was made for; lines may have moved)" };
    let _ = writeln!(out, "\n{cite} in {}{edition}", page.file);
    let (first, last) = (cite.first as usize, cite.last as usize);
    let lines = page.text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let cited: Vec<(usize, &str)> = lines.filter(|(number, _)| (first..=last).contains(number)).collect();
    if cited.is_empty() {
        let _ = writeln!(out, "  the page has no such lines");
    }
    for (number, line) in cited.iter().take(LINES_MAX) {
        let _ = writeln!(out, "  {number:>5} | {}", line.trim_end());
    }
    if cited.len() > LINES_MAX {
        let _ = writeln!(out, "        | and {} lines more", cited.len() - LINES_MAX);
    }
}
