//! From the runs that tell clauses apart to rows of the report.

use super::rows::BlameRow;
use crate::campaign::{ShownCounterexample, TellingChange};
use crate::model::{ClauseId, Model};

/// A row for each run that told clauses apart, and for each change that was not run.
pub(super) fn compile_blame(model: &Model, shown: &ShownCounterexample) -> Vec<BlameRow> {
    let name = |clauses: &[ClauseId]| -> Vec<String> {
        clauses.iter().map(|clause| model.clause_info(*clause).id.clone()).collect()
    };
    let runs = shown.blame.runs.iter().map(|run| {
        let likely = shown.finding.clauses.iter().filter(|clause| !run.held.contains(clause)).copied();
        let likely = name(&likely.collect::<Vec<_>>());
        let (held, contradicted) = (name(&run.held), name(&run.contradicted));
        BlameRow { says: describe_run(&run.change, &likely, &held, &contradicted), held, contradicted }
    });
    let untried = shown.blame.untried.iter().map(|change| BlameRow {
        says: format!("not known: the requests for shrinking did not suffice for the same calls {}", describe(change)),
        held: Vec::new(),
        contradicted: Vec::new(),
    });
    runs.chain(untried).collect()
}

fn describe_run(change: &TellingChange, likely: &[String], held: &[String], contradicted: &[String]) -> String {
    let names = |ids: &[String]| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let verb = |ids: &[String]| if ids.len() == 1 { "holds" } else { "hold" };
    match change {
        TellingChange::WithReads { operations } => format!(
            "{}, because {}, added before the last call, already shows this deviation",
            names(contradicted),
            operations.join(", ")
        ),
        _ if held.is_empty() => {
            format!("{}, because this clause alone is contradicted {}", names(contradicted), describe(change))
        }
        _ => format!("{}, because {} {} {}", names(likely), names(held), verb(held), describe(change)),
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
