//! Descriptions for machines: one page that holds many operations.
//!
//! What they state is taken as stated; where their examples, their prose and their schemas differ
//! the rules are those of every other page. What is not read is a doubt, not a guess.

mod bodies;
mod layers;
mod limits;
mod node;
mod operation;
mod parameters;
mod place;
mod reader;
mod required;
mod schema;

pub(super) use operation::make;
pub(super) use place::{has, names};
