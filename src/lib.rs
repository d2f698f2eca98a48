//! `probity` checks whether a cloud API does what its documentation says.

pub mod endpoint;
pub mod history;
pub mod plan;
pub mod run;
pub mod schema;
