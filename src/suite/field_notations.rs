//! How the texts of a field compare: as times, without case, or as they are written.

use super::body_types::build_reply_type;
use super::types::{Field, ResourceKind, ResourceView, Suite};
use crate::expr::{self, TextNotation, ValueType};
use crate::schema::CompiledCatalog;
use std::collections::BTreeMap;

/// For each field of each resource kind, what its texts write; `None` for plain texts.
///
/// The suite decides (`as`); otherwise a field is a time if the schema of one response that shows the field says so. A
/// second response whose page does not repeat the format shows the same value.
#[must_use]
pub fn find_field_notations(suite: &Suite, schemas: &CompiledCatalog) -> Vec<Vec<Option<TextNotation>>> {
    let of_kind = |resource: &ResourceKind| {
        let shown: Vec<(&ResourceView, ValueType)> = list_shown_types(schemas, resource);
        resource.fields.iter().map(|field| field.notation.or_else(|| infer_notation(field, &shown))).collect()
    };
    suite.resources.iter().map(of_kind).collect()
}

/// The type of one resource in each view.
fn list_shown_types<'a>(schemas: &CompiledCatalog, resource: &'a ResourceKind) -> Vec<(&'a ResourceView, ValueType)> {
    let mut shown = Vec::new();
    for (id, view) in &resource.views {
        let Some(operation) = schemas.find_operation(id) else { continue };
        let roots = BTreeMap::from([("reply".to_string(), build_reply_type(schemas, &operation.responses))]);
        let (at, _) = expr::check_types(&view.at, &roots);
        shown.push((view, if view.each { at.element_type() } else { at }));
    }
    shown
}

fn infer_notation(field: &Field, shown: &[(&ResourceView, ValueType)]) -> Option<TextNotation> {
    let is_time = |(view, ty): &(&ResourceView, ValueType)| {
        let is_shown = view.only.as_ref().is_none_or(|only| only.contains(&field.name));
        let roots = BTreeMap::from([("it".to_string(), ty.clone())]);
        is_shown && expr::check_types(&field.at, &roots).0.writes_time()
    };
    shown.iter().any(is_time).then_some(TextNotation::Time)
}
