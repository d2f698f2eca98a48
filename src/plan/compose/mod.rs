//! The composition of candidate calls: resources, path, query, headers and body, with the values that guards
//! require.

mod assign_resources;
mod call_requirements;
mod compose_call;
mod input_path;
mod parameters;
mod place_ids;
mod wanted_values;

pub(super) use assign_resources::relation_holds;
pub use call_requirements::CallRequirements;
pub use compose_call::compose_call;
