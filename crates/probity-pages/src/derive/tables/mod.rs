//! Tables of fields, of status codes and of values.

mod cells;
mod rows;
mod shape;

pub(super) use cells::flat;
pub(super) use rows::fields;
pub(super) use shape::{Shape, shape};
