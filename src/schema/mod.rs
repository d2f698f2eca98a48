//! Catalog, operations and JSON Schemas: what may be sent, what may come back.
//!
//! Validates a value, classifies an input and draws valid, doubtful, invalid and
//! boundary values. It does not know states, clauses or endpoints.

pub mod catalog;
