//! Catalogs of API operations and their JSON Schemas.
//!
//! The crate reads a catalog, validates bodies, classifies inputs as valid, doubtful or
//! invalid, and draws valid, boundary and deviating bodies. The crate does not know states,
//! clauses, endpoints or pages: `derive` writes a catalog from pages, and suites live elsewhere.
//!
//! ```
//! use probity_schema::{CompiledSchema, DrawSettings, InputClass, SeededRng, classify_input, draw_valid};
//! use serde_json::json;
//!
//! let schema = json!({"type": "object", "required": ["name"], "properties": {
//!     "name": {"type": "string", "minLength": 1, "maxLength": 8}}});
//! let shape = CompiledSchema::new(schema, "boat.json")?;
//! let body = draw_valid(&shape, &mut SeededRng::new(1, 0, 0, 0), &DrawSettings::default())?;
//! assert_eq!(classify_input(Some(&shape), Some(&body), None).class, InputClass::Valid);
//! let nameless = json!({});
//! assert_eq!(classify_input(Some(&shape), Some(&nameless), None).class, InputClass::Invalid);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules, in reading order
//!
//! - [`catalog`]: the format of `catalog.json`, `doubts.json` and `citations.json`;
//! - `compiled_catalog`: a catalog folder with all schemas, compiled;
//! - `compiled_schema`: one compiled schema, a table of `node`s with `annotations`; `compile` builds the table;
//! - `effort`: how many schemas may apply to one value;
//! - `types`, `number`, `format`, `pattern`, `version`: single keywords;
//! - `walk`: every place where a value breaks a schema, with leaves and trees in files of their own;
//! - `violation`, `class`, `classify`: the results of a walk for responses and for requests;
//! - `draw`, `text`, `rng`: random values;
//! - `vary`, `simplify`, `bounds`: variants of a body, smaller values, lengths of texts;
//! - `applied_nodes`, `pointer`, `describe`: helpers for schema nodes, JSON pointers and messages.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod annotations;
mod applied_nodes;
mod bounds;
pub mod catalog;
mod class;
mod classify;
mod compile;
mod vary;
mod draw;
mod effort;
mod error;
mod format;
mod compiled_catalog;
mod node;
mod number;
mod pattern;
mod pointer;
mod rng;
mod compiled_schema;
mod simplify;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod version;
mod violation;
mod walk;
mod describe;

pub use class::InputClass;
pub use classify::{ClassReason, Classification, classify_by_other_version, classify_input};
pub use compiled_catalog::{CatalogFiles, CatalogFolder, CompiledCatalog};
pub use compiled_schema::CompiledSchema;
pub use draw::{DrawError, DrawSettings, draw_boundary, draw_valid};
pub use error::CatalogError;
pub use pattern::TextPattern;
pub use rng::SeededRng;
pub use simplify::simplify_value;
pub use vary::{BodyEdit, BodyVariant, list_body_edits, vary_body, vary_body_at_version};
pub use violation::SchemaViolation;
