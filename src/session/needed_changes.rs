//! Which clauses a run without changes cannot decide.

use crate::model::{ClauseId, ClauseOrigin, GeneratedClause, Model, OperationModel};
use crate::suite::ClauseDecision;

/// Whether a clause can only be decided by a change: the clause speaks of changing calls, or of a resource
/// that must be created first.
pub fn needs_changes(model: &Model, clause: ClauseId) -> bool {
    match &model.clause_info(clause).origin {
        ClauseOrigin::Generated(GeneratedClause::NoServerError(operation)) => model.operations[operation].changes,
        ClauseOrigin::Generated(GeneratedClause::Reply(operation)) => {
            let operation = &model.operations[operation];
            operation.changes || !operation.about.is_empty()
        }
        ClauseOrigin::Generated(_) | ClauseOrigin::Event(_) => true,
        ClauseOrigin::Clause(index) => {
            let accepts = matches!(model.suite.clauses[*index].decision, ClauseDecision::Accept(_));
            let speaks = |operation: &&OperationModel| operation.clauses.contains(&clause) && !operation.changes;
            let mut speaking = model.operations.values().filter(speaks);
            !speaking.any(|operation| !accepts || operation.about.is_empty())
        }
    }
}
