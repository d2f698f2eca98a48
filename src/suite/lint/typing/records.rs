//! Types of the records that represent resources in expressions, derived from the responses that show the resources.

use super::expressions::{expression, tell, with_lets};
use super::states::states;
use super::values::{Roots, body, not_null, of_val, widened};
use crate::expr::{self, Expr, Field, Type, Val};
use crate::suite::lint::context::Lint;
use crate::suite::lint::spoken::way_to_field;
use crate::suite::lint::spots::way;
use crate::suite::types::{Resource, View};
use std::collections::BTreeMap;

/// The record type of each resource kind, in the order of the suite.
pub(super) struct Records {
    fields: Vec<BTreeMap<String, Field>>,
    /// The type of the resource in the most complete view.
    shown: Vec<Option<Type>>,
}

impl Records {
    /// The record type of a resource kind, by index.
    pub fn of(&self, resource: usize) -> Type {
        Type::Record { fields: self.fields[resource].clone(), open: false }
    }

    /// The type that a field may have.
    pub fn field(&self, resource: usize, name: &str) -> Option<Type> {
        let field = self.fields[resource].get(name)?;
        let ty = field.ty.clone();
        Some(if field.optional { ty.or_null() } else { ty })
    }

    /// The type of `it`; `None` if no view shows the resource.
    pub fn shown(&self, resource: usize) -> Option<Type> {
        self.shown[resource].clone()
    }
}

/// Derives the record types, and reports problems of the views.
pub(super) fn read(lint: &mut Lint) -> Records {
    let suite = lint.suite;
    let mut records = Vec::new();
    let mut whole = Vec::new();
    for (i, resource) in suite.resources.iter().enumerate() {
        let shown = shown_things(lint, resource);
        let mut fields = fields(lint, i, resource, &shown);
        if let Some(state) = &resource.state {
            let states = states(lint, i, fields.get(state).map(|f| &f.ty));
            fields.insert(state.clone(), Field { ty: states, optional: false });
        }
        let own = [("id", Type::Str), ("rest", Type::Bool), ("seq", Type::Int)];
        fields.extend(own.map(|(name, ty)| (name.to_string(), Field { ty, optional: false })));
        for (name, first) in &resource.remembers {
            // A field that starts as null takes any value; a field that starts as a value keeps the type.
            let ty = if *first == Val::Null { Type::Any } else { widened(of_val(first)) };
            fields.insert(name.clone(), Field { ty, optional: false });
        }
        records.push(fields);
        over_it(lint, resource, &shown);
        let most = shown.into_iter().min_by_key(|(_, view, _)| (view.only.is_some(), view.each));
        whole.push(most.map(|(_, _, thing)| thing));
    }
    let records = Records { fields: records, shown: whole };
    shows(lint, &records);
    records
}

/// The type of the resource in each view.
fn shown_things<'a>(lint: &mut Lint, resource: &'a Resource) -> Vec<(&'a str, &'a View, Type)> {
    let mut shown = Vec::new();
    for (id, view) in &resource.views {
        let Some(operation) = lint.schemas.operation(id) else {
            continue;
        };
        let roots = Roots::from([("reply".to_string(), body(lint, &operation.responses))]);
        let key = if view.each { "each" } else { "at" };
        let at = way!["resources", &resource.name, "views", id, key];
        let (whole, errors) = expr::check(&view.at, &roots);
        let wrong = !errors.is_empty();
        tell(lint, errors, &at);
        let each = Expr::parse(&format!("({})[0]", view.at.text())).ok().filter(|_| view.each);
        let thing = match &each {
            Some(first) => expr::check(first, &roots).0,
            None => whole,
        };
        if !wrong {
            shown.push((id.as_str(), view, not_null(thing)));
        }
    }
    shown
}

fn fields(
    lint: &mut Lint,
    index: usize,
    resource: &Resource,
    shown: &[(&str, &View, Type)],
) -> BTreeMap<String, Field> {
    let mut fields = BTreeMap::new();
    for (at, field) in resource.fields.iter().enumerate() {
        let mut types = Vec::new();
        let mut wrong = Vec::new();
        let showing = shown.iter().filter(|(_, view, _)| shows_name(view, &field.name));
        for (id, view, thing) in showing {
            let (ty, errors) = expr::check(&field.at, &it(thing));
            match errors.into_iter().find(|e| e.severity == expr::Severity::Error) {
                Some(error) => wrong.push((*id, view.place, error)),
                None => types.push(ty),
            }
        }
        if types.is_empty() && !wrong.is_empty() {
            let errors = wrong.drain(..).map(|(_, _, error)| error).take(1).collect();
            tell(lint, errors, &way_to_field(lint.suite, index, at));
        }
        for (id, place, error) in wrong {
            let message = format!("the response of `{id}` does not show `{}`: {}", field.name, error.message);
            let hint =
                "list the fields that the view shows under `only`, or the missing fields under `except`".to_string();
            lint.error(place, "unknown-field", message, Some(hint));
        }
        let ty = if types.is_empty() { Type::Any } else { Type::union(types) };
        fields.insert(field.name.clone(), Field { ty, optional: true });
    }
    fields
}

/// Checks `id` in every view, and `rest` in every view that shows all fields.
fn over_it(lint: &mut Lint, resource: &Resource, shown: &[(&str, &View, Type)]) {
    for (_, view, thing) in shown {
        let (_, errors) = expr::check(&resource.id, &it(thing));
        tell(lint, errors, &way!["resources", &resource.name, "id"]);
        if let (Some(rest), None) = (&resource.rest, &view.only) {
            let roots = with_lets(lint, &it(thing), rest);
            let (_, errors) = expr::check(rest, &roots);
            tell(lint, errors, &way!["resources", &resource.name, "rest"]);
        }
        for shows in resource.shows.iter().filter(|s| shows_name(view, &s.name)) {
            let (_, errors) = expr::check(&shows.at, &it(thing));
            tell(lint, errors, &way!["resources", &resource.name, "shows", &shows.name, "at"]);
        }
    }
}

fn shows(lint: &mut Lint, records: &Records) {
    let suite = lint.suite;
    for (i, resource) in suite.resources.iter().enumerate() {
        let own = Roots::from([(resource.name.clone(), records.of(i))]);
        for shows in &resource.shows {
            let at = way!["resources", &resource.name, "shows", &shows.name, "in"];
            expression(lint, &own, &shows.among, &at);
        }
    }
}

fn shows_name(view: &View, name: &str) -> bool {
    view.only.as_ref().is_none_or(|only| only.iter().any(|n| n == name))
}

fn it(thing: &Type) -> Roots {
    Roots::from([("it".to_string(), thing.clone())])
}
