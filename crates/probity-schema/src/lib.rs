//! Catalog, operations and JSON Schemas: what may be sent, what may come back.
//!
//! Validates a value, classifies an input and draws valid, doubtful, invalid and
//! boundary values. It does not know states, clauses or endpoints.

mod bounds;
pub mod catalog;
mod classify;
mod compile;
mod deviate;
mod draw;
mod format;
mod load;
mod number;
mod pattern;
mod place;
mod rng;
mod shape;
mod simpler;
#[cfg(test)]
mod tests;
mod text;
mod version;
mod violation;
mod walk;
mod words;

pub use classify::{Class, Classified, Reason, classify, classify_lent};
pub use deviate::{Deviation, deviations, deviations_at};
pub use draw::{Draw, Undrawable, draw_boundary, draw_valid};
pub use load::{Files, Folder, LoadError, Schemas};
pub use pattern::Pattern;
pub use rng::Rng;
pub use shape::Shape;
pub use simpler::simpler;
pub use violation::Violation;
