//! Type checks of every expression, by role.

use super::expressions::{add_let_types, check_expression, report_type_error_at};
use super::records::{self, RecordTypes};
use super::scope::{
    add_selected_resource, build_call_roots, build_told_by_roots, build_version_roots, require_existing_resources,
};
use super::values::{RootTypes, build_pools_type, remove_null};
use crate::expr::{self, Expr, ValueType};
use crate::suite::lint::context::LintContext;
use crate::suite::lint::located_expressions::{
    ExpressionRole, LocatedExpression, build_clause_path, collect_clause_expressions, collect_effect_expressions,
    list_operations,
};
use crate::suite::lint::merged_tree::{YamlPath, way};
use crate::suite::types::{ClauseDecision, Effect, EffectTarget, IdExpression, Suite};

pub(in crate::suite::lint) fn check_types(lint: &mut LintContext) {
    let records = records::read_record_types(lint);
    let suite = lint.suite;
    let schemas = lint.schemas;
    if let Some(version) = &suite.version {
        check_expression(lint, &build_version_roots(), version, &way!["version"]);
    }
    for (i, clause) in suite.clauses.iter().enumerate() {
        let at = build_clause_path(suite, i);
        for id in list_operations(clause, &schemas.catalog) {
            let Some(operation) = schemas.find_operation(id) else {
                continue;
            };
            let roots = build_call_roots(lint, &records, operation);
            let accepted = match &clause.decision {
                ClauseDecision::Accept(_) => require_existing_resources(suite, &records, id, &roots),
                _ => roots.clone(),
            };
            for spoken in collect_clause_expressions(clause, &at) {
                let before = clause.when.as_ref().is_some_and(|when| std::ptr::eq(when, spoken.expr));
                let roots = if before { &roots } else { &accepted };
                check_located_expression(lint, roots, &records, id, &spoken);
            }
        }
    }
    check_id_expressions(lint, &records);
    check_views(lint, &records);
    check_events(lint, &records);
}

fn check_located_expression(
    lint: &mut LintContext,
    roots: &RootTypes,
    records: &RecordTypes,
    operation: &str,
    spoken: &LocatedExpression,
) {
    let roots = &add_selected_resource(roots, records, spoken);
    if let ExpressionRole::Selects(effect) = spoken.role {
        // The expression is a key of the file, so no place inside is known.
        let roots = add_let_types(lint, roots, spoken.expr);
        for error in expr::check_types(spoken.expr, &roots).1 {
            report_type_error_at(lint, effect.place, error);
        }
        return;
    }
    let found = check_expression(lint, roots, spoken.expr, &spoken.way);
    let wanted = match spoken.role {
        ExpressionRole::Selects(_) => return,
        ExpressionRole::Condition => ValueType::Bool,
        ExpressionRole::Becomes(effect) => match find_target_type(lint.suite, records, operation, effect) {
            Some(ty) => ty,
            None => return,
        },
    };
    require_type(lint, &found, wanted, spoken);
}

/// Reports an error unless a value of type `found` can be a value of type `wanted`.
fn require_type(lint: &mut LintContext, found: &ValueType, wanted: ValueType, spoken: &LocatedExpression) {
    let told = format!("expected {wanted}, found {found}");
    // Two types that share only null do not match.
    let parts = match (remove_null(found.clone()), remove_null(wanted.clone())) {
        (ValueType::Never, _) | (_, ValueType::Never) => (found.clone(), wanted),
        parts => parts,
    };
    let roots = RootTypes::from([("found".to_string(), parts.0), ("wanted".to_string(), parts.1)]);
    let meet = Expr::parse("found == wanted").expect("the constant is an expression");
    let (_, errors) = expr::check_types(&meet, &roots);
    if errors.iter().any(|e| e.severity == expr::TypeErrorSeverity::Error) {
        let place = lint.tree.locate_offset(&spoken.way, 0);
        lint.report_error(place, "ill-typed", told, None);
    }
}

/// The type of the field that an effect changes.
fn find_target_type(suite: &Suite, records: &RecordTypes, operation: &str, effect: &Effect) -> Option<ValueType> {
    let resource = match &effect.target {
        EffectTarget::Named(name) => suite.about.get(operation)?.iter().find(|a| a.name == *name)?.resource,
        EffectTarget::Each(each) => each.resource,
    };
    records.find_field_type(resource, &effect.field)
}

