//! The clauses that follow from the resource kinds of a suite and from its catalog.

use super::clause_info::{ClauseInfo, ClauseOrigin, GeneratedClause};
use crate::schema::catalog::{Catalog, Operation, OperationBody, SourceLines};
use crate::suite::{ATOMIC_CALLS, ClauseBasis, FieldMutability, ResourceKind, ResourceView, Suite};

/// Every generated clause: first those of the operations, then those of the resource kinds.
pub(super) fn generate_clauses(suite: &Suite, catalog: &Catalog) -> Vec<ClauseInfo> {
    let mut all = Vec::new();
    for operation in &catalog.operations {
        add_operation_clauses(operation, &mut all);
    }
    for (kind, resource) in suite.resources.iter().enumerate() {
        add_field_clauses(kind, resource, &mut all);
        add_shows_clauses(kind, resource, &mut all);
        if resource.has_atomic_calls {
            all.push(make_clause(
                format!("{}.atomic", resource.name),
                format!("overlapping calls on a {} end as if made one after the other", resource.name),
                &[],
                ATOMIC_CALLS,
                GeneratedClause::Atomic(kind),
            ));
        }
        for (operation, view) in resource.views.iter().filter(|(_, view)| view.whole) {
            add_list_clauses(kind, resource, operation, view, &mut all);
        }
    }
    all
}

/// A generated clause. A clause with citations is stated; a clause without citations is a convention by `rule`.
fn make_clause(id: String, says: String, cites: &[SourceLines], rule: &str, generated: GeneratedClause) -> ClauseInfo {
    let basis = if cites.is_empty() { ClauseBasis::Convention } else { ClauseBasis::Stated };
    ClauseInfo {
        id,
        aliases: Vec::new(),
        says,
        cites: cites.to_vec(),
        basis,
        rule: (basis == ClauseBasis::Convention).then(|| rule.to_string()),
        origin: ClauseOrigin::Generated(generated),
    }
}

fn add_operation_clauses(operation: &Operation, all: &mut Vec<ClauseInfo>) {
    let id = &operation.id;
    all.push(make_clause(
        format!("{id}.no-server-error"),
        format!("{id} does not return a server error"),
        &[],
        "no-server-error",
        GeneratedClause::NoServerError(id.clone()),
    ));
    let described = |of_class: fn(&OperationBody) -> bool| operation.responses.iter().find(|body| of_class(body));
    let success = described(OperationBody::describes_success);
    if let Some(body) = success.or_else(|| described(OperationBody::describes_refusal)) {
        let what = if success.is_some() { "the response" } else { "a refusal" };
        all.push(make_clause(
            format!("{id}.reply"),
            format!("{what} of {id} has the documented shape"),
            std::slice::from_ref(&body.at),
            "",
            GeneratedClause::Reply(id.clone()),
        ));
    }
}

/// The frame clause of each field, and the clause about the time of a transition.
fn add_field_clauses(kind: usize, resource: &ResourceKind, all: &mut Vec<ClauseInfo>) {
    let name = &resource.name;
    for (index, field) in resource.fields.iter().enumerate() {
        let (word, says) = match field.class {
            FieldMutability::Modelled => {
                ("frame", format!("the {} of a {name} changes only as a clause says", field.name))
            }
            FieldMutability::Keeps => ("keeps", format!("the {} of a {name} never changes", field.name)),
            FieldMutability::Grows => ("grows", format!("the {} of a {name} only moves forward", field.name)),
        };
        let id = format!("{name}.{word}.{}", field.name);
        all.push(make_clause(id, says, &field.cites, "frame", GeneratedClause::Field(kind, index)));
    }
    if resource.state.is_some() {
        let says = format!("a {name} settles within {} s", resource.settles_ms / 1000);
        all.push(make_clause(format!("{name}.settles"), says, &[], "settles", GeneratedClause::Settles(kind)));
    }
}

fn add_shows_clauses(kind: usize, resource: &ResourceKind, all: &mut Vec<ClauseInfo>) {
    let name = &resource.name;
    for (index, shows) in resource.shows.iter().enumerate() {
        let says = format!("the {} of a {name} fits its other fields", shows.name);
        let id = format!("{name}.shows.{}", shows.name);
        all.push(make_clause(id, says, &shows.cites, "shows", GeneratedClause::Shows(kind, index)));
    }
}

/// The clauses of a view that shows a whole list, and of the pages of the list.
fn add_list_clauses(
    kind: usize,
    resource: &ResourceKind,
    operation: &str,
    view: &ResourceView,
    all: &mut Vec<ClauseInfo>,
) {
    let name = &resource.name;
    all.push(make_clause(
        format!("{name}.listed.{operation}"),
        format!("{operation} lists each {name} of the caller and none that is gone"),
        &view.cites,
        "whole-list",
        GeneratedClause::Listed(kind, operation.to_string()),
    ));
    let Some(paging) = &view.paging else { return };
    let promises = [
        (
            "page-limit",
            format!("a page of {operation} holds at most as many entries as the call requests"),
            GeneratedClause::PageLimit(kind, operation.to_string()),
        ),
        (
            "paged",
            format!("the pages of {operation} together show each {name} of the caller once"),
            GeneratedClause::Paged(kind, operation.to_string()),
        ),
    ];
    for (word, says, generated) in promises {
        let id = format!("{name}.{word}.{operation}");
        all.push(make_clause(id, says, &paging.cites, "pages-of-a-list", generated));
    }
}
