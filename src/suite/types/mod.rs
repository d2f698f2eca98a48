//! A suite as the model reads it: every expression parsed, every name resolved.

mod clause;
mod effect;
mod resource;
mod suite;

pub use clause::{Alternative, Basis, Calls, Clause, Event, Statuses, Verb, While};
pub use effect::{Each, Effect, EffectValue, Stage, Target, UNNAMED};
pub use resource::{About, Binding, Field, FieldClass, Mark, Paging, Resource, Shows, View};
pub use suite::{Let, Suite};
