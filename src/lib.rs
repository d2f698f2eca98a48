//! `probity` checks whether a cloud API does what its documentation says.

pub mod pages;
pub mod schema;
