//! Catalogs of API operations and their JSON Schemas.
//!
//! The crate reads a catalog, validates bodies, classifies inputs as valid, doubtful or
//! invalid, and draws valid, boundary and deviating bodies. The crate does not know states,
//! clauses, endpoints or pages: `derive` writes a catalog from pages, and suites live elsewhere.
//!
//! ```
//! use probity_schema::{Class, Draw, Rng, Shape, classify, draw_valid};
//! use serde_json::json;
//!
//! let schema = json!({"type": "object", "required": ["name"], "properties": {
//!     "name": {"type": "string", "minLength": 1, "maxLength": 8}}});
//! let shape = Shape::new(schema, "boat.json")?;
//! let body = draw_valid(&shape, &mut Rng::new(1, 0, 0, 0), &Draw::default())?;
//! assert_eq!(classify(Some(&shape), Some(&body), None).class, Class::Valid);
//! let nameless = json!({});
//! assert_eq!(classify(Some(&shape), Some(&nameless), None).class, Class::Invalid);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules, in reading order
//!
//! - [`catalog`]: the format of `catalog.json`, `doubts.json` and `citations.json`;
//! - `load`: a catalog folder with all schemas, compiled;
//! - `shape`: one compiled schema, a table of `node`s with `annotations`; `compile` builds the table;
//! - `types`, `number`, `format`, `pattern`, `version`: single keywords;
//! - `walk`: every place where a value breaks a schema, with leaves and trees in files of their own;
//! - `violation`, `classify`: the results of a walk for responses and for requests;
//! - `draw`, `text`, `rng`: random values;
//! - `deviate`, `simpler`, `bounds`: variants of a body, smaller values, lengths of texts;
//! - `applied`, `place`, `words`: helpers for schema nodes, JSON pointers and messages.

mod annotations;
mod applied;
mod bounds;
pub mod catalog;
mod class;
mod classify;
mod compile;
mod deviate;
mod draw;
mod error;
mod format;
mod load;
mod node;
mod number;
mod pattern;
mod place;
mod rng;
mod shape;
mod simpler;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod version;
mod violation;
mod walk;
mod words;

pub use class::Class;
pub use classify::{Classified, Reason, classify, classify_lent};
pub use deviate::{Deviation, deviations, deviations_at};
pub use draw::{Draw, Undrawable, draw_boundary, draw_valid};
pub use error::LoadError;
pub use load::{Files, Folder, Schemas};
pub use pattern::Pattern;
pub use rng::Rng;
pub use shape::Shape;
pub use simpler::simpler;
pub use violation::Violation;
