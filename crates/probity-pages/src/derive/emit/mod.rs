//! Writes a tree of fields as a JSON Schema, draft 2020-12, with the annotations of `docs/SCHEMAS.md`.

mod frame;
mod keywords;
mod schema;

pub(super) use frame::Frame;
pub(super) use schema::{body, bounds, field, list_body, whole};
