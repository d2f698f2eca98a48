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
use walker::{FINDINGS_MAX, SchemaWalk, VISITS_MAX, ValueContext, ValuePath, WalkEffort};

/// All places where the schema refuses the value.
pub(super) fn find_hard_mismatches(
    shape: &CompiledSchema,
    value: &Value,
    asked: RequestedVersion,
) -> Vec<SchemaMismatch> {
    walk_whole(shape, value, asked, false)
}

/// All places where the schema refuses the value or no page promises acceptance.
pub(super) fn find_all_mismatches(
    shape: &CompiledSchema,
    value: &Value,
    asked: RequestedVersion,
) -> Vec<SchemaMismatch> {
    walk_whole(shape, value, asked, true)
}

/// The keyword of the only finding of a walk that was given up, which decides nothing.
pub(super) const EFFORT: &str = "effort";

fn walk_whole(shape: &CompiledSchema, value: &Value, asked: RequestedVersion, soft: bool) -> Vec<SchemaMismatch> {
    let effort = &WalkEffort::new();
    let mut walk = SchemaWalk { shape, asked, soft, limit: FINDINGS_MAX, out: Vec::new(), effort };
    walk.check_node(ROOT, value, &ValuePath::Root, ValueContext::TOP);
    if effort.is_exhausted() {
        // What was found in a part of the choices may be wrong in the whole.
        walk.out.clear();
        walk.push_mismatch(ROOT, EFFORT, &ValuePath::Root, true, true, || {
            let found =
                format!("a value that needs more than {VISITS_MAX} checks, or a text with too many ways to match");
            ("a value that can be checked".into(), found)
        });
    }
    walk.out
}

/// Whether the part of the schema at `id` accepts the value.
pub(super) fn accepts_value(shape: &CompiledSchema, id: SchemaNodeId, value: &Value, asked: RequestedVersion) -> bool {
    SchemaWalk::accepts_value(shape, id, value, asked)
}
