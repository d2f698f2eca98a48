//! Every expression against the types that the catalog's schemas give to what it reads.

mod records;

use super::super::types::{About, Binding, Effect, Let, Place, Suite, Target, Verb};
use super::Lint;
use super::spoken::{Role, Spoken, of_clause, of_effects, operations, way_to_clause};
use super::spots::{Step, Way, way};
use crate::expr::{self, Expr, Field, Type, Val};
use crate::schema::catalog::{Body, Operation, Parameter};
use records::Records;
use std::collections::BTreeMap;

/// The types of the names that an expression may start from.
type Roots = BTreeMap<String, Type>;

pub(super) fn check(lint: &mut Lint) {
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

/// The roots once an acceptance holds, which it only does where every thing is there.
fn things_there(suite: &Suite, records: &Records, operation: &str, roots: &Roots) -> Roots {
    let mut roots = roots.clone();
    for about in suite.about.get(operation).into_iter().flatten() {
        roots.insert(about.name.clone(), records.of(about.resource));
    }
    roots
}

fn one(lint: &mut Lint, roots: &Roots, records: &Records, operation: &str, spoken: &Spoken) {
    let roots = &knowing(roots, records, spoken);
    if let Role::FallsOn(effect) = spoken.role {
        // It is a key, not a value: its place is all that is known of it.
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

/// The roots, and what an effect on things that the call does not name calls each of them.
fn knowing(roots: &Roots, records: &Records, spoken: &Spoken) -> Roots {
    let mut roots = roots.clone();
    if let Role::Becomes(effect) = spoken.role
        && let Some(each) = effect.target.each()
    {
        roots.insert(each.name.clone(), records.of(each.resource));
    }
    roots
}

/// A value of type `found` must be able to be one of `wanted`.
fn require(lint: &mut Lint, found: &Type, wanted: Type, spoken: &Spoken) {
    let told = format!("this is {found}, and {wanted} is wanted here");
    // That both may be absent does not make them meet.
    let parts = match (not_null(found.clone()), not_null(wanted.clone())) {
        (Type::Never, _) | (_, Type::Never) => (found.clone(), wanted),
        parts => parts,
    };
    let roots = Roots::from([("found".to_string(), parts.0), ("wanted".to_string(), parts.1)]);
    let meet = Expr::parse("found == wanted").expect("a constant of ours is an expression");
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
            // An entry under "*" stands there for every operation that it was spread over.
            let place = about.place;
            let (_, errors) = expr::check(expr, &roots);
            for error in errors.into_iter().filter(|e| e.severity == expr::Severity::Error) {
                lint.error(place, "ill-typed", error.message, error.hint);
            }
        }
    }
}

/// `it`, where another thing tells the id: as the views of that thing show it.
fn told_roots(lint: &Lint, records: &Records, operation: &str, about: &About) -> Option<Roots> {
    let teller = about.told_by.as_ref()?;
    let teller = lint.suite.about.get(operation)?.iter().find(|other| other.name == *teller)?;
    Some(Roots::from([("it".to_string(), records.shown(teller.resource)?)]))
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

/// What asks for the page that follows: a query parameter that there is, and its value.
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
                // No event falls on anything but its own thing.
                Role::FallsOn(_) => None,
                Role::Becomes(effect) => records.field(event.resource, &effect.field),
            };
            if let Some(wanted) = wanted {
                require(lint, &found, wanted, spoken);
            }
        }
    }
}

/// Checks one expression, tells what is wrong with it, and returns the type of its value.
fn expression(lint: &mut Lint, roots: &Roots, expr: &Expr, at: &[Step]) -> Type {
    let roots = with_lets(lint, roots, expr);
    let (ty, errors) = expr::check(expr, &roots);
    tell(lint, errors, at);
    ty
}

fn tell(lint: &mut Lint, errors: Vec<expr::TypeError>, at: &[Step]) {
    for error in errors {
        let place = lint.spots.inside(at, error.offset);
        tell_at(lint, place, error);
    }
}

fn tell_at(lint: &mut Lint, place: Place, error: expr::TypeError) {
    match error.severity {
        expr::Severity::Error => lint.error(place, "ill-typed", error.message, error.hint),
        expr::Severity::Warning => lint.warn(place, "may-be-absent", error.message, error.hint),
    }
}

/// The roots, and the names under `let` that the expression reads, with the types they have
/// here.
fn with_lets(lint: &mut Lint, roots: &Roots, expr: &Expr) -> Roots {
    let mut all = roots.clone();
    for name in expr.roots() {
        if let Some(entry) = lint.suite.lets.get(name.as_ref()) {
            let ty = match entry {
                Let::Constant(val) => of_val(val),
                Let::Expression(inner) => expression(lint, roots, inner, &way!["let", name.as_ref()]),
            };
            all.insert(name.to_string(), ty);
        }
    }
    all
}

