//! Type checks of every expression, by role.

use super::expressions::{expression, tell_at, with_lets};
use super::records::{self, Records};
use super::scope::{call_roots, knowing, things_there, told_roots, version_roots};
use super::values::{Roots, not_null, pools};
use crate::expr::{self, Expr, Type};
use crate::suite::lint::context::Lint;
use crate::suite::lint::spoken::{Role, Spoken, of_clause, of_effects, operations, way_to_clause};
use crate::suite::lint::spots::{Way, way};
use crate::suite::types::{Binding, Effect, Suite, Target, Verb};

pub(in crate::suite::lint) fn check(lint: &mut Lint) {
    let records = records::read(lint);
    let suite = lint.suite;
    let schemas = lint.schemas;
    if let Some(version) = &suite.version {
        expression(lint, &version_roots(), version, &way!["version"]);
    }
    for (i, clause) in suite.clauses.iter().enumerate() {
        let at = way_to_clause(suite, i);
        for id in operations(clause, &schemas.catalog) {
            let Some(operation) = schemas.operation(id) else {
                continue;
            };
            let roots = call_roots(lint, &records, operation);
            let accepted = match &clause.verb {
                Verb::Accept(_) => things_there(suite, &records, id, &roots),
                _ => roots.clone(),
            };
            for spoken in of_clause(clause, &at) {
                let before = clause.when.as_ref().is_some_and(|when| std::ptr::eq(when, spoken.expr));
                let roots = if before { &roots } else { &accepted };
                one(lint, roots, &records, id, &spoken);
            }
        }
    }
    bindings(lint, &records);
    views(lint, &records);
    events(lint, &records);
}

fn one(lint: &mut Lint, roots: &Roots, records: &Records, operation: &str, spoken: &Spoken) {
    let roots = &knowing(roots, records, spoken);
    if let Role::FallsOn(effect) = spoken.role {
        // The expression is a key of the file, so no place inside is known.
        let roots = with_lets(lint, roots, spoken.expr);
        for error in expr::check(spoken.expr, &roots).1 {
            tell_at(lint, effect.place, error);
        }
        return;
    }
    let found = expression(lint, roots, spoken.expr, &spoken.way);
    let wanted = match spoken.role {
        Role::FallsOn(_) => return,
        Role::Condition => Type::Bool,
        Role::Becomes(effect) => match target(lint.suite, records, operation, effect) {
            Some(ty) => ty,
            None => return,
        },
    };
    require(lint, &found, wanted, spoken);
}

/// Reports an error unless a value of type `found` can be a value of type `wanted`.
fn require(lint: &mut Lint, found: &Type, wanted: Type, spoken: &Spoken) {
    let told = format!("expected {wanted}, found {found}");
    // Two types that share only null do not match.
    let parts = match (not_null(found.clone()), not_null(wanted.clone())) {
        (Type::Never, _) | (_, Type::Never) => (found.clone(), wanted),
        parts => parts,
    };
    let roots = Roots::from([("found".to_string(), parts.0), ("wanted".to_string(), parts.1)]);
    let meet = Expr::parse("found == wanted").expect("the constant is an expression");
    let (_, errors) = expr::check(&meet, &roots);
    if errors.iter().any(|e| e.severity == expr::Severity::Error) {
        let place = lint.spots.inside(&spoken.way, 0);
        lint.error(place, "ill-typed", told, None);
    }
}

/// The type of the field that an effect changes.
fn target(suite: &Suite, records: &Records, operation: &str, effect: &Effect) -> Option<Type> {
    let resource = match &effect.target {
        Target::Named(name) => suite.about.get(operation)?.iter().find(|a| a.name == *name)?.resource,
        Target::Each(each) => each.resource,
    };
    records.field(resource, &effect.field)
}

