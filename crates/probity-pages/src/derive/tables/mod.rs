//! Tables of fields, of status codes and of values.

mod cells;
mod rows;
mod shape;

pub(super) use cells::flatten_text;
pub(super) use rows::read_fields;
pub(super) use shape::{TableKind, list_unread_columns, recognise_shape};