/// What the version is read from.
fn version_roots() -> Roots {
    Roots::from([("header".to_string(), open_record()), ("binding".to_string(), Type::Str)])
}

fn call_roots(lint: &Lint, records: &Records, operation: &Operation) -> Roots {
    let suite = lint.suite;
    let names = |names: &[&str]| Type::Enum(names.iter().map(|n| n.to_string()).collect());
    let operations = lint.schemas.catalog.operations.iter().map(|o| o.id.clone()).collect();
    let bindings = operation.bindings.iter().map(|binding| binding.id.clone()).collect();
    let version = match &suite.version {
        Some(expr) => expr::check(expr, &version_roots()).0.or_null(),
        None => Type::Null,
    };
    let world = suite.resources.iter().enumerate().map(|(i, resource)| {
        let all = Type::List(Box::new(records.of(i)));
        (resource.name.clone(), Field { ty: all, optional: false })
    });
    let mut roots = Roots::from([
        ("path".to_string(), parameters(&operation.path)),
        ("query".to_string(), parameters(&operation.query)),
        // Headers are open: what names a version is seldom in an operation's own table.
        ("header".to_string(), open_record()),
        ("body".to_string(), body(lint, &operation.requests)),
        ("reply".to_string(), body(lint, &operation.responses)),
        ("pools".to_string(), pools(suite)),
        ("caller".to_string(), names(&["owner", "other", "expired", "forged", "none"])),
        ("input".to_string(), names(&["valid", "doubtful", "invalid"])),
        ("op".to_string(), Type::Enum(operations)),
        ("binding".to_string(), Type::Enum(bindings)),
        ("version".to_string(), version),
        ("today".to_string(), Type::Str),
        ("world".to_string(), Type::Record { fields: world.collect(), open: false }),
    ]);
    for about in suite.about.get(&operation.id).into_iter().flatten() {
        roots.insert(about.name.clone(), records.of(about.resource).or_null());
    }
    roots
}

fn parameters(parameters: &[Parameter]) -> Type {
    let field = |p: &Parameter| (p.name.clone(), Field { ty: Type::from_schema(&p.schema), optional: !p.required });
    Type::Record { fields: parameters.iter().map(field).collect(), open: false }
}

/// Any of the documented bodies; null where there is none.
fn body(lint: &Lint, bodies: &[Body]) -> Type {
    let files: BTreeMap<&str, &crate::schema::Shape> = lint.schemas.bodies().collect();
    let ty = |body: &Body| match &body.schema {
        Some(name) => files.get(name.as_str()).map_or(Type::Any, |shape| Type::from_schema(&shape.schema)),
        None => Type::Null,
    };
    if bodies.is_empty() { Type::Null } else { Type::union(bodies.iter().map(ty)) }
}

/// A profile replaces the values, so only their kind counts.
fn pools(suite: &Suite) -> Type {
    let pool = |(name, vals): (&String, &Vec<Val>)| {
        let items = Type::union(vals.iter().map(|val| widened(of_val(val))));
        let ty = if vals.is_empty() { Type::Any } else { items };
        (name.clone(), Field { ty: Type::List(Box::new(ty)), optional: false })
    };
    Type::Record { fields: suite.pools.iter().map(pool).collect(), open: false }
}

fn of_val(val: &Val) -> Type {
    expr::check(&Expr::literal(val.clone()), &Roots::new()).0
}

fn widened(ty: Type) -> Type {
    if matches!(ty, Type::Enum(_)) { Type::Str } else { ty }
}

fn not_null(ty: Type) -> Type {
    match ty {
        Type::Union(types) => Type::union(types.into_iter().filter(|t| *t != Type::Null)),
        Type::Null => Type::Never,
        other => other,
    }
}

fn open_record() -> Type {
    Type::Record { fields: BTreeMap::new(), open: true }
}

/// The way to a field of a resource, under whichever key it stands.
fn way_to_field(suite: &Suite, resource: usize, field: usize) -> Way {
    use super::super::types::FieldClass;
    let resource = &suite.resources[resource];
    let field = &resource.fields[field];
    let key = match field.class {
        FieldClass::Modelled => "fields",
        FieldClass::Keeps => "keeps",
        FieldClass::Grows => "grows",
    };
    way!["resources", &resource.name, key, &field.name, "at"]
}
