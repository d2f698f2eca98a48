//! From the runs that tell clauses apart to rows of the report.

use super::rows::BlameRow;
use crate::campaign::{BlameEvidence, TellingChange};
use crate::model::{ClauseId, Model};

/// A row for each run, and for each change that was not run.
pub(super) fn compile_blame(model: &Model, blame: &BlameEvidence) -> Vec<BlameRow> {
    let name = |clauses: &[ClauseId]| -> Vec<String> {
        clauses.iter().map(|clause| model.clause_info(*clause).id.clone()).collect()
    };
    let runs = blame.runs.iter().map(|run| {
        let (held, contradicted) = (name(&run.held), name(&run.contradicted));
        BlameRow { says: describe_run(&run.change, &held, &contradicted), held, contradicted }
    });
    let untried = blame.untried.iter().map(|change| BlameRow {
        says: format!("not run, because the requests for shrinking were used up: the same calls {}", describe(change)),
        held: Vec::new(),
        contradicted: Vec::new(),
    });
    runs.chain(untried).collect()
}

fn describe_run(change: &TellingChange, held: &[String], contradicted: &[String]) -> String {
    let names = |ids: &[String]| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let verb = |ids: &[String]| if ids.len() == 1 { "holds" } else { "hold" };
    match change {
        TellingChange::WithReads { operations } => format!(
            "{} before the last call shows this deviation; without it, the last call was the first to show that something was wrong",
            operations.join(", ")
        ),
        _ if held.is_empty() => format!("{}, only {} is contradicted", describe(change), names(contradicted)),
        _ => format!("{}, {} {}", describe(change), names(held), verb(held)),
    }
}

fn describe(change: &TellingChange) -> String {
    match change {
        TellingChange::WithoutStep { step, operation } => format!("without step {} ({operation})", step + 1),
        TellingChange::ByOwner { step } => format!("when the owner makes the call of step {}", step + 1),
        TellingChange::WithUnknownId { step } => {
            format!("when the owner makes the call of step {} for a resource that never existed", step + 1)
        }
        TellingChange::WithReads { operations } => format!("with {} before the last call", operations.join(", ")),
    }
}
