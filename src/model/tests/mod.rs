//! Tests of the model.

mod box_api;
mod notations;
mod told_effects;
mod bulk_effect;
mod event_guards;
mod factors;
mod deferred_ids;
mod earlier_labels;
mod nearest_states;
mod call_cells;
mod applicable_clauses;
mod entry_places;
mod described_states;
mod merged_tallies;
