//! The API versions that are worth testing in calls of one operation.

use super::guard_relations::expand_expression;
use crate::expr::ExprValue;
use crate::model::Model;
use crate::schema::CompiledCatalog;
use std::collections::BTreeSet;

/// The versions on the operation's page that a call may request. Without such versions: the versions in clauses
/// and on the page, each with the previous and the next version.
pub(super) fn list_versions(model: &Model, schemas: &CompiledCatalog, operation: &str) -> Vec<String> {
    let headers = schemas.find_operation(operation).map(|operation| operation.headers.as_slice()).unwrap_or_default();
    let asks = headers.iter().filter_map(|header| header.schema["x-asks-for-version"].as_array()).flatten();
    let words: Vec<String> = asks.filter_map(|word| Some(word.as_str()?.to_string())).collect();
    if !words.is_empty() {
        return words;
    }
    let mut found: BTreeSet<(u32, u32)> = BTreeSet::new();
    for clause in &model.operations[operation].clauses {
        let Some(guard) = model.find_suite_clause(*clause).and_then(|clause| clause.when.as_ref()) else {
            continue;
        };
        let parts = expand_expression(&model.suite, guard);
        if parts.iter().any(|part| part.roots().iter().any(|root| root.as_ref() == "version")) {
            for text in parts.iter().flat_map(|part| part.list_constants()) {
                let ExprValue::Str(text) = text else { continue };
                found.extend(parse_version(text.rsplit(' ').next().unwrap_or(&text)));
            }
        }
    }
    let bounds =
        schemas.find_operation(operation).map(|operation| operation.microversions.as_slice()).unwrap_or_default();
    found.extend(
        bounds.iter().flat_map(|bound| [&bound.since, &bound.until]).flatten().filter_map(|text| parse_version(text)),
    );
    let around =
        found.iter().flat_map(|&(major, minor)| [(major, minor.saturating_sub(1)), (major, minor), (major, minor + 1)]);
    let around = around.collect::<BTreeSet<_>>().into_iter();
    let service = find_version_prefix(model);
    around.map(|(major, minor)| format!("{service}{major}.{minor}")).collect()
}

/// The text before a version in guards, such as the name of a service, as the header requires; usually empty.
fn find_version_prefix(model: &Model) -> String {
    let guards = model
        .suite
        .clauses
        .iter()
        .filter_map(|clause| clause.when.as_ref())
        .flat_map(|guard| expand_expression(&model.suite, guard));
    let constants = guards.flat_map(|part| part.list_constants());
    let named = constants.filter_map(|val| match val {
        ExprValue::Str(text) => {
            text.rsplit_once(' ').filter(|(_, last)| parse_version(last).is_some()).map(|it| format!("{} ", it.0))
        }
        _ => None,
    });
    named.min().unwrap_or_default()
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
