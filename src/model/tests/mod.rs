//! Tests of the model.

mod box_api;
mod bulk_effect;
