//! One walk over a value and its schema. A walk finds where the schema refuses the value (hard)
//! and, if asked, where the schema accepts the value without a promise of any page (soft).

mod scalars;
mod containers;
mod value;
mod walker;

pub(super) use walker::SchemaMismatch;

use super::compiled_schema::CompiledSchema;
use super::node::{ROOT, SchemaNodeId};
use super::version::RequestedVersion;
use serde_json::Value;
use walker::{FINDINGS_MAX, SchemaWalk, ValueContext, ValuePath};

/// All places where the schema refuses the value.
pub(super) fn find_hard_mismatches(
    shape: &CompiledSchema,
    value: &Value,
    asked: RequestedVersion,
) -> Vec<SchemaMismatch> {
    let mut walk = SchemaWalk { shape, asked, soft: false, limit: FINDINGS_MAX, out: Vec::new() };
    walk.check_node(ROOT, value, &ValuePath::Root, ValueContext::TOP);
    walk.out
}

/// All places where the schema refuses the value or no page promises acceptance.
pub(super) fn find_all_mismatches(
    shape: &CompiledSchema,
    value: &Value,
    asked: RequestedVersion,
) -> Vec<SchemaMismatch> {
    let mut walk = SchemaWalk { shape, asked, soft: true, limit: FINDINGS_MAX, out: Vec::new() };
    walk.check_node(ROOT, value, &ValuePath::Root, ValueContext::TOP);
    walk.out
}

/// Whether the part of the schema at `id` accepts the value.
pub(super) fn accepts_value(shape: &CompiledSchema, id: SchemaNodeId, value: &Value, asked: RequestedVersion) -> bool {
    SchemaWalk::accepts_value(shape, id, value, asked)
}
