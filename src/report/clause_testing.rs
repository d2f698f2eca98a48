//! How a clause is tested, and how to read a failure of it.

use super::phrases::join_first_names;
use super::rows::ClauseRow;
use crate::model::{ClauseId, ClauseOrigin, GeneratedClause, Model, list_deciding_operations};
use crate::suite::{Clause, ClauseDecision};
use std::fmt::Write;

/// Most printed operations, and most printed mutants.
const LISTED_MAX: usize = 8;

/// The part of `probity explain CLAUSE` about tests of the clause. `row` is the clause's row in the last report of the
/// suite, `mutants` are the names of the mutants that break the clause.
#[must_use]
pub fn explain_clause_testing(model: &Model, clause: ClauseId, row: Option<&ClauseRow>, mutants: &[String]) -> String {
    let info = model.clause_info(clause);
    let mut out = String::from("  tests\n");
    let calls = list_deciding_operations(model, clause);
    let _ = writeln!(out, "    calls    {}", describe_calls(&calls, row));
    let _ = writeln!(out, "    mutants  {}", describe_mutants(&model.suite.name, &info.id, mutants));
    out.push_str("  a failure says one of\n");
    for reading in list_readings(model, &info.origin) {
        let _ = writeln!(out, "    - {reading}");
    }
    out.push_str(
        "    `expected` is what the nearest possible state allows, `because` names the clause and the step that set the\n    \
         value. If the step before the call is in doubt: probity explain --why STEP --history FILE\n",
    );
    out
}

fn describe_calls(calls: &[String], row: Option<&ClauseRow>) -> String {
    let describe = |call: &String| match row.and_then(|row| row.passed_by.get(call)) {
        Some(count) => format!("{call} (decided {count} in the last run)"),
        None => call.clone(),
    };
    if calls.is_empty() {
        return "none: no call can decide the clause".to_string();
    }
    join_first_names(&calls.iter().map(describe).collect::<Vec<_>>(), LISTED_MAX)
}

fn describe_mutants(suite: &str, clause: &str, mutants: &[String]) -> String {
    if mutants.is_empty() {
        return "none: no mutant breaks the clause alone".to_string();
    }
    let shown = join_first_names(mutants, LISTED_MAX);
    format!(
        "{shown}\n             to see which of them campaigns detect: probity mutants {suite} --only '{clause}/*' --run"
    )
}

/// What a deviation from the clause can mean, one sentence each.
fn list_readings(model: &Model, origin: &ClauseOrigin) -> Vec<String> {
    let kind = |index: usize| &model.suite.resources[index].name;
    let field = |index: usize, field: usize| &model.suite.resources[index].fields[field].name;
    match origin {
        ClauseOrigin::Clause(index) => list_clause_readings(&model.suite.clauses[*index]),
        ClauseOrigin::Event(_) => vec!["nothing: an event is permitted and never demanded".to_string()],
        ClauseOrigin::Generated(generated) => vec![match generated {
            GeneratedClause::NoServerError(operation) => {
                format!("{operation} was answered with a status of 500 or above")
            }
            GeneratedClause::Reply(operation) => {
                format!("a body of {operation} does not match its JSON Schema, at the place that `response` names")
            }
            GeneratedClause::Field(index, place) => format!(
                "a response showed another {} of a {} than before, and no clause of a call in between changes it",
                field(*index, *place),
                kind(*index)
            ),
            GeneratedClause::Settles(index) => {
                format!("a {} was still in a transition when its bound had passed", kind(*index))
            }
            GeneratedClause::Shows(index, entry) => format!(
                "a response showed a value of {} that does not follow from the fields of the {}",
                model.suite.resources[*index].shows[*entry].name,
                kind(*index)
            ),
            GeneratedClause::Listed(index, operation) => {
                format!(
                    "{operation} left out a {} of the caller, or listed one that is gone or of another owner",
                    kind(*index)
                )
            }
            GeneratedClause::PageLimit(_, operation) => {
                format!("a part of {operation} had more entries than the call asked for")
            }
            GeneratedClause::Paged(index, operation) => {
                format!("the parts of {operation} together lacked a {}, or had one twice", kind(*index))
            }
            GeneratedClause::Atomic(index) => {
                format!("no order of the overlapping calls on a {} explains their responses", kind(*index))
            }
        }],
    }
}

fn list_clause_readings(clause: &Clause) -> Vec<String> {
    let mut all = Vec::new();
    match &clause.decision {
        ClauseDecision::Accept(_) => {
            all.push("the guard held, and the call was refused, or accepted with another status".to_string());
            let keys: Vec<&str> = clause.then.iter().map(|effect| effect.key.as_str()).collect();
            if !keys.is_empty() {
                all.push(format!(
                    "the call was accepted, and a later response showed another value of {}",
                    keys.join(", ")
                ));
            }
            if !clause.ensure.is_empty() {
                all.push("the response of the accepted call breaks a condition under `ensure`".to_string());
            }
        }
        ClauseDecision::Refuse(_) => {
            all.push("the guard held, and the call was accepted, or refused with another status".to_string());
            all.push("the call was refused, and a later response showed a change by it".to_string());
        }
        ClauseDecision::MayRefuse(_) => all.push("nothing: the refusal is permitted and never demanded".to_string()),
    }
    all
}
