//! A suite to start from: resource kinds, states and clauses guessed from a catalog.
//!
//! The guesses rest on paths, names, schemas and statuses (`words.yaml` has the words), each with its citation. What
//! nobody can guess is left out, or stands as a question for a person. The module knows the language of suites, and
//! neither models nor endpoints.
//!
//! Reading order: `api_paths` (collections and items), `kinds` (fields, states, views), `inputs` (good input of calls),
//! `clauses` and `general`, `resources`, `suite` and `profile`, and `document` (how all is written).

mod api_paths;
mod clauses;
mod document;
mod general;
mod inputs;
mod kinds;
mod profile;
mod resources;
mod shapes;
mod suite;
#[cfg(test)]
mod tests;
mod words;

pub use document::OpenQuestion;
pub use profile::{ProfileFacts, draft_profile};
pub use suite::{SuiteDraft, draft_suite};