fn bindings(lint: &mut Lint, records: &Records) {
    let suite = lint.suite;
    for (id, things) in &suite.about {
        let Some(operation) = lint.schemas.operation(id) else {
            continue;
        };
        for about in things {
            let roots = told_roots(lint, records, id, about).unwrap_or_else(|| call_roots(lint, records, operation));
            let (Binding::Existing(expr) | Binding::New(expr)) = &about.binding;
            // An entry under `"*"` has one place for all operations.
            let place = about.place;
            let (_, errors) = expr::check(expr, &roots);
            for error in errors.into_iter().filter(|e| e.severity == expr::Severity::Error) {
                lint.error(place, "ill-typed", error.message, error.hint);
            }
        }
    }
}

fn views(lint: &mut Lint, records: &Records) {
    let suite = lint.suite;
    for resource in &suite.resources {
        for (id, view) in &resource.views {
            if let (Some(when), Some(operation)) = (&view.when, lint.schemas.operation(id)) {
                let roots = call_roots(lint, records, operation);
                let way = way!["resources", &resource.name, "views", id, "when"];
                let spoken = Spoken { expr: when, way, role: Role::Condition };
                one(lint, &roots, records, id, &spoken);
            }
            for (parameter, expr) in &view.next {
                pages(lint, records, (&resource.name, id), parameter, expr);
            }
            if let Some(promised) = &view.paging {
                known_query(
                    lint,
                    id,
                    &promised.limit,
                    &way!["resources", &resource.name, "views", id, "paging", "limit"],
                );
            }
        }
        for (id, values) in &resource.release {
            let Some(operation) = lint.schemas.operation(id) else { continue };
            for parameter in values.keys().filter(|name| operation.path.iter().all(|known| known.name != **name)) {
                let place = lint.spots.inside(&way!["resources", &resource.name, "release", id, parameter], 0);
                let message = format!("`{id}` has no path parameter `{parameter}`");
                lint.error(place, "unknown-field", message, None);
            }
        }
        for mark in &resource.marks {
            let field = &resource.fields[mark.field].name;
            for (id, place) in &mark.places {
                let Some(operation) = lint.schemas.operation(id) else { continue };
                let roots = call_roots(lint, records, operation);
                expression(lint, &roots, place, &way!["resources", &resource.name, "marks", field, id]);
            }
        }
    }
}

/// Checks a query parameter for the next page, and its value.
fn pages(lint: &mut Lint, records: &Records, (resource, id): (&String, &String), parameter: &String, expr: &Expr) {
    let Some(operation) = lint.schemas.operation(id) else { return };
    let way = way!["resources", resource, "views", id, "next", parameter];
    known_query(lint, id, parameter, &way);
    let roots = call_roots(lint, records, operation);
    expression(lint, &roots, expr, &way);
}

fn known_query(lint: &mut Lint, id: &str, parameter: &str, way: &Way) {
    let Some(operation) = lint.schemas.operation(id) else { return };
    if !operation.query.iter().any(|known| known.name == *parameter) {
        let place = lint.spots.inside(way, 0);
        let message = format!("`{id}` has no query parameter `{parameter}`");
        lint.error(place, "unknown-field", message, None);
    }
}

fn events(lint: &mut Lint, records: &Records) {
    let suite = lint.suite;
    for (i, event) in suite.events.iter().enumerate() {
        let resource = &suite.resources[event.resource];
        let mut roots = Roots::new();
        roots.insert(resource.name.clone(), records.of(event.resource));
        roots.insert("today".to_string(), Type::Str);
        roots.insert("pools".to_string(), pools(suite));
        let at = way!["events", i];
        let mut all = Vec::new();
        if let Some(expr) = &event.when {
            let way = way!["events", i, "when"];
            all.push(Spoken { expr, way, role: Role::Condition });
        }
        of_effects(&event.then, &at, &mut all);
        for spoken in &all {
            let found = expression(lint, &roots, spoken.expr, &spoken.way);
            let wanted = match spoken.role {
                Role::Condition => Some(Type::Bool),
                // An event changes only its own resource.
                Role::FallsOn(_) => None,
                Role::Becomes(effect) => records.field(event.resource, &effect.field),
            };
            if let Some(wanted) = wanted {
                require(lint, &found, wanted, spoken);
            }
        }
    }
}
