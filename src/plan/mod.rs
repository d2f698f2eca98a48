//! Steps and plans: what will be asked, as records.
//!
//! A plan is always its recorded steps; whoever chose them is not part of it.
//! It does not know replies or verdicts.

mod step;

pub use step::{FORMAT, Plan, Settle, Step, handle, handle_name};
