//! All sources in a derivation, each locked to the cited text.

use super::cite;
use super::input::PageInput;
use probity_schema::catalog::{Catalog, Citation, Doubt, SourceLines};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Locks every source in the catalog, the schemas, the doubts and `cited`, sorted by page and line.
pub(super) fn lock_sources(
    inputs: &[PageInput],
    catalog: &Catalog,
    schemas: &BTreeMap<String, Value>,
    doubts: &[Doubt],
    cited: &[SourceLines],
) -> Vec<Citation> {
    let mut sources: BTreeSet<SourceLines> = cited.iter().cloned().collect();
    let value = serde_json::to_value(catalog).expect("a catalog is JSON: its maps have string keys");
    collect_sources(&value, &mut sources);
    for schema in schemas.values() {
        collect_sources(schema, &mut sources);
    }
    sources.extend(doubts.iter().flat_map(|it| &it.sides).filter_map(|it| it.at.clone()));
    sources
        .iter()
        .filter_map(|at| {
            let input = inputs.iter().find(|it| it.entry.id == at.page)?;
            cite::lock_citation(at, &input.text, &input.document)
        })
        .collect()
}

/// Collects the sources under the keys `at`, `x-source` and `x-sources`.
fn collect_sources(value: &Value, out: &mut BTreeSet<SourceLines>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("at" | "x-source", Value::String(text)) => out.extend(text.parse::<SourceLines>()),
                    ("x-sources", Value::Object(all)) => out
                        .extend(all.values().filter_map(Value::as_str).filter_map(|it| it.parse::<SourceLines>().ok())),
                    _ => collect_sources(inner, out),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|it| collect_sources(it, out)),
        _ => {}
    }
}
