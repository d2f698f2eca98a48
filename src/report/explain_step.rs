//! The exchanges of a step as text: possible states before and after, and contradicted clauses.

use super::plan_text::describe_outcome;
use crate::history::{CallCause, Exchange, History};
use crate::model::{BeliefChange, ClauseId, DifferenceKind, Model};
use crate::oracle::{ExchangeFindings, Finding};
use crate::suite::ClauseBasis;
use std::fmt::Write;

/// The text of `probity explain --why STEP`: the judgement of each exchange of the step. `seen` is the result of
/// [`crate::oracle::judge_history`] with insight, one entry per exchange; `step` counts from 0.
#[must_use]
pub fn explain_step(model: &Model, history: &History, seen: &[ExchangeFindings], step: usize) -> String {
    let mut out = format!("step {} of plan {} of suite {}\n", step + 1, history.header.plan, history.header.suite);
    let of_step = history.exchanges.iter().zip(seen).filter(|(exchange, _)| exchange.step == step);
    let mut any = false;
    for (exchange, seen) in of_step {
        any = true;
        write_heading(&mut out, exchange);
        if let Some(insight) = &seen.insight {
            write_states(&mut out, model, insight);
        }
        if let Some(excess) = &seen.excess {
            let _ = writeln!(
                out,
                "  bound of possible states: {}; the resources of the call are undetermined from here",
                excess.reason
            );
            let _ = writeln!(
                out,
                "  where to look: the bound of possible states, or a suite that permits too many of them"
            );
        }
        for finding in &seen.findings {
            write_contradiction(&mut out, model, finding);
        }
    }
    if !any {
        out.push_str(
            "  no request was sent: an earlier step failed, or did not create a resource that the step names\n",
        );
    }
    out
}

fn write_heading(out: &mut String, exchange: &Exchange) {
    let cause = match exchange.cause {
        CallCause::Step => "the step",
        CallCause::Retry => "a retry",
        CallCause::Poll => "a poll",
    };
    let _ = writeln!(
        out,
        "\nexchange {} ({cause}): {} ({}) as {} -> {}",
        exchange.number,
        exchange.call.operation,
        exchange.call.binding,
        exchange.call.caller,
        describe_outcome(&exchange.outcome)
    );
}

fn write_states(out: &mut String, model: &Model, insight: &BeliefChange) {
    let block = |out: &mut String, title: &str, lines: &[String]| {
        let _ = writeln!(out, "  {title}");
        if lines.is_empty() {
            out.push_str("    none\n");
        }
        for line in lines {
            let _ = writeln!(out, "    {line}");
        }
    };
    block(out, "possible before", &insight.before);
    if !insight.ruled_out.is_empty() {
        out.push_str("  ruled out\n");
        for (state, clauses) in &insight.ruled_out {
            let _ = writeln!(out, "    {state}\n      by {}", list_clauses(model, clauses));
        }
    }
    block(out, "possible after", &insight.after);
}

fn write_contradiction(out: &mut String, model: &Model, finding: &Finding) {
    let _ = writeln!(out, "  contradicted: {}", list_clauses(model, &finding.clauses));
    let _ = writeln!(out, "  got: {}", finding.seen);
    for difference in &finding.evidence.differences {
        if let DifferenceKind::Schema(schema) | DifferenceKind::Input(schema) = &difference.what {
            let _ = writeln!(out, "    {schema}");
        }
    }
    out.push_str("  where to look\n");
    for clause in &finding.clauses {
        let info = model.clause_info(*clause);
        let cites: Vec<String> = info.cites.iter().map(ToString::to_string).collect();
        let place = match info.basis {
            ClauseBasis::Stated => {
                format!("stated at {}; if the lines say so, the endpoint or the page is wrong", cites.join(", "))
            }
            ClauseBasis::Example => {
                format!("shown by the example at {} only; the page may promise less", cites.join(", "))
            }
            ClauseBasis::Convention => {
                "a convention of probity; the endpoint is wrong, or the suite lacks a clause that permits the response"
                    .to_string()
            }
        };
        let _ = writeln!(out, "    {}: {place}", info.id);
    }
    if let Some((exchange, clauses)) = &finding.narrowed_by {
        let _ = writeln!(
            out,
            "    exchange {exchange}: the last to rule out a possible state, by {}; the suite or that response may be wrong",
            list_clauses(model, clauses)
        );
    }
}

fn list_clauses(model: &Model, clauses: &[ClauseId]) -> String {
    if clauses.is_empty() {
        return "no clause".to_string();
    }
    clauses.iter().map(|clause| model.clause_info(*clause).id.as_str()).collect::<Vec<_>>().join(", ")
}
