//! Writes a tree of fields as a JSON Schema, draft 2020-12, with the annotations of `docs/SCHEMAS.md`.

mod schema_context;
mod keywords;
mod schema;

pub(super) use schema::{
    build_body_schema, build_field_schema, build_list_schema, build_whole_schema, collect_microversion_bounds,
};
pub(super) use schema_context::SchemaContext;
