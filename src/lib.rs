//! `probity` checks whether a cloud API does what its documentation says.

pub mod expr;
pub mod schema;
