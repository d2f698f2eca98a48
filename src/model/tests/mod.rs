//! Tests of the model.

mod boxes;
mod unnamed;
