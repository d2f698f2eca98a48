//! The differences between two derived references, such as two editions of one documentation.

mod comparison;
mod derived_reference;
mod fields;
mod format_text;

pub use comparison::{ChangeKind, ReferenceChange, compare_references};
pub use derived_reference::{DerivedReference, UnreadableReference};
pub use format_text::render_changes;

#[cfg(test)]
mod tests;
