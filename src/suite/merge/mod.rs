//! A suite that builds on another: what it takes over, changes and leaves out.
//!
//! It works on the trees of the files, so that what comes out is read like any suite. What comes
//! from elsewhere keeps its place there.

mod combine;
mod context;
mod entries;
mod extend;
mod import;

pub(super) use context::Ground;
pub(super) use extend::merged;
