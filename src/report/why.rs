//! What was possible before and after the exchanges of one step, and where to look.

use super::words::outcome;
use crate::history::{Cause, Exchange, History};
use crate::model::{ClauseId, Insight, Model};
use crate::oracle::{Finding, Seen};
use crate::suite::Basis;
use std::fmt::Write;

/// The text of `probity explain --why STEP`: each exchange of the step as it was judged.
/// `seen` is what [`crate::oracle::judge`] gave with insight on, one entry per exchange; `step` counts from 0.
#[must_use]
pub fn why(model: &Model, history: &History, seen: &[Seen], step: usize) -> String {
    let mut out = format!("step {} of plan {} of suite {}\n", step + 1, history.header.plan, history.header.suite);
    let of_step = history.exchanges.iter().zip(seen).filter(|(exchange, _)| exchange.step == step);
    let mut any = false;
    for (exchange, seen) in of_step {
        any = true;
        heading(&mut out, exchange);
        if let Some(insight) = &seen.insight {
            possibilities(&mut out, model, insight);
        }
        if let Some(excess) = &seen.excess {
            let _ = writeln!(out, "  given up: {}; what the call touched is not determined from here", excess.reason);
            let _ = writeln!(
                out,
                "  where to look: the engine's bound on possible states, or a suite that leaves too much open"
            );
        }
        for finding in &seen.findings {
            contradiction(&mut out, model, finding);
        }
    }
    if !any {
        out.push_str("  nothing was sent for it: a step before it failed, or what it names never came to life\n");
    }
    out
}

fn heading(out: &mut String, exchange: &Exchange) {
    let cause = match exchange.cause {
        Cause::Step => "the step itself",
        Cause::Retry => "the step again",
        Cause::Poll => "a look at what it touched",
    };
    let _ = writeln!(
        out,
        "\nexchange {} ({cause}): {} ({}) as {} -> {}",
        exchange.number,
        exchange.operation,
        exchange.binding,
        exchange.caller,
        outcome(&exchange.outcome)
    );
}

fn possibilities(out: &mut String, model: &Model, insight: &Insight) {
    let block = |out: &mut String, title: &str, lines: &[String]| {
        let _ = writeln!(out, "  {title}");
        if lines.is_empty() {
            out.push_str("    nothing known\n");
        }
        for line in lines {
            let _ = writeln!(out, "    {line}");
        }
    };
    block(out, "possible before", &insight.before);
    if !insight.ruled_out.is_empty() {
        out.push_str("  ruled out\n");
        for (world, clauses) in &insight.ruled_out {
            let _ = writeln!(out, "    {world}\n      by {}", names(model, clauses));
        }
    }
    block(out, "possible after", &insight.after);
}

fn contradiction(out: &mut String, model: &Model, finding: &Finding) {
    let _ = writeln!(out, "  contradicted: {}", names(model, &finding.clauses));
    let _ = writeln!(out, "  seen: {}", finding.seen);
    for violation in &finding.violations {
        let _ = writeln!(out, "    {violation}");
    }
    out.push_str("  where to look\n");
    for clause in &finding.clauses {
        let info = model.info(*clause);
        let cites: Vec<String> = info.cites.iter().map(ToString::to_string).collect();
        let place = match info.basis {
            Basis::Stated => {
                format!("{} says it; if the line says so, the endpoint is wrong, or the page is", cites.join(", "))
            }
            Basis::Example => format!("only the example at {} shows it; the page may mean less", cites.join(", ")),
            Basis::Convention => {
                "a rule of probity; the endpoint is wrong, or the suite lacks a clause that permits this".to_string()
            }
        };
        let _ = writeln!(out, "    {}: {place}", info.id);
    }
    if let Some((exchange, clauses)) = &finding.shrunk {
        let _ = writeln!(
            out,
            "    exchange {exchange}: there {} last ruled something out; if that was wrong, the suite is, or the endpoint was then",
            names(model, clauses)
        );
    }
}

fn names(model: &Model, clauses: &[ClauseId]) -> String {
    if clauses.is_empty() {
        return "no clause".to_string();
    }
    clauses.iter().map(|clause| model.info(*clause).id.as_str()).collect::<Vec<_>>().join(", ")
}
