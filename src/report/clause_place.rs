//! The place of a clause in the file of its suite.

use crate::model::{ClauseId, ClauseOrigin, GeneratedClause, Model};
use crate::suite::SuitePlace;

/// File and line of a clause, `suites/name.yaml:12`: of the clause itself, or of what a generated clause is generated from;
/// `None` for a clause that is generated from the catalog.
pub(super) fn locate_clause(model: &Model, clause: ClauseId) -> Option<String> {
    let suite = &model.suite;
    let place: SuitePlace = match &model.clause_info(clause).origin {
        ClauseOrigin::Clause(index) => suite.clauses[*index].place,
        ClauseOrigin::Event(index) => suite.events[*index].place,
        ClauseOrigin::Generated(generated) => match generated {
            GeneratedClause::NoServerError(_) | GeneratedClause::Reply(_) => return None,
            GeneratedClause::Field(kind, field) => suite.resources[*kind].fields[*field].place,
            GeneratedClause::Shows(kind, entry) => suite.resources[*kind].shows[*entry].place,
            GeneratedClause::Settles(kind) | GeneratedClause::Atomic(kind) => suite.resources[*kind].place,
            GeneratedClause::Listed(kind, operation)
            | GeneratedClause::PageLimit(kind, operation)
            | GeneratedClause::Paged(kind, operation) => suite.resources[*kind].views.get(operation)?.place,
        },
    };
    let (file, line) = suite.files.find_file(place.line);
    Some(format!("{file}:{line}"))
}
