//! Tests of the model.

mod box_api;
mod notations;
mod told_effects;
mod bulk_effect;
mod event_guards;