fn check_id_expressions(lint: &mut LintContext, records: &RecordTypes) {
    let suite = lint.suite;
    for (id, things) in &suite.about {
        let Some(operation) = lint.schemas.find_operation(id) else {
            continue;
        };
        for about in things {
            let roots = build_told_by_roots(lint, records, id, about)
                .unwrap_or_else(|| build_call_roots(lint, records, operation));
            let (IdExpression::Existing(expr) | IdExpression::New(expr)) = &about.binding;
            // An entry under `"*"` has one place for all operations.
            let place = about.place;
            let (_, errors) = expr::check_types(expr, &roots);
            for error in errors.into_iter().filter(|e| e.severity == expr::TypeErrorSeverity::Error) {
                lint.report_error(place, "ill-typed", error.message, error.hint);
            }
        }
    }
}

fn check_views(lint: &mut LintContext, records: &RecordTypes) {
    let suite = lint.suite;
    for resource in &suite.resources {
        for (id, view) in &resource.views {
            if let (Some(when), Some(operation)) = (&view.when, lint.schemas.find_operation(id)) {
                let roots = build_call_roots(lint, records, operation);
                let way = way!["resources", &resource.name, "views", id, "when"];
                let spoken = LocatedExpression { expr: when, way, role: ExpressionRole::Condition };
                check_located_expression(lint, &roots, records, id, &spoken);
            }
            if let (Some(whole_when), Some(operation)) = (&view.whole_when, lint.schemas.find_operation(id)) {
                let roots = build_call_roots(lint, records, operation);
                let way = way!["resources", &resource.name, "views", id, "whole_when"];
                check_expression(lint, &roots, whole_when, &way);
            }
            for (parameter, expr) in &view.next {
                check_next_page(lint, records, (&resource.name, id), parameter, expr);
            }
            if let Some(promised) = &view.paging {
                check_query_parameter(
                    lint,
                    id,
                    &promised.limit,
                    &way!["resources", &resource.name, "views", id, "paging", "limit"],
                );
            }
        }
        for (id, values) in &resource.release {
            let Some(operation) = lint.schemas.find_operation(id) else { continue };
            for parameter in values.keys().filter(|name| operation.path.iter().all(|known| known.name != **name)) {
                let place = lint.tree.locate_offset(&way!["resources", &resource.name, "release", id, parameter], 0);
                let message = format!("`{id}` has no path parameter `{parameter}`");
                lint.report_error(place, "unknown-field", message, None);
            }
        }
        for mark in &resource.marks {
            let field = &resource.fields[mark.field].name;
            for (id, place) in &mark.places {
                let Some(operation) = lint.schemas.find_operation(id) else { continue };
                let roots = build_call_roots(lint, records, operation);
                check_expression(lint, &roots, place, &way!["resources", &resource.name, "marks", field, id]);
            }
        }
    }
}

/// Checks a query parameter for the next page, and its value.
fn check_next_page(
    lint: &mut LintContext,
    records: &RecordTypes,
    (resource, id): (&String, &String),
    parameter: &String,
    expr: &Expr,
) {
    let Some(operation) = lint.schemas.find_operation(id) else { return };
    let way = way!["resources", resource, "views", id, "next", parameter];
    check_query_parameter(lint, id, parameter, &way);
    let roots = build_call_roots(lint, records, operation);
    check_expression(lint, &roots, expr, &way);
}

fn check_query_parameter(lint: &mut LintContext, id: &str, parameter: &str, way: &YamlPath) {
    let Some(operation) = lint.schemas.find_operation(id) else { return };
    if !operation.query.iter().any(|known| known.name == *parameter) {
        let place = lint.tree.locate_offset(way, 0);
        let message = format!("`{id}` has no query parameter `{parameter}`");
        lint.report_error(place, "unknown-field", message, None);
    }
}

fn check_events(lint: &mut LintContext, records: &RecordTypes) {
    let suite = lint.suite;
    for (i, event) in suite.events.iter().enumerate() {
        let resource = &suite.resources[event.resource];
        let mut roots = RootTypes::new();
        roots.insert(resource.name.clone(), records.get(event.resource));
        roots.insert("today".to_string(), ValueType::Str);
        roots.insert("pools".to_string(), build_pools_type(suite));
        let at = way!["events", i];
        let mut all = Vec::new();
        if let Some(expr) = &event.when {
            let way = way!["events", i, "when"];
            all.push(LocatedExpression { expr, way, role: ExpressionRole::Condition });
        }
        collect_effect_expressions(&event.then, &at, &mut all);
        for spoken in &all {
            let found = check_expression(lint, &roots, spoken.expr, &spoken.way);
            let wanted = match spoken.role {
                ExpressionRole::Condition => Some(ValueType::Bool),
                // An event changes only its own resource.
                ExpressionRole::Selects(_) => None,
                ExpressionRole::Becomes(effect) => records.find_field_type(event.resource, &effect.field),
            };
            if let Some(wanted) = wanted {
                require_type(lint, &found, wanted, spoken);
            }
        }
    }
}
