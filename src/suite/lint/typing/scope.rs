//! The roots of expressions about a call, with their types.

use super::records::Records;
use super::values::{Roots, body, open_record, parameters, pools};
use crate::expr::{self, Field, Type};
use crate::schema::catalog::Operation;
use crate::suite::lint::context::Lint;
use crate::suite::lint::spoken::{Role, Spoken};
use crate::suite::types::{About, Suite};

/// The roots of the `version` expression.
pub(super) fn version_roots() -> Roots {
    Roots::from([("header".to_string(), open_record()), ("binding".to_string(), Type::Str)])
}

pub(super) fn call_roots(lint: &Lint, records: &Records, operation: &Operation) -> Roots {
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
        // Headers are open: an operation's table seldom lists the header with the version.
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

/// The roots after acceptance: every resource exists.
pub(super) fn things_there(suite: &Suite, records: &Records, operation: &str, roots: &Roots) -> Roots {
    let mut roots = roots.clone();
    for about in suite.about.get(operation).into_iter().flatten() {
        roots.insert(about.name.clone(), records.of(about.resource));
    }
    roots
}

/// The roots, extended by the name of each resource in an effect on resources that the call does not name.
pub(super) fn knowing(roots: &Roots, records: &Records, spoken: &Spoken) -> Roots {
    let mut roots = roots.clone();
    if let Role::Becomes(effect) = spoken.role
        && let Some(each) = effect.target.each()
    {
        roots.insert(each.name.clone(), records.of(each.resource));
    }
    roots
}

/// The root `it` for a resource whose id is shown by another resource: the other resource as its views show it.
pub(super) fn told_roots(lint: &Lint, records: &Records, operation: &str, about: &About) -> Option<Roots> {
    let teller = about.told_by.as_ref()?;
    let teller = lint.suite.about.get(operation)?.iter().find(|other| other.name == *teller)?;
    Some(Roots::from([("it".to_string(), records.shown(teller.resource)?)]))
}
